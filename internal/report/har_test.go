package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/report"
)

// archive is a HAR as another program reads it.
type archive struct {
	Log struct {
		Version string
		Creator map[string]string
		Pages   []map[string]any
		Entries []map[string]any
	}
}

func written(t *testing.T) archive {
	t.Helper()
	started := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	run := evidence.Run{ID: "r1", Tool: "conformance 1.2.3", Started: started,
		Exchanges: []evidence.Exchange{
			{
				Step: "reset/x", Attempt: 2, Lane: "robert.zak", Operation: "resetPassword",
				Requirements: []string{"RESET-1", "RESET-6"},
				Method:       "POST", URL: "https://example.org/api?a=b%20c&d=‹answer x›&e",
				Header: []evidence.Field{{Name: "et-app-key", Value: "‹app-key›"}, {Name: "Empty"}},
				Body:   []byte(`{"User":"a<b>&\u2028"}`),
				Response: &evidence.Response{
					Proto: "HTTP/1.1", Status: 302, Truncated: true,
					Header: []evidence.Field{{Name: "Content-Type", Value: "application/json"},
						{Name: "Location", Value: "/x"}},
					Body: []byte("\ufeff{\"a\":\"\x00\u2028<\ufffd\"}\r\n"),
				},
				Failure: &evidence.Failure{Kind: "connection closed", Text: "half\x1b[31m"},
				Started: started.Add(time.Millisecond),
				Timing: evidence.Timing{DNS: 1, Connect: 22, TLS: 333, FirstByte: 4444,
					Total: 1234567, Reused: true},
			},
			{
				Step: "broken", Attempt: 1, Method: "PUT", URL: "http://[::1]:1/%zz?%zz=%#f",
				Body: []byte("\xff\xfe\x00"), Started: started,
				Response: &evidence.Response{Proto: "HTTP/2.0", Status: 200,
					Body: []byte("\x80binary")},
				Timing: evidence.Timing{FirstByte: 5, Total: 7},
			},
			{Step: "silent", Attempt: 1, Method: "GET", URL: "http://x",
				Failure: &evidence.Failure{Kind: "timeout"},
				Timing:  evidence.Timing{DNS: 3, Total: 10e9 + 1}},
			{Step: "unsent", Attempt: 1, Failure: &evidence.Failure{Unreachable: true}},
		}}
	var b bytes.Buffer
	if err := report.HAR(&b, report.View{Run: run}); err != nil {
		t.Fatal(err)
	}
	var a archive
	if err := json.Unmarshal(b.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFileIsAHAR(t *testing.T) {
	a := written(t)
	if a.Log.Version != "1.2" || a.Log.Creator["name"] != "conformance" ||
		a.Log.Creator["version"] != "1.2.3" || len(a.Log.Entries) != 4 {
		t.Fatalf("%+v", a.Log)
	}
	for i, entry := range a.Log.Entries {
		if entry["pageref"] != a.Log.Pages[0]["id"] {
			t.Errorf("entry %d has no page", i)
		}
		for _, object := range []struct {
			in   any
			keys string
		}{
			{entry, "startedDateTime time request response cache timings comment"},
			{entry["request"],
				"method url httpVersion cookies headers queryString headersSize bodySize"},
			{entry["response"],
				"status statusText httpVersion cookies headers content redirectURL headersSize bodySize"},
			{entry["timings"], "blocked dns connect ssl send wait receive"},
		} {
			fields := object.in.(map[string]any)
			for key := range strings.FieldsSeq(object.keys) {
				if fields[key] == nil {
					t.Errorf("entry %d lacks %q", i, key)
				}
			}
		}
	}
}

func TestEntryTellsWhatItIs(t *testing.T) {
	entry := written(t).Log.Entries[0]
	if got, want := entry["comment"],
		"step reset/x; attempt 2; trader robert.zak; requirements RESET-1, RESET-6"; got != want {
		t.Errorf("comment is %q, want %q", got, want)
	}
	for name, want := range map[string]any{"_step": "reset/x", "_operation": "resetPassword"} {
		if !reflect.DeepEqual(entry[name], want) {
			t.Errorf("%s is %v, want %v", name, entry[name], want)
		}
	}
	query := entry["request"].(map[string]any)["queryString"]
	want := []any{
		map[string]any{"name": "a", "value": "b c"},
		map[string]any{"name": "d", "value": "‹answer x›"},
		map[string]any{"name": "e", "value": ""},
	}
	if !reflect.DeepEqual(query, want) {
		t.Errorf("query is %v, want %v", query, want)
	}
}

func TestTimingsAddUpToTheTime(t *testing.T) {
	for i, entry := range written(t).Log.Entries {
		sum := 0.
		for name, part := range entry["timings"].(map[string]any) {
			if ms := part.(float64); ms > 0 && name != "ssl" { // connect includes ssl
				sum += ms
			}
		}
		if math.Abs(sum-entry["time"].(float64)) > 1e-6 {
			t.Errorf("entry %d: parts are %v, time %v", i, sum, entry["time"])
		}
	}
}

func TestBodiesThatAreNotText(t *testing.T) {
	entries := written(t).Log.Entries
	content := entries[1]["response"].(map[string]any)["content"].(map[string]any)
	if content["encoding"] != "base64" || content["text"] != "gGJpbmFyeQ==" ||
		content["size"] != 7. {
		t.Errorf("content is %v", content)
	}
	if content = entries[0]["response"].(map[string]any)["content"].(map[string]any); content["encoding"] != nil {
		t.Errorf("content is %v", content)
	}
}
