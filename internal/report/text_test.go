package report

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain ‹code 1› żółć 漢字":       "plain ‹code 1› żółć 漢字",
		"\x1b[31mred\x1b[0m":           `\x1b[31mred\x1b[0m`,
		"a\r\nb\tc":                    `a\r\nb\tc`,
		"a\u202eb\u200bc\u2028d":       `a\u202eb\u200bc\u2028d`,
		"\xff\xed\xa0\x80":             `\xff\xed\xa0\x80`,
		"\x00\x7f\u009b":               `\x00\x7f\u009b`,
		"it's \U000e0041 \ue000\u00a0": `it's \U000e0041 \ue000\u00a0`,
		"\ufffd \ufffe":                "\ufffd " + `\ufffe`,
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) is %s, want %s", text, got, want)
		}
	}
}

func TestVisibleTextKeepsLinesAndTabs(t *testing.T) {
	if got, want := VisibleText("a\r\nb\n\tc\rd"), "a\nb\n\tc"+`\r`+"d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClipEndsBetweenCharacters(t *testing.T) {
	const text = "ab漢字"
	for limit := range len(text) + 2 {
		head, cut := clip(text, limit)
		if !utf8.ValidString(head) || len(head) > limit || len(head)+cut != len(text) {
			t.Errorf("clip to %d bytes: %q and %d more", limit, head, cut)
		}
	}
	if head, cut := clip(strings.Repeat("\x80", 100), 50); len(head) < 40 || len(head)+cut != 100 {
		t.Errorf("of bytes that are no text %d and %d are left", len(head), cut)
	}
}

func TestWrapLosesNoWord(t *testing.T) {
	for _, text := range []string{
		"one two three four five", "   indented text that is longer than the line", "漢字漢字漢字漢字漢字",
		strings.Repeat("x", 35), "",
		"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
	} {
		wrapped := Wrap(text, 10)
		for _, line := range wrapped {
			if columns(line) > 10 {
				t.Errorf("%q has %d columns", line, columns(line))
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(wrapped, "")) != squeeze(text) {
			t.Errorf("%q became %q", text, wrapped)
		}
	}
}

func TestWrappedShellLinesMeanTheSame(t *testing.T) {
	for _, line := range []string{
		sampleFailure().Findings[0].Curl,
		`curl -i 'it'\''s a  long    quoted word' "with $HOME and \" and ' in it" plain\ word --data-binary ''`,
		`printf '%s a  b\n' "$A" | curl -i -X POST "$(printf 'it'\''s "%s" c  d' "a  b" "$(printf ') e  f')")" -H "X: $B  $C" --data-binary @-`,
		evidence.Curl(sampleExchange("x", "", 0, 0, "@a  b\x1b‹code 1›'c\" d", "")),
		`curl ` + strings.Repeat(`-H 'A: b' `, 30) + `'' ""`,
	} {
		wrapped := WrapShell(line, 40)
		if len(wrapped) < 2 {
			t.Errorf("not wrapped: %s", line)
		}
		if diff := cmp.Diff(arguments(t, line),
			arguments(t, strings.Join(wrapped, "\n"))); diff != "" {
			t.Errorf("the wrapped line means something else (-line +wrapped):\n%s", diff)
		}
	}
}

// arguments are what a real shell would give to curl.
func arguments(t *testing.T, line string) []string {
	t.Helper()
	command := exec.Command("sh", "-c", "curl() { printf '%s\\0' \"$@\"; cat; }\n"+line)
	command.Env = append(os.Environ(), "A=one  two", "B=three", "C=four", "CODE_1=123456",
		"APP_KEY=key")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(out), "\x00")
}

func TestDifferenceMarksWhatDiffers(t *testing.T) {
	left, right := difference(`Errors is ["Answer is incorrect"]`,
		`Errors is ["Answer is so wrong"]`)
	wantLeft := []piece{{`Errors is ["Answer is `, false}, {"incorrect", true}, {`"]`, false}}
	wantRight := []piece{{`Errors is ["Answer is `, false}, {"so wrong", true}, {`"]`, false}}
	if diff := cmp.Diff([][]piece{wantLeft, wantRight}, [][]piece{left, right}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDifferenceMarksNothingWhereNothingIsAlike(t *testing.T) {
	left, right := difference("Errors lists an error", "<html> 502 (nginx)")
	if joined(left, differs)+joined(right, differs) != "" {
		t.Errorf("marked %v and %v", left, right)
	}
}

func FuzzDifferenceKeepsTheTexts(f *testing.F) {
	f.Add("a b c", "a x c")
	f.Add("", "only here")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = VisibleText(a), VisibleText(b)
		left, right := difference(a, b)
		if joined(left, nil) != a || joined(right, nil) != b {
			t.Errorf("%q and %q became %v and %v", a, b, left, right)
		}
		if a == b && (joined(left, differs) != "" || joined(right, differs) != "") {
			t.Errorf("%q differs from itself", a)
		}
	})
}

