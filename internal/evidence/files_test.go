package evidence_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// sample is a run with something of everything, in the form returned by Read.
func sample() evidence.Run {
	started := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	return evidence.Run{
		ID: "r1", Tool: "conformance 1.2.3", Contract: evidence.Contract{Version: "1",
			SHA256: "ab"},
		Started: started, Duration: 1234567891 * time.Nanosecond, Interrupted: true,
		Target: evidence.Target{
			URL: "https://example.org/api", DeploymentLabels: map[string]string{"region": "eu"},
			Inbox: "mailhog http://x", MailDeadline: time.Minute,
			Profiles: []string{"core"}, Only: []string{"RESET-6"},
			NearKeys: []placeholder.Placeholder{"‹app-key, cut short›"},
			Traders: []evidence.Trader{{Login: "robert.zak", Email: "r@example.org",
				Question: "Straße?", Answer: "‹answer robert.zak›",
				NearAnswers: []placeholder.Placeholder{"‹near›"}}},
		},
		Exchanges: []evidence.Exchange{
			{
				Step: "reset/x", Attempt: 1, Lane: "robert.zak", Operation: "resetPassword",
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
				Failure: &evidence.Failure{Kind: "connection closed", Text: "half\x1b[31m",
					ResponseBegun: true, Unreachable: true},
				Started: started.Add(time.Millisecond),
				Timing: evidence.Timing{DNS: 1, Connect: 22, TLS: 333, FirstByte: 4444,
					Total: 1234567, Reused: true},
			},
			{
				Step: "broken", Attempt: 2, Method: "PUT", URL: "http://[::1]:1/%zz?%zz=%#f",
				Body: []byte("\xff\xfe\x00"), Started: started,
				Response: &evidence.Response{Proto: "HTTP/2.0", Status: 200,
					Body: []byte("\x80binary")},
				Timing: evidence.Timing{FirstByte: 5, Total: 7},
			},
			{Step: "bare", Attempt: 1, Method: "GET", URL: "http://x",
				Response: &evidence.Response{}},
			{Step: "silent", Attempt: 1, Method: "GET", URL: "http://x",
				Failure: &evidence.Failure{Kind: "timeout"},
				Timing:  evidence.Timing{DNS: 3, Total: 10e9 + 1}},
			{Step: "unsent", Attempt: 1, Failure: &evidence.Failure{Unreachable: true}},
		},
		Waits: []evidence.Wait{{Step: "mail/x", Trader: "x", For: "reset/x", Started: started,
			Duration: 5, Deadline: 7, Mail: "m1"}},
		Resets: []string{"a", "b"},
		Mails: []evidence.Mail{
			{ID: "m1", Traders: []string{"x"}, Seen: started, ResetsSent: 1,
				Source: []byte("a: b\r\n\r\n\xff\x00"), Subject: "s", Text: "t",
				Codes: []placeholder.Placeholder{"‹code 1›"}},
			{ID: "m2", Traders: []string{}},
		},
		Secrets: []evidence.Secret{{Placeholder: "‹app-key›", Length: 36, Alphabet: "any"}},
		Sequences: []evidence.Sequence{{Trader: "robert.zak", Codes: 4, Length: 6, Symbols: 7,
			Varying: 5, Step: evidence.StepSmall}},
		InboxPurged: true,
		Bisect: &evidence.Bisect{Stopped: "because", Foreign: true, Trials: []evidence.Trial{{
			Requests: []string{"a"}, Resets: []string{"b"},
			Started: time.Date(2026, 7, 1, 9, 0, 5, 0, time.UTC),
			Watched: time.Second, First: time.Millisecond, Mails: []string{"m"},
		}}},
		Observations: []string{"one"},
		LastLine:     "two", Unsent: map[string]string{"s": "three"},
	}
}

func write(t testing.TB, dir string, r evidence.Run) {
	t.Helper()
	if _, err := evidence.Write(dir, r); err != nil {
		t.Fatal(err)
	}
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	emptyLists := evidence.Run{Waits: []evidence.Wait{}, Mails: []evidence.Mail{},
		Secrets: []evidence.Secret{}}
	for name, run := range map[string]evidence.Run{"sample": sample(), "empty": {},
		"empty lists": emptyLists} {
		dir := filepath.Join(t.TempDir(), "reports", "latest")
		write(t, dir, run)
		for _, path := range []string{dir, filepath.Join(dir, evidence.FileName)} {
			got, err := evidence.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(run, got, cmpopts.EquateEmpty()); difference != "" {
				t.Errorf("%s from %s: %s", name, path, difference)
			}
		}
	}
}

func TestReadInTheWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", sample())
	for _, path := range []string{".", evidence.FileName} {
		if _, err := evidence.Read(path); err != nil {
			t.Error(err)
		}
	}
}

