package evidence_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// archive is a HAR as another program reads it.
type archive struct {
	Log struct {
		Version string
		Creator map[string]string
		Pages   []map[string]any
		Entries []map[string]any
		Run     map[string]any `json:"_conformance"`
	}
}

func written(t *testing.T) archive {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, sample())
	var a archive
	if err := json.Unmarshal([]byte(read(t, dir, evidence.FileName)), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFileIsAHAR(t *testing.T) {
	a := written(t)
	if a.Log.Version != "1.2" || a.Log.Creator["name"] != "conformance" || a.Log.Creator["version"] != "1.2.3" || len(a.Log.Entries) != 5 {
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
			{entry["request"], "method url httpVersion cookies headers queryString headersSize bodySize"},
			{entry["response"], "status statusText httpVersion cookies headers content redirectURL headersSize bodySize"},
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
	if got, want := entry["comment"], "step reset/x; lane robert.zak; requirements RESET-1, RESET-6"; got != want {
		t.Errorf("comment is %q, want %q", got, want)
	}
	for name, want := range map[string]any{"_step": "reset/x", "_attempt": 1., "_lane": "robert.zak", "_operation": "resetPassword", "_answer": map[string]any{"truncated": true}} {
		if !reflect.DeepEqual(entry[name], want) {
			t.Errorf("%s is %v, want %v", name, entry[name], want)
		}
	}
	query := entry["request"].(map[string]any)["queryString"]
	want := []any{
		map[string]any{"name": "a", "value": "b c"}, map[string]any{"name": "d", "value": "‹answer x›"}, map[string]any{"name": "e", "value": ""},
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
	if content["encoding"] != "base64" || content["text"] != "gGJpbmFyeQ==" || content["size"] != 7. {
		t.Errorf("content is %v", content)
	}
	if content = entries[0]["response"].(map[string]any)["content"].(map[string]any); content["encoding"] != nil {
		t.Errorf("content is %v", content)
	}
}

// TestNoFieldIsLost fails where a field of Run comes under a name that the file gives to something else.
func TestNoFieldIsLost(t *testing.T) {
	run := written(t).Log.Run
	fields := reflect.TypeFor[evidence.Run]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if _, has := run[name]; has == (name == "exchanges") {
			t.Errorf("log._conformance and %s: %t", name, has)
		}
	}
	if mail := run["mails"].([]any)[0].(map[string]any); mail["source"] != nil || mail["subject"] != "s" {
		t.Errorf("mail is %v", mail)
	}
}
