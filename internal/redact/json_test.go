package redact_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONReplacesValuesOnly(t *testing.T) {
	v := vault(t, "Peterson", "231408", "7", `a"b\c`, "nabc", "-12.50", "true", `":"`, "42")
	for _, test := range []struct{ name, body, want string }{
		{"value", `{"Errors":["Peterson"],"IsSucceed":false}`,
			`{"Errors":["‹s0›"],"IsSucceed":false}`},
		{"spaces", "\ufeff {\r\n\t\"Model\" : \"Peterson\" }\n",
			"\ufeff {\r\n\t\"Model\" : \"‹s0›\" }\n"},
		{"escaped", `["\u0050ET\u0065rson","a\"b\\c"]`, `["‹s0›","‹s3›"]`},
		{"escape is not torn", `["\nabc"]`, `["‹s4›"]`},
		{"number", `{"a":231408,"b":[7,1.7,17],"c":-12.50}`, `{"a":0,"b":[0,1.7,17],"c":-0.00}`},
		{"number in a longer one", `[1231408e5,231408.5]`, `[0e0,0.0]`},
		{"short number in a string", `["7", "17", "a 7"]`, `["‹s2›", "17", "a ‹s2›"]`},
		{"literal", `{"IsSucceed":true,"a":"true"}`, `{"IsSucceed":true,"a":"‹s6›"}`},
		{"structure", `{"x":"y","z":"\":\""}`, `{"x":"y","z":"‹s7›"}`},
		{"documented names",
			`{"Errors":[],"ErrorsCode":[],"error":"Application key is not defined or does not exist"}`, ""},
		{"other names", `{"for Peterson":1,"Peterson":2}`, `{"for ‹s0›":1,"‹s0›":2}`},
		{"duplicates", `{"a":"Peterson","a":"Peterson"}`, `{"a":"‹s0›","a":"‹s0›"}`},
		{"trailing garbage", `{"a":"Peterson"} Peterson "x`, `{"a":"‹s0›"} ‹s0› "x`},
		{"no quotes", `{a: Peterson}`, `{a: ‹s0›}`},
		{"single quotes", `{'a': 'Peterson'}`, `{'a': '‹s0›'}`},
		{"unfinished", `{"a":"Peterson`, `{"a":"‹s0›`},
		{"invalid UTF-8", "{\"a\":\"\xffPeterson\xfe\"}", "{\"a\":\"\xff‹s0›\xfe\"}"},
		{"lone surrogate", `["\ud800Peterson\udc00"]`, `["\ud800‹s0›\udc00"]`},
		{"bare number", ` 231408 `, ` 0 `},
		{"bare string", `"Peterson"`, `"‹s0›"`},
		{"text", `code 231408`, `code ‹s1›`},
		{"JSON in JSON", `{"a":"{\"b\":\"\\u0050eterson\"}"}`, `{"a":"{\"b\":\"‹s0›\"}"}`},
		{"JSON in base64", `{"a":"eyJhIjoiUGV0ZXJzb24ifQ=="}`, `{"a":"eyJhIjoi‹s0›ifQ=="}`},
		{"form", "User=x&Answer=%50eterson", "User=x&Answer=‹s0›"},
		{"empty", "", ""},
	} {
		want := test.want
		if want == "" {
			want = test.body
		}
		got := string(v.Body([]byte(test.body)))
		if got != want {
			t.Errorf("%s: %s became\n%s, want\n%s", test.name, test.body, got, want)
		}
		if again := string(v.Body([]byte(got))); again != got {
			t.Errorf("%s: sealed twice %s became\n%s", test.name, got, again)
		}
		if json.Valid([]byte(test.body)) != json.Valid([]byte(got)) {
			t.Errorf("%s: valid and not valid: %s, %s", test.name, test.body, got)
		}
	}
}

func TestJSONEscapesPlaceholders(t *testing.T) {
	v := vault(t)
	v.Add("‹answer \"x\\y\"›", "Peterson")
	got := v.Body([]byte(`{"a":"Peterson"}`))
	var parsed map[string]string
	if err := json.Unmarshal(got, &parsed); err != nil || parsed["a"] != "‹answer \"x\\y\"›" {
		t.Errorf("%s: %v, %q", got, err, parsed)
	}
}

// FuzzJSON checks that the structure of a document survives and the secret
// does not.
func FuzzJSON(f *testing.F) {
	f.Add("Peterson",
		[]byte(`{"Errors":["\u0050eterson"],"n":[1,-2.5e3,"x"],"Peterson":{"":null}}`))
	f.Add("2314", []byte(`[2314, 12314.5, "2314", "\\u0032314", "MjMxNA=="]`))
	f.Add(`a"b\`, []byte(`{"a\"b\\":"a\"b\\"}`))
	f.Add(`":"a`, []byte(`{"x":"a","y":"\":\"a"}`))
	f.Add("%41=", []byte(`["%2541=","%41=","%41%3D"]`))
	f.Add("nnnn", []byte(`["\nnnn\nnnnn"]`))
	f.Add("0000", []byte(`[10000, 0.0000, "0000"]`))
	f.Fuzz(func(t *testing.T, secret string, body []byte) {
		if utf8.RuneCountInString(secret) < 4 || len(secret) > 100 || len(body) > 4000 ||
			!utf8.ValidString(secret) {
			t.Skip()
		}
		v := vault(t, secret)
		sealed := v.Body(body)
		if again := v.Body(sealed); !bytes.Equal(again, sealed) {
			t.Errorf("%q became\n%q, sealed again\n%q", body, sealed, again)
		}
		if !json.Valid(body) {
			return
		}
		if bytes.Contains(sealed, []byte("withheld")) {
			t.Skip()
		}
		if !json.Valid(sealed) {
			t.Fatalf("%q became\n%q", body, sealed)
		}
		before, after := shape(t, body), shape(t, sealed)
		if !reflect.DeepEqual(before, after) {
			t.Errorf("%q became\n%q", body, sealed)
		}
		for _, text := range texts(t, sealed) {
			if !sharesText(secret) && strings.Contains(text, secret) {
				t.Errorf("%q is still in %q", secret, sealed)
			}
		}
	})
}

// sharesText reports whether a secret occurs in an unaltered text.
func sharesText(secret string) bool {
	for _, text := range append(public(), "‹s0›",
		"‹withheld: a secret could not be removed cleanly›") {
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			return true
		}
	}
	return false
}

// shape lists the kinds of a document's tokens.
func shape(t *testing.T, body []byte) []string {
	var kinds []string
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case json.Delim:
			kinds = append(kinds, token.String())
		case string:
			kinds = append(kinds, "string")
		case json.Number:
			kinds = append(kinds, "number")
		case bool, nil:
			kinds = append(kinds, "literal")
		}
	}
	return kinds
}

func texts(t *testing.T, body []byte) []string {
	var all []string
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(string); ok {
			all = append(all, text)
		}
	}
	return all
}