func differs(p piece) bool { return p.Differs }

func joined(pieces []piece, only func(piece) bool) string {
	var text strings.Builder
	for _, p := range pieces {
		if only == nil || only(p) {
			text.WriteString(p.Text)
		}
	}
	return text.String()
}

func TestDeepJSONIsNotLaidOut(t *testing.T) {
	deep := strings.Repeat("[", 8000) + strings.Repeat("]", 8000)
	if got := prettyJSON([]byte(deep)); got != "" {
		t.Errorf("laid out in %d bytes", len(got))
	}
	if got, want := prettyJSON([]byte(`{"a":[1]}`)), "{\n  \"a\": [\n    1\n  ]\n}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// says is a status that stays as it is.
func says(text string) func() string { return func() string { return text } }

func TestProgressWritesOneLineOfATerminal(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, 20, time.Hour)
	p.Show(says("3 of 12 asked"))
	p.Show(says("waiting for \x1b mail to robert.zak"))
	p.End()
	const want = "\r3 of 12 asked\x1b[K" + "\rwaiting for " + `\x1b m` + "…\x1b[K" + "\r\x1b[K"
	if b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
}

func TestProgressBreaksTheSilenceWithoutATerminal(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, 0, time.Hour)
	p.Show(says("3 of 12 asked"))
	p.End()
	if b.Len() > 0 {
		t.Errorf("wrote %q before the silence was over", b.String())
	}
	for name, columns := range map[string]int{"conformance: at last\n": 0, "\rat last\x1b[K": 80} {
		read, write := io.Pipe()
		p := NewProgress(write, columns, time.Millisecond)
		go p.Show(says("at last"))
		got := make([]byte, 2*len(name))
		if _, err := io.ReadFull(read, got); err != nil || string(got) != name+name {
			t.Errorf("wrote %q, %v", got, err)
		}
		go func() { _, _ = io.Copy(io.Discard, read) }()
		p.End()
	}
}

func TestProgressMayBeShared(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, 80, time.Hour)
	defer p.End()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { p.Show(says("asking")) })
	}
	all.Wait()
	if got, want := b.String(), strings.Repeat("\rasking\x1b[K", 8); got != want {
		t.Errorf("wrote %q", got)
	}
}

func TestVariablesAreThoseOfTheCurlLines(t *testing.T) {
	v := sampleView()
	v.Report.Requirements[0].Findings = []verdict.Finding{{Curl: `curl "http://x/$CODE_1_URLENCODED"`}}
	want := []variable{
		{"APP_KEY", "‹app-key›"},
		{"ANSWER_ROBERT_ZAK_LAST_CHARACTER_CHANGED", "‹answer robert.zak, last character changed›"},
		{"CODE_1_URLENCODED", "‹code 1›, percent-encoded"},
	}
	if diff := cmp.Diff(want, variables(v.Run, curlsOf(v.Report.Requirements))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestColoursGoByTheEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		env             map[string]string
		never, terminal bool
		want            bool
	}{
		"pipe":     {},
		"terminal": {terminal: true, want: true},
		"--no-color": {never: true, terminal: true,
			env: map[string]string{"FORCE_COLOR": "1"}},
		"NO_COLOR": {terminal: true,
			env: map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}},
		"dumb":                  {terminal: true, env: map[string]string{"TERM": "dumb"}},
		"FORCE_COLOR in a pipe": {env: map[string]string{"FORCE_COLOR": "1"}, want: true},
		"CLICOLOR_FORCE, dumb": {env: map[string]string{"CLICOLOR_FORCE": "1", "TERM": "dumb"},
			want: true},
		"CLICOLOR_FORCE=0": {env: map[string]string{"CLICOLOR_FORCE": "0"}},
		"empty NO_COLOR, forced": {env: map[string]string{"NO_COLOR": "", "FORCE_COLOR": "1"},
			want: true},
	} {
		if got := WantsColour(func(name string) string { return c.env[name] }, c.never,
			c.terminal); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
