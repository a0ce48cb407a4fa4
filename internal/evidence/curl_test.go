package evidence_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// run lets a real shell read the line, with a fake curl to print its arguments.
func run(t *testing.T, line string, variables ...string) (words []string, input string) {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	dir := t.TempDir()
	fake := "#!/bin/sh\nfor word; do printf '%s\\000' \"$word\"; done > \"$OUT/words\"\ncat > \"$OUT/input\"\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(fake), 0o700); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(shell, "-u", "-c", line)
	command.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "OUT=" + dir},
		variables...)
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s: %v, %s", line, err, out)
	}
	return strings.Split(strings.TrimSuffix(read(t, dir, "words"), "\x00"), "\x00"),
		read(t, dir, "input")
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCurlIsOneLineToCopy(t *testing.T) {
	got := evidence.Curl(evidence.Exchange{
		Method: "POST", URL: "https://example.org/api/v1.0/users/password/reset",
		Header: []evidence.Field{
			{Name: "User-Agent", Value: "x"}, {Name: "traceparent", Value: "x"},
			{Name: "Accept-Encoding", Value: "gzip"},
			{Name: "Accept", Value: "application/json"}, {Name: "Et-App-Key", Value: "‹app-key›"},
			{Name: "Content-Type", Value: "application/json"},
		},
		Body: []byte(`{"User":"robert.zak","SecretQuestionAnswer":"‹answer robert.zak›"}`),
	})
	want := `curl -i -X POST 'https://example.org/api/v1.0/users/password/reset' -H 'Accept: application/json' ` +
		`-H "Et-App-Key: $APP_KEY" -H 'Content-Type: application/json' ` +
		`--data-binary '{"User":"robert.zak","SecretQuestionAnswer":"'"$ANSWER_ROBERT_ZAK"'"}'`
	if got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestCurlOfARequestThatWasNotSent(t *testing.T) {
	for _, x := range []evidence.Exchange{{}, {Method: "GET"}, {URL: "http://x"},
		{Method: "GET", URL: "file:///etc/passwd"}, {Method: "GET", URL: "-o/tmp/x"}} {
		if got := evidence.Curl(x); got != "" {
			t.Errorf("%+v gave %s", x, got)
		}
	}
}

// secret is hard to quote.
const secret = "a\"b'c $HOME `id` \\ %s\\n!*?\t"

func TestCurlInARealShell(t *testing.T) {
	for _, test := range []struct {
		name  string
		x     evidence.Exchange
		words []string
		input string
	}{
		{"hostile URL", evidence.Exchange{Method: "GET",
			URL: "http://[::1]/../a'b\"c$(id)`id`\\ \n\x1b\u202e?q=‹answer x›&!"},
			[]string{"-i", "-X", "GET", "--globoff", "--path-as-is",
				"http://[::1]/../a'b\"c$(id)`id`\\%20%0A%1B%E2%80%AE?q=url!&!"}, ""},
		{"encoded placeholder",
			evidence.Exchange{Method: "GET",
				URL: "http://x/?a=%E2%80%B9answer%20x%E2%80%BAb&c=%e2%80%b9code+1%e2%80%ba"},
			[]string{"-i", "-X", "GET", "http://x/?a=url!b&c=code!"}, ""},
		{"hostile headers", evidence.Exchange{
			Method: "GET", URL: "http://x",
			Header: []evidence.Field{
				{Name: "Accept", Value: "a'; id #\x1b[31m\t\u202e\xff"}, {Name: "Et-App-Key"},
				{Name: "@/etc/passwd", Value: "x"}, {Name: "K\n", Value: "x"},
				{Name: "K", Value: "x‹app-key, last character changed›"},
				{Name: "L", Value: "`‹code 1›`"}, {Name: "M", Value: "‹code 1›_\x07\r\nN: %s"},
			},
		}, []string{
			"-i", "-X", "GET", "http://x",
			"-H", "Accept: a'; id #\x1b[31m\t\u202e\xff", "-H", "Et-App-Key;",
			"-H", "K: x" + secret, "-H", "L: `" + secret + "`", "-H", "M: " + secret +
				"_\x07␍␊N: %s",
		}, ""},
		{"name goes on", evidence.Exchange{Method: "GET", URL: "http://x",
			Header: []evidence.Field{{Name: "K", Value: "‹code 1›23"}}},
			[]string{"-i", "-X", "GET", "http://x", "-H", "K: " + secret + "23"}, ""},
		{"head", evidence.Exchange{Method: "HEAD", URL: "http://x"},
			[]string{"-i", "--head", "http://x"}, ""},
		{"empty body", evidence.Exchange{Method: "POST", URL: "http://x"},
			[]string{"-i", "-X", "POST", "http://x", "-H", "Content-Type:", "--data-binary",
				""}, ""},
		{"empty content type", evidence.Exchange{Method: "POST", URL: "http://x",
			Header: []evidence.Field{{Name: "content-type"}}},
			[]string{"-i", "-X", "POST", "http://x", "-H", "content-type;", "--data-binary",
				""}, ""},
		{"body with a quote", evidence.Exchange{Method: "PUT", URL: "http://x",
			Body: []byte(`{"a'b":"‹code 1›%\n"}`)},
			[]string{"-i", "-X", "PUT", "http://x", "-H", "Content-Type:", "--data-binary",
				`{"a'b":"` + secret + `%\n"}`}, ""},
		{"body with controls", evidence.Exchange{Method: "POST", URL: "http://x",
			Body: []byte("-\x00a'%\\n\x1b1\xff‹code 1›é\u202e\x019\n\n")},
			[]string{"-i", "-X", "POST", "http://x", "-H", "Content-Type:", "--data-binary", "@-"},
			"-\x00a'%\\n\x1b1\xff" + secret + "é\u202e\x019\n\n"},
		{"body of a file's name", evidence.Exchange{Method: "POST", URL: "http://x",
			Body: []byte("@/etc/hosts")},
			[]string{"-i", "-X", "POST", "http://x", "-H", "Content-Type:", "--data-binary", "@-"},
			"@/etc/hosts"},
		{"body of a secret", evidence.Exchange{Method: "POST", URL: "http://x",
			Body: []byte("‹code 1›")},
			[]string{"-i", "-X", "POST", "http://x", "-H", "Content-Type:", "--data-binary", "@-"},
			secret},
		{"odd method", evidence.Exchange{Method: "$(id)", URL: "http://x"},
			[]string{"-i", "-X", "$(id)", "http://x"}, ""},
		{"no placeholder", evidence.Exchange{Method: "GET", URL: "http://x",
			Header: []evidence.Field{{Name: "K", Value: "‹› ‹a\tb› ‹"}}},
			[]string{"-i", "-X", "GET", "http://x", "-H", "K: ‹› ‹a\tb› ‹"}, ""},
	} {
		line := evidence.Curl(test.x)
		words, input := run(t, line, "ANSWER_X_URLENCODED=url!", "CODE_1_URLENCODED=code!",
			"CODE_1="+secret, "APP_KEY_LAST_CHARACTER_CHANGED="+secret)
		if !slices.Equal(words, test.words) || input != test.input {
			t.Errorf("%s: %s\ngave %q and %q,\nwant %q and %q", test.name, line, words, input,
				test.words, test.input)
		}
		checkLine(t, line)
	}
}

// checkLine fails if a terminal would do something other than show the line.
func checkLine(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) ||
		strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("the line does something to a terminal: %q", line)
	}
}

