package suites

import (
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func respond(body string, header ...evidence.Field) *response {
	a := &response{doc: contract.ReadJSON([]byte(body))}
	a.Response = &evidence.Response{Status: 200, Header: header, Body: []byte(body)}
	return a
}

func TestATextIsFoundInUsualEncodings(t *testing.T) {
	const secret = "Zoë & <co>+ltd"
	for body, want := range map[string]bool{
		`{"a":["x",{"b":"so Zoë \u0026 \u003cco\u003e+ltd!"}]}`: true,
		`{"a":"Zoe\u0308 & <co>+ltd"}`:                          true, // the same in Unicode's other form
		`<p>Zoë &amp; &lt;co&gt;+ltd</p>`:                       true,
		`https://x/?q=Zo%C3%AB+%26+%3Cco%3E%2Bltd`:              true,
		`{"a":"Wm/DqyAmIDxjbz4rbHRk"}`:                          true,
		`{"a":"5a6fc3ab2026203c636f3e2b6c7464"}`:                true,
		`{"a":"Zoë and co"}`:                                    false,
		`{"Zoë":1}`:                                             false,
		``:                                                      false,
	} {
		if got := respond(body).containsText(secret); got != want {
			t.Errorf("%s holds it: %t", body, got)
		}
	}
	if !respond("", evidence.Field{Name: "X",
		Value: "Zo%C3%AB%20&%20%3Cco%3E+ltd"}).containsText(secret) {
		t.Error("not found in a header")
	}
}

func TestHeadersAreFoundByAnyCase(t *testing.T) {
	a := respond("{}", evidence.Field{Name: "content-TYPE", Value: "a"},
		evidence.Field{Name: "Content-Type", Value: "b"})
	if a.headerValue("Content-Type") != "a" || !slices.Equal(a.headerValues("content-type"),
		[]string{"a", "b"}) || a.headerValue("X") != "" {
		t.Errorf("%q, %q", a.headerValue("Content-Type"), a.headerValues("content-type"))
	}
}

func TestResponsesAreDescribedBriefly(t *testing.T) {
	long := strings.Repeat("ä", 301)
	for _, c := range []struct {
		a    *response
		want string
	}{
		{respond(`{"b": "<x>", "a": [1]}`), `status 200, {"a":[1],"b":"<x>"}`},
		{respond(" "), "status 200, an empty body"},
		{respond("<x>", evidence.Field{Name: "Content-Type", Value: "text/html; charset=utf-8"}),
			"status 200, a body that is no JSON (text/html): <x>"},
		{respond("<x>", evidence.Field{Name: "Content-Type", Value: "what/ever; =;"}),
			"status 200, a body that is no JSON (what/ever; =;): <x>"},
		{respond("<x>"), "status 200, a body that is no JSON (no Content-Type): <x>"},
		{respond("\xffa"), "status 200, a body that is no JSON (no Content-Type): �a"},
		{respond(long), "status 200, a body that is no JSON (no Content-Type): " +
			long[:600] + "…"},
		{respond(long[:600]), "status 200, a body that is no JSON (no Content-Type): " +
			long[:600]},
	} {
		if got := c.a.describe(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if describeResponse(nil) != "" || compactJSON(make(chan int)) == "" {
		t.Error("nothing is described as nothing, and anything else as something")
	}
}

func TestALabelThatReadsAnotherTextIsMisread(t *testing.T) {
	for _, c := range []struct {
		body, label string
		want        bool
	}{
		{"é", "application/json; charset=iso-8859-1", true},
		{"e", "application/json; charset=iso-8859-1", false},
		{"é", "application/json; charset=UTF-8", false},
		{"é", "application/json; charset=utf8", false}, {"é", "application/json", false},
		{"é", "application/json; charset=unheard-of", false},
		{"ab", "application/json; charset=utf-16", true},
	} {
		if got := isMisread([]byte(c.body), c.label); got != c.want {
			t.Errorf("%q, labelled %s, is misread: %t", c.body, c.label, got)
		}
	}
}

func TestFindingsThatDifferInTheExchangeOnlyAreOne(t *testing.T) {
	merged := mergeFindings([]verdict.Finding{{Expected: "a", Got: "b", Exchange: "1"},
		{Expected: "a", Got: "c"}, {Expected: "a", Got: "b", Exchange: "2"},
		{Expected: "a", Got: "b"}})
	if len(merged) != 2 || merged[0].Got != "b (and in 2 more responses)" ||
		merged[0].Exchange != "1" || merged[1].Got != "c" {
		t.Errorf("%+v", merged)
	}
}

func TestStatusesThatCarryNoResponse(t *testing.T) {
	for status, want := range map[int][2]bool{
		100: {false, false}, 199: {false, false}, 200: {true, false}, 204: {false, false},
		205: {false, false}, 206: {false, false},
		404: {true, true}, 405: {true, true}, 410: {true, true}, 501: {true, true},
		500: {true, false},
	} {
		if canCarryBody(status) != want[0] || isAbsentStatus(status) != want[1] {
			t.Errorf("%d carries a response: %t, says that nothing is there: %t", status,
				canCarryBody(status), isAbsentStatus(status))
		}
	}
}

func TestPatternsOfCodes(t *testing.T) {
	for _, c := range []struct {
		of   evidence.Sequence
		want string
	}{
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 8}, ""},
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 8, Step: evidence.StepConstant},
			"constant step"},
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 8, Step: evidence.StepSmall},
			"close to each other"},
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 8, Step: evidence.StepRising},
			"shortly after"},
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 3}, "only 3 change"},
		{evidence.Sequence{Length: 8, Symbols: 10, Varying: 4}, ""},
		{evidence.Sequence{Length: 5, Symbols: 10, Varying: 3}, ""},
		{evidence.Sequence{Length: 5, Symbols: 10, Varying: 2}, "only 2 change"},
		{evidence.Sequence{Length: 8, Symbols: 4, Varying: 8}, "only 4 different characters"},
		{evidence.Sequence{Length: 8, Symbols: 5, Varying: 8}, ""},
		{evidence.Sequence{Length: 10, Symbols: 4, Varying: 10}, ""},
	} {
		got := describePattern(c.of)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
	}
}

