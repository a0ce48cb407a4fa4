package redact_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/redact"
)

func public() []string {
	return []string{
		"Errors", "ErrorsCode", "IsSucceed", "error", "Model", "User", "SecretQuestionAnswer",
		"Answer is incorrect, try again.", "ErrorIncorrectAnswer",
		"Application key is not defined or does not exist",
	}
}

func vault(t testing.TB, secrets ...string) *redact.Redactor {
	t.Helper()
	v := redact.New(public())
	for i, s := range secrets {
		want := placeholder.Placeholder("‹s" + string(rune('0'+i)) + "›")
		if got := v.Add(want, s); got != want {
			t.Fatalf("Add(%q) = %q, want %q", s, got, want)
		}
	}
	return v
}

func TestTextReplacesSecretsInEveryCoding(t *testing.T) {
	secrets := []string{
		"Peterson", "231408", `a"b\c/d`, "100% = <b>&amp;", "Straße 12", "two words + more",
		"Ирина Петрова", "x'y`z$0", "日本の名前です", "0123456789abcdef0123456789abcdef", "k€y…-😀-end",
	}
	for _, secret := range secrets {
		v := vault(t, secret)
		for _, inner := range codings() {
			for _, outer := range codings() {
				if !outer.canWrite(inner) {
					continue
				}
				text := "Hi, " + outer.write("it is "+inner.write(secret)+" now") + ", bye"
				got := v.Text(text)
				if strings.Contains(got, inner.write(secret)) ||
					strings.Contains(got, outer.write(inner.write(secret))) ||
					!holdsPlaceholder(got) {
					t.Errorf("%s in %s of %q:\n%q became\n%q", inner.name, outer.name, secret,
						text, got)
				}
				if again := v.Text(got); again != got {
					t.Errorf("%s in %s of %q: sealed twice\n%q became\n%q", inner.name, outer.name,
						secret, got, again)
				}
			}
		}
	}
}

// holdsPlaceholder looks for a placeholder in UTF-8 or, amid UTF-16, in UTF-16.
func holdsPlaceholder(text string) bool {
	return strings.Contains(text, "‹s0›") || strings.Contains(text, inUTF16("‹s0›", true)) ||
		strings.Contains(text, inUTF16("‹s0›", false))
}

func TestTextKeepsTheRestAsItIs(t *testing.T) {
	v := vault(t, "Peterson", "231408", "ab", "7", "Answer", "rror", "two words")
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "What street did you live on in third grade?", ""},
		{"plain", "is Peterson.", "is ‹s0›."},
		{"twice", "PetersonPeterson", "‹s0›‹s0›"},
		{"other case", "peterson PETERSON", "‹s0› ‹s0›"},
		{"inside a word", "x231408y", "x‹s1›y"},
		{"short, alone", "ab, (ab) ab", "‹s2›, (‹s2›) ‹s2›"},
		{"short, in words", "abc cab AB 17 7", "abc cab AB 17 ‹s3›"},
		{"public text", "Error: Answer is incorrect, try again.",
			"E‹s5›: Answer is incorrect, try again."},
		{"public text, encoded", `Answer\u0020is incorrect, try again.`, ""},
		{"public text, not whole", "Answers: Answer", "‹s4›s: ‹s4›"},
		{"public name", `{"Errors":[],"error":1}`, ""},
		{"line break", "two\r\n words", "‹s6›"},
		{"code in cells", "<td>23</td> <td>14</td>\n<td>08</td>", "<td>‹s1›</td>"},
		{"code in groups", "231 408, 231-408", "‹s1›, ‹s1›"},
		{"phone number", "+1 (555) 123-4567", ""},
		{"basic", "Basic cm9iZXJ0OlBldGVyc29u", "Basic cm9iZXJ0O‹s0›"},
		{"latin-1 neighbours", "\xe9Peterson\xe9", "\xe9‹s0›\xe9"},
		{"placeholder", "‹s0›", ""},
	} {
		want := test.want
		if want == "" {
			want = test.text
		}
		if got := v.Text(test.text); got != want {
			t.Errorf("%s: %q became\n%q, want\n%q", test.name, test.text, got, want)
		}
	}
}

func TestTextInOtherCharacterSets(t *testing.T) {
	v := vault(t, "Müller-Straße", "Петрова")
	for _, test := range []struct{ name, text, want string }{
		{"Latin-1", "ist M\xfcller-Stra\xdfe.", "ist ‹s0›."},
		{"Windows-1251", "\xcf\xe5\xf2\xf0\xee\xe2\xe0!", "‹s1›!"},
		{"KOI8-R", "\xf0\xc5\xd4\xd2\xcf\xd7\xc1!", "‹s1›!"},
		{"percent-encoded Latin-1", "M%FCller-Stra%DFe", "‹s0›"},
		{"UTF-16LE", "\xff\xfe" + inUTF16(`{"a":"Müller-Straße"}`, true),
			"\xff\xfe" + inUTF16(`{"a":"‹s0›"}`, true)},
		{"UTF-16BE", inUTF16(`{"a":"Петрова"}`, false), inUTF16(`{"a":"‹s1›"}`, false)},
		{"UTF-16 with escapes", inUTF16(`{"a":"M\u00fcller-Straße"}`, false),
			inUTF16(`{"a":"‹s0›"}`, false)},
	} {
		if got := v.Text(test.text); got != test.want {
			t.Errorf("%s: %q became\n%q, want\n%q", test.name, test.text, got, test.want)
		}
		if got := string(v.Body([]byte(test.text))); got != test.want {
			t.Errorf("%s as a body: %q became\n%q, want\n%q", test.name, test.text, got, test.want)
		}
	}
}

// FuzzText seals a random secret in random surroundings and codings.
func FuzzText(f *testing.F) {
	for i, secret := range []string{
		"Peterson", `a"b\c`, "100%+50%", "a=b&c=d", "<script>", "Straße", "two words", "+ + +",
		"====", "    ", "\\\\\\\\", "aaaa",
		"s0s0", "AAAAAAAA", "%41%41", "&amp;", "abcabcab",
	} {
		f.Add(secret, "pre", "post", uint8(i), uint8(i*7))
	}
	all := codings()
	f.Fuzz(func(t *testing.T, secret, before, after string, inner, outer uint8) {
		if !utf8.ValidString(secret) || utf8.RuneCountInString(secret) < 4 || len(secret) > 200 ||
			len(before)+len(after) > 4000 {
			t.Skip()
		}
		// HTML has no way to write control characters. What stands in a public
		// text stays there.
		if strings.ContainsFunc(secret, unicode.IsControl) || sharesText(secret) {
			t.Skip()
		}
		v := vault(t, secret)
		out, in := all[int(outer)%len(all)], all[int(inner)%len(all)]
		if !out.canWrite(in) {
			t.Skip()
		}
		encoded := out.write(in.write(secret))
		// A few escaped characters amid other digits can't be told from noise.
		encoded = `"` + encoded + `"`
		text := before + encoded + after
		got := v.Text(text)
		if again := v.Text(got); again != got {
			t.Errorf("%q became\n%q, sealed again\n%q", text, got, again)
		}
		if strings.Contains(got, secret) || strings.Contains(got, encoded) {
			t.Errorf("%q is still in %q", secret, got)
		}
	})
}
