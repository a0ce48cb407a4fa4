package placeholder_test

import (
	"reflect"
	"testing"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

func TestNames(t *testing.T) {
	code := placeholder.Code.Of("robert.zak")
	for want, got := range map[placeholder.Placeholder]placeholder.Placeholder{
		"‹answer robert.zak›":               placeholder.Answer.For("robert.zak"),
		"‹code of robert.zak›":              code,
		"‹code of robert.zak, cut short›":   code.Near("cut short"),
		"‹code of robert.zak, candidate 3›": code.Other(2),
		"‹app-key (2)›":                     placeholder.Key.Numbered(2),
		"‹answer a_b_c_›":                   placeholder.Answer.For("a‹b›c\n"),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if code.Other(0) != code || code.Numbered(1) != code ||
		code.Near("cut short").Whole() != code || code.Whole() != code {
		t.Error("the first of several is not the code itself")
	}
}

func TestWhatAPlaceholderTells(t *testing.T) {
	for _, test := range []struct {
		p          placeholder.Placeholder
		is         []placeholder.Kind
		want       bool
		learned    bool
		derivation string
	}{
		{"‹code 1›", []placeholder.Kind{placeholder.Answer, placeholder.Code}, true, false, ""},
		{"‹code of x›", []placeholder.Kind{placeholder.Code}, true, true, ""},
		{"‹codes›", []placeholder.Kind{placeholder.Code}, false, false, ""},
		{"‹app-key›", []placeholder.Kind{placeholder.AppKey}, true, false, ""},
		{"‹app-key, cut short›", []placeholder.Kind{placeholder.AppKey}, true, false, "cut short"},
		{"‹new password x›", []placeholder.Kind{placeholder.Password}, false, false, ""},
		{"", []placeholder.Kind{placeholder.Code}, false, false, ""},
	} {
		if test.p.Is(test.is...) != test.want || test.p.IsLearned() != test.learned ||
			test.p.Derivation() != test.derivation {
			t.Errorf("%s: is %t, learned %t, derived %q", test.p, test.p.Is(test.is...),
				test.p.IsLearned(), test.p.Derivation())
		}
	}
}

func TestIn(t *testing.T) {
	got := placeholder.In([]any{"a ‹code 1›‹b› ‹‹c› ‹", placeholder.Key,
		map[string]any{"x": []any{1, nil, "‹d›"}}, "›‹"})
	want := []placeholder.Placeholder{"‹code 1›", "‹b›", "‹c›", "‹app-key›", "‹d›"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]placeholder.Part{
		"x":   {{Text: "x"}},
		"‹a›": {{Placeholder: "‹a›"}},
		"x=‹a›&y=‹b c›!": {{Text: "x="}, {Placeholder: "‹a›"}, {Text: "&y="},
			{Placeholder: "‹b c›"}, {Text: "!"}},
		"%E2%80%B9a%E2%80%BA ": {{Text: "%E2%80%B9a%E2%80%BA "}},
	} {
		if got := placeholder.Split(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	url := "https://x/?a=%E2%80%B9answer%20x%E2%80%BA&b=%e2%80%b9code+1%e2%80%ba"
	want := []placeholder.Part{{Text: "https://x/?a="}, {Placeholder: "‹answer x›"}, {Text: "&b="},
		{Placeholder: "‹code 1›"}}
	if got := placeholder.SplitURL(url); !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %q, want %q", url, got, want)
	}
}