func TestCurlNamesVariables(t *testing.T) {
	for placeholder, want := range map[string]string{
		"‹app-key›": "$APP_KEY", "‹answer robert.zak›": "$ANSWER_ROBERT_ZAK", "‹code 1›": "$CODE_1",
		"‹code 1 (2)›":                      "$CODE_1_2",
		"‹app-key, last character changed›": "$APP_KEY_LAST_CHARACTER_CHANGED",
		"‹header CF-Access-Client-Id›":      "$HEADER_CF_ACCESS_CLIENT_ID",
		"‹answer a%20b›":                    "$ANSWER_A_20B",
		"‹password Ünal›":                   "$PASSWORD_U00DCNAL", "‹2fa›": "$SECRET_2FA",
		"‹…›": "$SECRET",
	} {
		got := evidence.Curl(evidence.Exchange{Method: "GET", URL: "http://x",
			Header: []evidence.Field{{Name: "K", Value: placeholder}}})
		if want := `curl -i -X GET 'http://x' -H "K: ` + want + `"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// FuzzCurl lets a real shell read hostile requests.
func FuzzCurl(f *testing.F) {
	f.Add("/'\"?`$(id)", "v\x1b", "‹code 1›\x00")
	f.Add("/%E2%80%B9a", "‹a›", "@\\065%d\xff")
	f.Add("/ \\", "!$!", "-n \\c\n\n")
	f.Fuzz(func(t *testing.T, path, value, body string) {
		line := evidence.Curl(evidence.Exchange{
			Method: "POST", URL: "http://x" + path,
			Header: []evidence.Field{{Name: "X", Value: value}}, Body: []byte(body),
		})
		checkLine(t, line)
		if strings.ContainsAny(path+value+body, "‹›\uFFFD") ||
			strings.Contains(strings.ToLower(path), "%e2%80%b9") {
			return
		}
		words, input := run(t, line)
		field := "X: " + strings.NewReplacer("\x00", "␀", "\n", "␊", "\r", "␍").Replace(value)
		if value == "" {
			field = "X;"
		}
		last := words[len(words)-1]
		if last == "@-" {
			last = input
		}
		if !slices.Contains(words, field) || last != body {
			t.Errorf("%q %q %q gave %q, %q", path, value, body, words, input)
		}
	})
}
