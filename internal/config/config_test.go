package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
	"go.yaml.in/yaml/v3"
)

// written puts a configuration file into a directory of its own.
func written(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func load(t *testing.T, file string, env ...string) (config.Config, error) {
	t.Helper()
	flags := map[string]string{"config": written(t, file), "url": "http://127.0.0.1:1"}
	return config.Load(config.Sources{Flags: flags, Env: env})
}

func mustLoad(t *testing.T, sources config.Sources) config.Config {
	t.Helper()
	c, err := config.Load(sources)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	c := mustLoad(t, config.Sources{})
	if c.MailDeadline != time.Minute || c.RequestTimeout != 10*time.Second || c.Concurrency != 8 ||
		c.Rate != 0 {
		t.Errorf("limits: %+v", c)
	}
	if c.SecretQuestions != config.SecretQuestionsOptional || c.APIVersion != "1.0" ||
		c.Out != "reports/latest" || !slices.Equal(c.Profiles, []string{"core"}) {
		t.Errorf("defaults: %+v", c)
	}
}

func TestExampleLoadsAndHasEveryKey(t *testing.T) {
	const example = "../../conformance.example.yaml"
	c := mustLoad(t, config.Sources{
		Flags: map[string]string{"config": example},
		Env: []string{"ETNA_APP_KEY=k", "ETNA_ROBERT_ANSWER=a", "ETNA_ROBERT_PASSWORD=p",
			"ETNA_ROBERT_NEW_PASSWORD=n", "ETNA_CF_ID=i"},
	})
	if c.URL != "https://staging.example/api" || c.AppKey != "k" ||
		c.Inbox != (config.Inbox{Kind: "mailhog", URL: "http://mailhog.example:8025"}) {
		t.Errorf("target: %+v", c)
	}
	want := []config.Trader{
		{Login: "robert.zak", Email: "robert.zak@example.com", MailTo: "robert.zak@example.com",
			Question: "What street did you live on in third grade?", Answer: "a", Password: "p",
			NewPassword: "n"},
		{Login: "jane.doe", Email: "jane.doe@example.com", MailTo: "staging-catch-all@example.com"},
	}
	if !slices.Equal(c.Traders, want) {
		t.Errorf("traders: %+v", c.Traders)
	}
	if c.Rate != 5 || c.Headers["CF-Access-Client-Id"] != "i" ||
		!reflect.DeepEqual(c.Deployment, config.Label{Name: "Acme staging", Version: "4.2.1",
			Labels: map[string]string{"region": "eu", "customer": "acme"}}) ||
		c.CAFile != "../../staging-ca.pem" {
		t.Errorf("rest: %+v", c)
	}

	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := yaml.Unmarshal(content, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range config.Keys() {
		if _, found := keys[key]; !found && key != "appKeyFile" {
			t.Errorf("the example lacks %s", key)
		}
	}
}

func TestPrecedence(t *testing.T) {
	file := written(t,
		"url: http://file.example/\nconcurrency: 2\nrate: 1.5\nprofile: [core, flow]\n")
	c := mustLoad(t, config.Sources{
		Flags: map[string]string{"url": "http://flag.example", "strict": "true",
			"only": "RESET-1,RESET-2"},
		Env: []string{"CONFORMANCE_CONFIG=" + file, "CONFORMANCE_URL=http://env.example",
			"CONFORMANCE_CONCURRENCY=3", "NO_COLOR=yes", "CONFORMANCE_STRICT=false",
			"CONFORMANCE_INBOX=mailpit=http://mail.example:8025/"},
	})
	if c.URL != "http://flag.example" || c.Concurrency != 3 || c.Rate != 1.5 || !c.Strict ||
		!c.NoColor {
		t.Errorf("config: %+v", c)
	}
	if !slices.Equal(c.Only, []string{"RESET-1", "RESET-2"}) ||
		!slices.Equal(c.Profiles, []string{"core", "flow"}) {
		t.Errorf("lists: %v %v", c.Only, c.Profiles)
	}
	if c.Inbox != (config.Inbox{Kind: "mailpit", URL: "http://mail.example:8025"}) {
		t.Errorf("inbox: %+v", c.Inbox)
	}
}

func TestEmptyNoColorIsUnset(t *testing.T) {
	if mustLoad(t, config.Sources{Env: []string{"NO_COLOR="}}).NoColor {
		t.Error("an empty NO_COLOR turned colours off")
	}
}

func TestAppKeyFile(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("from the file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, "appKeyFile: "+key)
	if err != nil || c.AppKey != "from the file" || c.AppKeyFile != key {
		t.Errorf("%q %q %v", c.AppKey, c.AppKeyFile, err)
	}
	c, err = load(t, "appKeyFile: "+key, "CONFORMANCE_APP_KEY=from the environment")
	if err != nil || c.AppKey != "from the environment" || c.AppKeyFile != "" {
		t.Errorf("%q %q %v", c.AppKey, c.AppKeyFile, err)
	}
	c, err = load(t, "appKey: other", "CONFORMANCE_APP_KEY_FILE="+key)
	if err != nil || c.AppKey != "from the file" {
		t.Errorf("%q %v", c.AppKey, err)
	}
}

func TestValuesStayAsWritten(t *testing.T) {
	c,
		err := load(t,
		"traders: [{login: 0123, email: a@b.example, answer: \"$${x} ${A} $\"}]\napiVersion: 1.0",
		"A=${B} $${")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Traders[0]; got.Login != "0123" || got.Answer != "${x} ${B} $${ $" ||
		c.APIVersion != "1.0" {
		t.Errorf("%+v %q", got, c.APIVersion)
	}
}

// TestNobodyMeansTheEmbeddedReference has configurations that say something, and not which
// deployment.
func TestNobodyMeansTheEmbeddedReference(t *testing.T) {
	empty, urlless := written(t, "# nothing\n"), written(t, "profile: [core]\n")
	for name, c := range map[string]struct {
		sources config.Sources
		says    string
	}{
		"empty file": {config.Sources{Flags: map[string]string{"config": written(t,
			"")}}, "is empty; expected a configuration"},
		"file of a comment": {config.Sources{Flags: map[string]string{"config": empty}},
			"is empty; expected a configuration"},
		"file of a mark": {config.Sources{Flags: map[string]string{"config": written(t,
			"---\n")}}, "expected"},
		"empty file with a URL": {config.Sources{Flags: map[string]string{"config": empty,
			"url": "http://127.0.0.1:1"}}, "is empty; expected a configuration"},
		"file without url": {config.Sources{Flags: map[string]string{"config": urlless}},
			"url is missing"},
		"the same by environment": {config.Sources{Env: []string{"CONFORMANCE_CONFIG=" + urlless}},
			"url is missing"},
		"empty url in the file": {config.Sources{Flags: map[string]string{"config": written(t,
			"url: ''\n")}}, "url: is empty"},
		"url without value": {config.Sources{Flags: map[string]string{"config": written(t,
			"url:\n")}}, "url: has no value"},
		"url of an empty variable": {config.Sources{Flags: map[string]string{"config": written(t,
			"url: ${U}\n")}, Env: []string{"U="}}, "url: is empty"},
		"url of a blank variable": {config.Sources{Flags: map[string]string{"config": written(t,
			"url: ${U}\n")}, Env: []string{"U= "}}, "expected an absolute URL"},
		"empty URL": {config.Sources{Flags: map[string]string{"url": ""}},
			"--url: is empty"},
		"blank URL": {config.Sources{Flags: map[string]string{"url": " "}},
			"--url: expected an absolute URL"},
		"empty CONFORMANCE_URL": {config.Sources{Env: []string{"CONFORMANCE_URL="}},
			"CONFORMANCE_URL: is empty"},
		"empty name": {config.Sources{Flags: map[string]string{"config": ""}},
			"--config: is empty"},
		"empty CONFORMANCE_CONFIG": {config.Sources{Env: []string{"CONFORMANCE_CONFIG="}},
			"CONFORMANCE_CONFIG: is empty"},
		"missing file": {config.Sources{Flags: map[string]string{"config": "/nowhere/x.yaml"}},
			"can't be read"},
		"key alone": {config.Sources{Env: []string{"CONFORMANCE_APP_KEY=k"}},
			"no deployment"},
		"inbox alone": {config.Sources{Flags: map[string]string{"inbox": "mailhog=http://127.0.0.1:1"}}, "no deployment"},
		"selection of nothing": {config.Sources{Flags: map[string]string{"only": ","}},
			"--only: expected ids"},
	} {
		_, err := config.Load(c.sources)
		if _, ok := errors.AsType[*config.Error](err); !ok ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.says)
		}
	}
	if c := mustLoad(t, config.Sources{}); c.URL != "" {
		t.Errorf("without anything: %q", c.URL)
	}
}

func TestMistakesInTheFile(t *testing.T) {
	trader := "traders:\n- {login: a, email: a@example.com}\n- {login: b, email: b@example.com, "
	for content, want := range map[string]string{
		"url: http://x\ninboxx: {}": `:2: unknown key "inboxx"; did you mean "inbox"?`,
		"whatever: 1":               `:1: unknown key "whatever"`,
		"inbox: {mailhg: http://x}": `:1: unknown key "mailhg"; did you mean "mailhog"?`,
		"inbox: {}":                 `:1: inbox: expected either mailhog or mailpit with its URL`,
		"inbox: {mailhog: http://x, mailpit: http://y}": `:1: inbox: expected either mailhog or mailpit with its URL`,
		"inbox: mailhog":                    `:1: inbox: expected keys with values, found a single value`,
		"rate: 5\nurl: http://x\nrate: 6":   `:3: the key "rate" stands in line 1 already`,
		"- url":                             `:1: the file: expected keys with values, found a list`,
		"url: [a]":                          `:1: url: expected one value, found a list`,
		"url:":                              `:1: url: has no value; expected one, what belongs to it indented below it, or leave the key out`,
		"url: ftp://x":                      `:1: url: expected an absolute URL such as https://staging.example/api`,
		"url: /api":                         `:1: url: expected an absolute URL such as https://staging.example/api`,
		"url: http://x/?":                   `:1: url: expected a URL without query and fragment`,
		"url: http://u:p@x/":                `:1: url: expected a URL without user name and password; send them with the key headers (Authorization)`,
		"url: http://x:0/":                  `:1: url: expected a port from 1 to 65535`,
		"url: http://ä.example/":            `:1: url: expected a host name in ASCII (an international name in its xn-- form)`,
		"appKey: ${KEY}":                    `:1: appKey: the environment variable KEY is not set`,
		"appKey: ${EMPTY}":                  `:1: appKey: is empty; expected a value, or leave the key out`,
		"appKey: ${KEY:-x}":                 `:1: appKey: expected the name of an environment variable between ${ and } (write $${ for the characters themselves)`,
		"appKey: ${KEY":                     `:1: appKey: expected } after ${ (write $${ for the characters themselves)`,
		`appKey: "a\nb"`:                    `:1: appKey: expected text without line breaks and control characters`,
		`appKey: "a "`:                      `:1: appKey: expected no space at the beginning or the end`,
		"appKey: a\nappKeyFile: b":          `:2: the key is given by appKey too; expected one of them`,
		"mailDeadline: 60":                  `:1: mailDeadline: expected a duration above zero, such as 60s or 1m30s`,
		"requestTimeout: -1s":               `:1: requestTimeout: expected a duration above zero, such as 60s or 1m30s`,
		"concurrency: 257":                  `:1: concurrency: expected a whole number from 1 to 256`,
		"concurrency: 0":                    `:1: concurrency: expected a whole number from 1 to 256`,
		"rate: fast":                        `:1: rate: expected a number of requests a second from 0.01 up, or 0 for no limit`,
		"rate: .nan":                        `:1: rate: expected a number of requests a second from 0.01 up, or 0 for no limit`,
		"rate: NaN":                         `:1: rate: expected a number of requests a second from 0.01 up, or 0 for no limit`,
		"insecure: maybe":                   `:1: insecure: expected true or false`,
		"stepThree: identifier":             `:1: stepThree: unknown value "identifier"; did you mean "identifiers"?`,
		"secretQuestions: optionl":          `:1: secretQuestions: unknown value "optionl"; did you mean "optional"?`,
		"apiVersion: ../x":                  `:1: apiVersion: expected a version such as 1.0`,
		"codePattern: '('":                  `:1: codePattern: expected a regular expression (RE2 syntax): missing closing )`,
		"profile: [core,\n flwo]":           `:2: profile: unknown profile "flwo"; did you mean "flow"?`,
		"profile: all":                      `:1: profile: unknown profile; expected one of core, flow, hardening`,
		"profile: []":                       `:1: profile: expected one or more of core, flow, hardening`,
		"headers: {et-app-key: x}":          `:1: headers: Et-App-Key is what is under judgement; expected it as appKey`,
		"headers: {a b: x}":                 `:1: headers: expected a header name of letters, digits and hyphens`,
		"headers: {content-length: 1}":      `:1: headers: Content-Length belongs to each request itself; expected another header`,
		"headers: {X-A: 1, x-a: 2}":         `:1: headers: x-a is given twice; expected each name once, in any case`,
		"rate: 1\n\turl: x":                 `:2: expected YAML: found a tab character that violates indentation`,
		"rate: 1\n---\nrate: 2":             `:2: expected one YAML document, but a second one begins here`,
		"clientCert: {cert: a}":             `:1: clientCert: expected both cert and key`,
		"traders: robert":                   `:1: traders: expected a list, each entry with a hyphen before it, found a single value`,
		"traders: [robert]":                 `:1: traders: expected keys with values, found a single value`,
		"traders: [{email: a@example.com}]": `:1: traders: expected a login`,
		"traders: [{login: a}]":             `:1: traders: expected an email for a`,
		"traders: [{login: a, email: a}]":   `:1: email: expected an email address such as robert.zak@example.com`,
		"traders: [{login: a, email: A <a@b.example>}]": `:1: email: expected an email address such as robert.zak@example.com`,
		"traders: [{login: a, mail: x}]":                `:1: unknown key "mail"; did you mean "email"?`,
		trader +
			"question: why}": `:3: traders: b has a question without an answer; declare the answer or drop the question`,
		trader +
			"answer: ''}": `:3: answer: is empty; expected a value, or leave the key out`,
		trader +
			"password: x}": `:3: traders: b has one of password and newPassword; expected both or none`,
		trader +
			"password: x, newPassword: x}": `:3: traders: b has a newPassword equal to the password; expected two different ones`,
		trader +
			"mailTo: b@example.com}\n- {login: A, email: c@d.org}": `:4: traders: the login A stands in line 2 already; expected each once, in any case`,
		"secretQuestions: none\n" + trader +
			"question: q, answer: x}": `:1: secretQuestions: is none, but the trader b has a secret answer; expected no question and no answer`,
	} {
		_, err := load(t, content, "EMPTY=")
		wrong, ok := errors.AsType[*config.Error](err)
		if !ok || !strings.HasSuffix(err.Error(), want) ||
			!strings.Contains(wrong.Where, "c.yaml:") {
			t.Errorf("%q\n got %v\nwant …%s", content, err, want)
		}
	}
}

func TestMistakesElsewhere(t *testing.T) {
	for _, c := range []struct {
		flags map[string]string
		env   []string
		want  string
	}{
		{nil, []string{"CONFORMANCE_ULR=x"},
			`CONFORMANCE_ULR: unknown environment variable; did you mean "CONFORMANCE_URL"?`},
		{nil, []string{"CONFORMANCE_URL=x"},
			`CONFORMANCE_URL: expected an absolute URL such as https://staging.example/api`},
		{nil, []string{"CONFORMANCE_APP_KEY="},
			`CONFORMANCE_APP_KEY: is empty; expected a value, or leave it out`},
		{nil, []string{"CONFORMANCE_APP_KEY=a", "CONFORMANCE_APP_KEY_FILE=b"},
			`CONFORMANCE_APP_KEY_FILE: the key is given by CONFORMANCE_APP_KEY too; expected one of them`},
		{nil, []string{"CONFORMANCE_APP_KEY_FILE=/nowhere/at/all"},
			`CONFORMANCE_APP_KEY_FILE: the file "/nowhere/at/all" can't be read: no such file or directory`},
		{nil, []string{"CONFORMANCE_CONFIG=/nowhere/at/all"},
			`CONFORMANCE_CONFIG: the file "/nowhere/at/all" can't be read: no such file or directory`},
		{map[string]string{"config": "/nowhere/at/all"}, nil,
			`--config: the file "/nowhere/at/all" can't be read: no such file or directory`},
		{map[string]string{"config": "/"}, nil,
			`--config: the file "/" can't be read: is a directory`},
		{map[string]string{"inbox": "mailhog"}, nil,
			`--inbox: expected mailhog=URL or mailpit=URL`},
		{map[string]string{"inbox": "mailhgo=http://x"}, nil,
			`--inbox: unknown kind of inbox "mailhgo"; did you mean "mailhog"?`},
		{map[string]string{"profile": "flwo"}, nil,
			`--profile: unknown profile "flwo"; did you mean "flow"?`},
		{map[string]string{"rate": ""}, nil, `--rate: is empty; expected a value, or leave it out`},
		{map[string]string{"rte": "1"}, nil, `--rte: unknown flag; did you mean "rate"?`},
		{map[string]string{"concurrency": "1.5"}, nil,
			`--concurrency: expected a whole number from 1 to 256`},
	} {
		_, err := config.Load(config.Sources{Flags: c.flags, Env: c.env})
		if _, ok := errors.AsType[*config.Error](err); !ok || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestErrorsNeverRepeatASecret(t *testing.T) {
	const secret = "v3ry"
	for _, content := range []string{
		"url: http://user:${S}@x/", "url: ${S}", "rate: ${S}", "appKey: \"${S}\\n\"",
		"mailDeadline: ${S}", "profile: ${S}", "secretQuestions: ${S}", "insecure: ${S}",
		"traders: [{login: a, email: \"${S}\"}]", "codePattern: (${S}",
	} {
		_, err := load(t, content, "S="+secret)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestNoFlagForSecrets(t *testing.T) {
	for _, option := range config.Options() {
		if strings.Contains(option.Flag, "key") || option.Usage == "" {
			t.Errorf("flag %+v", option)
		}
	}
}

func TestBrokenTLSFiles(t *testing.T) {
	_, err := config.Config{CAFile: written(t, "no certificate")}.TLS()
	if _, ok := errors.AsType[*config.Error](err); !ok {
		t.Errorf("error: %v", err)
	}
	_, err = config.Config{ClientCert: config.ClientCert{Cert: "/nowhere", Key: "/nowhere"}}.TLS()
	if _, ok := errors.AsType[*config.Error](err); !ok {
		t.Errorf("error: %v", err)
	}
}

// TestFilesOfWindows reads files with a byte-order mark, in UTF-8 and in UTF-16.
func TestFilesOfWindows(t *testing.T) {
	for name, encode := range map[string]func(string) []byte{
		"UTF-8":                 func(s string) []byte { return []byte("\xef\xbb\xbf" + s) },
		"UTF-16, little-endian": func(s string) []byte { return utf16Of(s, 0xff, 0xfe) },
		"UTF-16, big-endian":    func(s string) []byte { return utf16Of(s, 0xfe, 0xff) },
	} {
		t.Run(name, func(t *testing.T) {
			key := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(key, encode("the-key\r\n\r\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := load(t, string(encode("appKeyFile: "+key+
				"\r\ntraders: [{login: zoë, email: z@a.example, answer: ${ANSWER}}]\r\n")),
				"ANSWER=a")
			if err != nil || c.AppKey != "the-key" || len(c.Traders) != 1 ||
				c.Traders[0].Login != "zoë" || c.Traders[0].Answer != "a" {
				t.Errorf("%+v %v", c, err)
			}
		})
	}
	if c := mustLoad(t, config.Sources{Env: []string{"CONFORMANCE_APP_KEY=\ufeffthe-key",
		"CONFORMANCE_URL=http://127.0.0.1:1"}}); c.AppKey != "the-key" {
		t.Errorf("the key of the environment is %q", c.AppKey)
	}
}

// utf16Of encodes ASCII and Latin-1 after the mark.
func utf16Of(s string, mark ...byte) []byte {
	encoded := slices.Clone(mark)
	for _, r := range s {
		if mark[0] == 0xff {
			encoded = append(encoded, byte(r), 0)
		} else {
			encoded = append(encoded, 0, byte(r))
		}
	}
	return encoded
}

func TestJSONIsRead(t *testing.T) {
	text := "{\n\t\"url\": \"http:\\/\\/a.example\\/api\",\n\t\"apiVersion\": 1.0, \"rate\": 0.5, \"insecure\": true,\n" +
		"\t\"traders\": [{\"login\": \"a\", \"email\": \"a@a.example\", \"question\": \"\\ud83d\\ude00? \\\\ud83d\", \"answer\": \"${ANSWER}\"}]\n}\n"
	c := mustLoad(t, config.Sources{Flags: map[string]string{"config": written(t, text)},
		Env: []string{"ANSWER=x"}})
	want := config.Trader{Login: "a", Email: "a@a.example", MailTo: "a@a.example",
		Question: `😀? \ud83d`, Answer: "x"}
	if c.URL != "http://a.example/api" || c.APIVersion != "1.0" || c.Rate != 0.5 || !c.Insecure ||
		!slices.Equal(c.Traders, []config.Trader{want}) {
		t.Errorf("%+v", c)
	}
}

func TestMistakesInJSONAreFound(t *testing.T) {
	for file, want := range map[string]string{
		"{\n \"ulr\": \"http://a.example\"\n}":                          `c.yaml:2: unknown key "ulr"; did you mean "url"?`,
		"{\n \"url\": \"http://a.example\",\n \"url\": \"http://b\"\n}": `c.yaml:3: the key "url" stands in line 2 already`,
		"{\n \"url\": null\n}":                                          "c.yaml:2: url: has no value",
		"{\n \"traders\": {\n}\n}":                                      "c.yaml:2: traders: expected a list, each entry with a hyphen before it, found keys with values",
		"{\n \"inbox\": [\n1]\n}":                                       "c.yaml:2: inbox: expected keys with values, found a list",
		"{\n \"url\": \"${UNSET}\"\n}":                                  "c.yaml:2: url: the environment variable UNSET is not set",
	} {
		if _, err := load(t, file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}
