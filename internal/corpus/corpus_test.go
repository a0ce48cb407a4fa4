package corpus_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/corpus"
	"github.com/etna-conformance/conformance/internal/evidence"
)

var began = time.Date(2030, 5, 4, 3, 2, 1, 123456789, time.UTC)

// someRun is a run whose parts came in the order of the steps b, a, c.
func someRun() evidence.Run {
	at := func(d time.Duration) time.Time { return began.Add(d) }
	return evidence.Run{
		ID: "random", Started: began, Duration: time.Second,
		Target: evidence.Target{URL: "http://127.0.0.1:4711/api",
			Inbox: "mailhog http://127.0.0.1:4712"},
		Exchanges: []evidence.Exchange{
			{Step: "b", Attempt: 1, Started: at(10 * time.Millisecond),
				Header: []evidence.Field{{Name: "user-agent", Value: "x"},
					{Name: "Accept", Value: "y"}},
				Body: []byte("{\"é\":1}"), Response: &evidence.Response{Status: 200,
					Body: []byte("\xff\x00")}},
			{Step: "a", Attempt: 1, Started: at(11 * time.Millisecond),
				URL: "http://127.0.0.1:4711/api/x"},
			{Step: "c", Attempt: 1, Started: at(time.Second)},
		},
		Waits: []evidence.Wait{{Step: "mail", Started: at(300 * time.Millisecond),
			Duration: 777 * time.Millisecond, Deadline: 4 * time.Second}},
		Mails: []evidence.Mail{{ID: "1", Seen: at(400 * time.Millisecond),
			Source: someMail("Sat, 04 May 2030 03:02:01 +0000", "3f2a97afd473677b")}},
		Bisect: &evidence.Bisect{Trials: []evidence.Trial{{Started: at(2 * time.Second),
			Watched: time.Second}}},
	}
}

func someMail(date, drawn string) []byte {
	return []byte("From: x\r\nDate: " + date + "\r\nMessage-ID: <" + drawn + "@x>\r\n" +
		"Content-Type: multipart/mixed; boundary=\"" + drawn + "\"\r\n\r\n--" + drawn +
		"\r\n\r\nhello\r\n--" + drawn + "--\r\n")
}

func pack(t *testing.T, name string, run evidence.Run) corpus.Entry {
	t.Helper()
	entry, err := corpus.Pack(name, "plan", run)
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

func TestWhatIsPackedIsTheLeanRun(t *testing.T) {
	got, err := pack(t, "faults/x", someRun()).Run()
	if err != nil {
		t.Fatal(err)
	}
	want := corpus.Lean(someRun())
	want.Target.URL, want.Target.Inbox = "http://127.0.0.1:48080/api",
		"mailhog http://127.0.0.1:48025"
	want.Exchanges[0].URL = "http://127.0.0.1:48080/api/x"
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("packed (+) differs from the lean run (-):\n%s", difference)
	}
}

func TestLeanKeepsTheOrderOfTimes(t *testing.T) {
	r := corpus.Lean(someRun())
	steps := []string{r.Exchanges[0].Step, r.Exchanges[1].Step, r.Exchanges[2].Step}
	if !slices.Equal(steps, []string{"a", "b", "c"}) {
		t.Fatalf("exchanges %q", steps)
	}
	times := []time.Time{
		r.Started, r.Exchanges[1].Started, r.Exchanges[0].Started, r.Waits[0].Started,
		r.Mails[0].Seen,
		r.Exchanges[2].Started, r.Waits[0].Started.Add(r.Waits[0].Duration),
		r.Bisect.Trials[0].Started,
	}
	for i := 1; i < len(times); i++ {
		if !times[i].After(times[i-1]) {
			t.Errorf("time %d, %s, is not after %s", i, times[i], times[i-1])
		}
	}
}

// TestLeanKeepsDurationsOfWaits shows that no time to which the judge adds a duration moves.
func TestLeanKeepsDurationsOfWaits(t *testing.T) {
	before, after := someRun(), corpus.Lean(someRun())
	for name, c := range map[string]struct{ before, after time.Time }{
		"wait":  {before.Waits[0].Started, after.Waits[0].Started},
		"mail":  {before.Mails[0].Seen, after.Mails[0].Seen},
		"trial": {before.Bisect.Trials[0].Started, after.Bisect.Trials[0].Started},
	} {
		if want, got := c.before.Sub(before.Started), c.after.Sub(after.Started); got != want {
			t.Errorf("%s: %s after the start, not %s", name, got, want)
		}
	}
	if before.Waits[0].Duration != after.Waits[0].Duration {
		t.Errorf("the wait lasts %s", after.Waits[0].Duration)
	}
	if after.Bisect == before.Bisect ||
		!before.Bisect.Trials[0].Started.Equal(someRun().Bisect.Trials[0].Started) {
		t.Error("the run itself was changed")
	}
}

