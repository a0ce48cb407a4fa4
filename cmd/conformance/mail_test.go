package main_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	codeMail   = "Subject: Password reset\r\n\r\nConfirmation code:\r\n\r\n231408\r\n"
	noCodeMail = "Subject: Your parcel\r\n\r\nYour order number is 99812011.\r\n"
	// unclearMail holds a name of four letters that may be a code.
	unclearMail = "Subject: Nova\r\n\r\nTar lem.\r\n\r\nKZQX\r\n"
)

// TestMailPrintsExactlyThisJSON keeps to what other programs read.
func TestMailPrintsExactlyThisJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ mail, want string }{
		"code": {codeMail,
			`{"code":"231408","candidates":["231408"],"text":"Confirmation code:\n\n231408"}`},
		"none": {noCodeMail,
			`{"code":"","candidates":[],"text":"Your order number is 99812011."}`},
		"unclear": {unclearMail, `{"code":"","candidates":["KZQX"],"text":"Tar lem.\n\nKZQX"}`},
	} {
		got := conformance(t, "mail", "--json", write(t, "mail.eml", c.mail)).wantExit(t, 0).stdout
		if diff := cmp.Diff(c.want+"\n", got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMailsOfOneTemplateAreReadTogether(t *testing.T) {
	t.Parallel()
	mail := func(code string) string {
		return write(t, code+".eml", "Subject: Nova\r\n\r\nXo lem 774411 tar "+code+" pol.\r\n")
	}
	files := []string{mail("231408"), mail("905517")}
	got := conformance(t, append([]string{"mail", "--json"}, files...)...).wantExit(t, 0).stdout
	for i, line := range strings.Split(strings.TrimSpace(got), "\n") {
		var m struct{ File, Code string }
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.File != files[i] {
			t.Fatalf("%s: %v", line, err)
		}
		if !strings.HasSuffix(m.File, m.Code+".eml") || m.Code == "" {
			t.Errorf("%s: got %q", m.File, m.Code)
		}
	}
}

func TestMailShowsWhatACodePatternFinds(t *testing.T) {
	t.Parallel()
	link := write(t, "mail.eml",
		"Subject: Reset\r\n\r\nOpen https://etna.example/reset?code=231408\r\n")
	conformance(t, "mail", link).wantExit(t, 0).wantOut(t, "none is recognised", "codePattern",
		"231408", "https://etna.example/reset")
	conformance(t, "mail", "--code-pattern", `code=(\d+)`, link).wantExit(t, 0).wantOut(t,
		"Code 231408")
	conformance(t, "mail", "--code-pattern", `PIN (\d+)`, link).wantExit(t, 0).wantOut(t,
		"the pattern finds nothing")
}

func TestMailReadsStandardInput(t *testing.T) {
	t.Parallel()
	c := call{args: []string{"mail", "--json", "-"}}
	command := c.command()
	command.Stdin = strings.NewReader(codeMail)
	out, err := command.Output()
	if err != nil || !strings.Contains(string(out), `{"code":"231408",`) {
		t.Errorf("%s: %v", out, err)
	}
}

// TestMailCannotCommandTheTerminal shows a mail that tries.
func TestMailCannotCommandTheTerminal(t *testing.T) {
	t.Parallel()
	hostile := write(t, "mail.eml",
		"Subject: \x1b[31mred\r\n\r\n\x1b]0;title\x07 \u202e 231408\r\n")
	got := conformance(t, "mail", hostile).wantExit(t, 0).stdout
	if strings.ContainsAny(got, "\x1b\x07\u202e") {
		t.Errorf("%q", got)
	}
}

func TestMailNamesMistakes(t *testing.T) {
	t.Parallel()
	conformance(t, "mail").wantExit(t, 2).wantErr(t, "needs a file")
	conformance(t, "mail", "missing.eml").wantExit(t, 2).wantErr(t, "missing.eml")
	conformance(t, "mail", t.TempDir()).wantExit(t, 2).wantErr(t, "directory")
	conformance(t, "mail", "--code-pattern", "(", write(t, "mail.eml", codeMail)).wantExit(t,
		2).wantErr(t, "--code-pattern: expected a regular expression")
	conformance(t, "mail", "--jsn", write(t, "mail.eml", codeMail)).wantExit(t, 2).wantErr(t,
		`did you mean "json"?`)
}