func TestCharactersOfCodes(t *testing.T) {
	for _, c := range []struct {
		alphabets []string
		want      int
	}{
		{[]string{"digits", "digits"}, 10}, {[]string{"letters"}, 26},
		{[]string{"digits", "letters"}, 36}, {[]string{"digits", "hex"}, 16},
		{[]string{"any", "digits"}, 64}, {nil, 1},
	} {
		r := &Record{Run: &evidence.Run{}}
		for i, alphabet := range c.alphabets {
			code := placeholder.Code.For(string(rune('1' + i)))
			r.Run.Mails = append(r.Run.Mails, evidence.Mail{Codes: []placeholder.Placeholder{code}})
			r.Run.Secrets = append(r.Run.Secrets, evidence.Secret{Placeholder: code, Length: 6,
				Alphabet: alphabet})
		}
		r.Run.Mails = append(r.Run.Mails, evidence.Mail{},
			evidence.Mail{Codes: []placeholder.Placeholder{"‹code long›"}})
		r.Run.Secrets = append(r.Run.Secrets, evidence.Secret{Placeholder: "‹code long›", Length: 7,
			Alphabet: "any"})
		if got := r.alphabetSize(6); got != c.want {
			t.Errorf("%q: %d characters, want %d", c.alphabets, got, c.want)
		}
	}
}

func TestShortAndDerivedSecretsAreNone(t *testing.T) {
	r := &Record{Run: &evidence.Run{Secrets: []evidence.Secret{
		{Placeholder: "‹code 1›", Length: 4}, {Placeholder: "‹code 2›", Length: 3},
		{Placeholder: "‹code 1, cut short›", Length: 9}, {Placeholder: "‹token x›", Length: 9},
	}}}
	for text, want := range map[string]string{"x ‹code 1› y": "‹code 1›", "‹code 2›": "",
		"‹code 1, cut short›": "", "‹token x›": "", "": ""} {
		got, found := r.findSecret([]byte(text), placeholder.Code, placeholder.Answer)
		if got != want || found != (want != "") {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestTraitsThatTellWhoIsKnown(t *testing.T) {
	of := func(bodies ...string) (list []*response) {
		for _, b := range bodies {
			list = append(list, respond(b, evidence.Field{Name: "Date", Value: b},
				evidence.Field{Name: "X-A", Value: "same"}))
		}
		return list
	}
	for _, c := range []struct {
		what           string
		known, unknown []*response
		want           string
	}{
		{"the same", of(`{"a":1}`, `{"a":1}`), of(`{"a":1}`), ""},
		{"another member", of(`{"a":1}`, `{"a":1}`), of(`{"a":2}`), "/a is 2, of a trader 1"},
		{"a member more", of(`{"a":1}`), of(`{"a":1,"b":[true]}`),
			"/b is a list of 1, of a trader absent; /b/0 is true, of a trader absent"},
		{"one that differs by itself", of(`{"a":1}`, `{"a":2}`), of(`{"a":3}`), ""},
		{"one that differs on the other side", of(`{"a":1}`), of(`{"a":2}`, `{"a":3}`), ""},
		{"no JSON", of("x"), of("y"), `body is "y", of a trader "x"`},
	} {
		if got := strings.Join(findTellingTraits(c.known, c.unknown), "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	connection := findTellingTraits([]*response{respond("{}",
		evidence.Field{Name: "Content-Length", Value: "1"})},
		[]*response{respond("{}", evidence.Field{Name: "X-A", Value: "b"})})
	if !slices.Equal(connection, []string{`X-A is "b", of a trader absent`}) {
		t.Errorf("%q", connection)
	}
}

func TestSelectionByPattern(t *testing.T) {
	for _, c := range []struct {
		only []string
		want bool
	}{{nil, true}, {[]string{"KEY-1"}, true}, {[]string{"KEY-2"}, false},
		{[]string{"MAIL-*", "KEY-*"}, true}, {[]string{"["}, false}} {
		if got := Selected("KEY-1", c.only); got != c.want {
			t.Errorf("%q select KEY-1: %t", c.only, got)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.8.9.1": true,
		"::1": true, "10.0.0.1": false, "localhost.example": false, "": false} {
		if got := isLoopback(host); got != want {
			t.Errorf("%q is on this host: %t", host, got)
		}
	}
}