func hasResponse(x evidence.Exchange) bool { return x.Response != nil }

func TestLeanRunsOfOneDeploymentAreEqual(t *testing.T) {
	one, other := someRun(), someRun()
	other.ID, other.Duration, other.Started = "another", time.Minute, began.Add(time.Hour)
	other.Exchanges = slices.Clone(other.Exchanges)
	slices.Reverse(other.Exchanges)
	other.Target.URL, other.Target.Inbox = "http://127.0.0.1:1/api", "mailhog http://127.0.0.1:2"
	for i := range other.Exchanges {
		x := &other.Exchanges[i]
		x.Started, x.Timing.Total = x.Started.Add(time.Hour), time.Second
		x.URL = strings.ReplaceAll(x.URL, "4711", "1")
		x.Header = append(slices.Clone(x.Header),
			evidence.Field{Name: "Traceparent", Value: "random"})
		if len(x.Header) == 1 {
			x.Header = nil
		}
	}
	other.Waits[0].Started, other.Mails[0].Seen = other.Waits[0].Started.Add(time.Hour),
		other.Mails[0].Seen.Add(time.Hour)
	other.Bisect.Trials[0].Started = other.Bisect.Trials[0].Started.Add(time.Hour)
	other.Mails[0].Source = someMail("Sun, 05 May 2030 04:02:01 +0000", "=_c0eb4cc8a8199b7434")
	for _, run := range []evidence.Run{one, other} {
		date := run.Started.Format(http.TimeFormat)
		run.Exchanges[slices.IndexFunc(run.Exchanges,
			hasResponse)].Response.Header = []evidence.Field{{Name: "date", Value: date}}
	}
	a, b := pack(t, "x", one), pack(t, "x", other)
	if string(a.Evidence) != string(b.Evidence) {
		t.Errorf("they differ:\n%s\n%s", a.Evidence, b.Evidence)
	}
}

// TestLeanKeepsWhatMailsSay shows that only what is drawn or the time changes, and no text.
func TestLeanKeepsWhatMailsSay(t *testing.T) {
	run := someRun()
	for source, want := range map[string]string{
		string(someMail("now",
			"3f2a97afd473677b")): "From: x\r\nDate: stored\r\nMessage-ID: stored\r\n" +
			"Content-Type: multipart/mixed; boundary=\"boundary-0\"\r\n\r\n--boundary-0\r\n\r\nhello\r\n--boundary-0--\r\n",
		"Subject: Date: 1\n\nboundary=\"end\" of the end\n": "Subject: Date: 1\n\nboundary=\"end\" of the end\n",
	} {
		run.Mails[0].Source = []byte(source)
		if got := string(corpus.Lean(run).Mails[0].Source); got != want {
			t.Errorf("%q became %q, want %q", source, got, want)
		}
	}
}

func TestEvidenceOfAnotherFormIsToldApart(t *testing.T) {
	entry := pack(t, "x", someRun())
	entry.Evidence = []byte(strings.Replace(string(entry.Evidence), `"step"`, `"stepId"`, 1))
	if _, err := entry.Run(); err == nil {
		t.Error("a member that no evidence has is read over")
	}
}

func group(name string) string { return strings.SplitN(name, "/", 2)[0] }

func TestACorpusIsReadAsItWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "corpus")
	none, err := corpus.Read(dir)
	if err != nil || len(none) > 0 {
		t.Fatalf("no directory: %v, %v", none, err)
	}
	entries := []corpus.Entry{pack(t, "variants/a", someRun()), pack(t, "faults/b", someRun()),
		pack(t, "faults/a", someRun())}
	if err := corpus.Write(dir, entries, group); err != nil {
		t.Fatal(err)
	}
	got, err := corpus.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(entries, func(a, b corpus.Entry) int { return strings.Compare(a.Name, b.Name) })
	if difference := cmp.Diff(entries, got); difference != "" {
		t.Error(difference)
	}
	if err := corpus.Write(dir, entries[:2], group); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "faults.jsonl.zst" {
		t.Errorf("of a corpus without variants stay the files %v, %v", files, err)
	}
}

func TestDamagedFilesAreToldByName(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bad.jsonl.zst"), []byte("no zstd"),
		0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := corpus.Read(dir); err == nil || !strings.Contains(err.Error(), "bad.jsonl.zst") {
		t.Errorf("error %v", err)
	}
}