func TestWriteRemovesOnlyTheMailsOfEarlierRuns(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []evidence.Run{sample(),
		{Mails: []evidence.Mail{{Source: []byte("new")}}}} {
		write(t, dir, run)
		if err := os.WriteFile(filepath.Join(dir, "mails", "notes.eml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(names(t, filepath.Join(dir, "mails")), " "); got != "001.eml notes.eml" {
		t.Errorf("mails are %s", got)
	}
	if got := strings.Join(names(t, dir), " "); got != "evidence.json evidence.sha256 mails" {
		t.Errorf("the directory has %s", got)
	}
	if got := read(t, dir, "mails/001.eml"); got != "new" {
		t.Errorf("the mail is %q", got)
	}
}

func TestWriteThatFailsChangesNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, sample())
	before := read(t, dir, evidence.FileName)
	bad := evidence.Run{Started: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		Mails: sample().Mails}
	if _, err := evidence.Write(dir, bad); err == nil {
		t.Error("no error for a time that JSON can't hold")
	}
	blocked := filepath.Join(t.TempDir(), "blocked")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Write(blocked, sample()); err == nil {
		t.Error("no error for a directory that is a file")
	}
	if read(t, dir, evidence.FileName) != before || len(names(t, dir)) != 3 {
		t.Errorf("the evidence changed: %v", names(t, dir))
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, sample())
	good := read(t, dir, evidence.FileName)
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %s in the file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, test := range []struct{ text, want string }{
		{"", "is not JSON: line 1: unexpected EOF"},
		{"{\n\x1b", "is not JSON: line 2: invalid character '\\x1b'"},
		{"[]", `is not the evidence of a run: "/" is an array, which does not fit`},
		{"{}", "is no evidence of version 1: its version is 0"},
		{change(`"version": 1`, `"version": 2`), "is no evidence of version 1: its version is 2"},
		{change(`"version": 1`, `"version": 2, "other": 3`),
			"is no evidence of version 1: its version is 2"},
		{change(`"id": "r1"`, `"id": 7`),
			`is not the evidence of a run: "/id" is a number, which does not fit`},
		{change(`"id": "r1"`, `"idea": "r1"`), `is not the evidence of a run: "/idea" is unknown`},
		{change(`"started": "2026-01-02T03:04:05.679901234Z"`, `"started": "noon"`),
			`is not the evidence of a run: "/exchanges/0/started" does not fit`},
		{change(`"status": 302`, `"status": "302"`),
			`is not the evidence of a run: "/exchanges/0/response/status" is a string, which does not fit`},
		{change(`"attempt": 2`, `"attempt": {}`),
			`is not the evidence of a run: "/exchanges/1/attempt" is an object, which does not fit`},
		{change(`"base64": "gGJpbmFyeQ=="`, `"base64": "?"`),
			`is not the evidence of a run: "/exchanges/1/response/body" does not fit`},
	} {
		path := filepath.Join(dir, "x.json")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := evidence.Read(path)
		if err == nil || !strings.HasPrefix(err.Error(), path+" "+test.want) {
			t.Errorf("got %v, want %s %s", err, path, test.want)
		}
	}
}

func TestReadNeedsEveryFile(t *testing.T) {
	dir := t.TempDir()
	expect := func(path, want string) {
		t.Helper()
		if _, err := evidence.Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	expect(filepath.Join(dir, "nowhere"), "there is no evidence in "+
		filepath.Join(dir, "nowhere")+": ")
	expect(dir, filepath.Join(dir, "evidence.json")+" can't be read: ")
	write(t, dir, sample())
	second := filepath.Join(dir, "mails", "002.eml")
	if err := os.Remove(second); err != nil {
		t.Fatal(err)
	}
	expect(dir, second+" can't be read: ")
	if err := os.Mkdir(second, 0o700); err != nil {
		t.Fatal(err)
	}
	expect(dir, second+" can't be read: it is not a regular file")
}

func TestReadFollowsNoLinkOutOfTheDirectory(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, sample())
	outside := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(outside, []byte("private"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail := filepath.Join(dir, "mails", "001.eml")
	if err := os.Remove(mail); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, mail); err != nil {
		t.Skip(err)
	}
	if _, err := evidence.Read(dir); err == nil ||
		!strings.Contains(err.Error(), mail+" can't be read") {
		t.Errorf("got %v", err)
	}
}

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<30+1); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Read(path); err == nil ||
		!strings.HasSuffix(err.Error(), "is larger than 1 GiB") {
		t.Errorf("got %v", err)
	}
}

// FuzzRead reads hostile files; everything readable can be written and read again.
func FuzzRead(f *testing.F) {
	dir := f.TempDir()
	// The fuzzer takes minutes to make something small of a large seed.
	write(f, dir, evidence.Run{ID: "x", Exchanges: sample().Exchanges[1:2]})
	good, err := os.ReadFile(filepath.Join(dir, evidence.FileName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"exchanges":[{"started":"2024-01-01T00:00:00+02:00","answer":{},"body":{"base64":"AA=="}}],"mails":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "x.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		first, err := evidence.Read(path)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") || !strings.Contains(err.Error(), dir) {
				t.Errorf("not a sentence about the file: %q", err)
			}
			return
		}
		write(t, dir, first)
		second, err := evidence.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		// Two spellings of one time zone are the same to JSON.
		if want, got := encoded(t, first), encoded(t, second); got != want {
			t.Errorf("%s became\n%s", want, got)
		}
	})
}

func encoded(t *testing.T, r evidence.Run) string {
	t.Helper()
	text, err := json.Marshal(r, jsonv1.FormatDurationAsNano(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
