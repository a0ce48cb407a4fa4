package evidence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// trials reads one trial from each line: the requests ("control" for none), "+" if accepted resets
// follow, and the number of codes.
func trials(text string) *evidence.Bisect {
	var b evidence.Bisect
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		t := evidence.Trial{Watched: time.Second, First: time.Millisecond}
		for _, f := range fields {
			switch {
			case f == "control":
			case f == "+":
				t.Resets = []string{"reset of one", "reset of the other"}
			case f == "late":
				t.First = 2 * time.Second
			case strings.Trim(f, "*") == "":
				t.Mails = strings.Split(f, "")
			default:
				t.Requests = append(t.Requests, f)
			}
		}
		if len(t.Mails) == 0 {
			t.First = 0
		}
		b.Trials = append(b.Trials, t)
	}
	return &b
}

const (
	fourControls = "control\ncontrol\ncontrol\ncontrol\n"
	wholeBrings  = "a b **\na b *\na b **\na b **\n"
)

func TestBrings(t *testing.T) {
	for name, c := range map[string]struct {
		trials string
		want   bool
	}{
		"each time, between controls": {fourControls + wholeBrings + "a *\na *\n", true},
		"once only":                   {fourControls + wholeBrings + "a *\n", false},
		"not each time":               {fourControls + wholeBrings + "a *\na\na *\n", false},
		"the whole not often enough":  {fourControls + "a b *\na b *\na b *\na *\na *\n", false},
		"the whole not each time":     {fourControls + wholeBrings + "a b\na *\na *\n", false},
		"no other whole": {fourControls + "b c *\nb c *\nb c *\nb c *\na *\na *\n",
			false},
		"too few controls": {"control\ncontrol\ncontrol\n" + wholeBrings +
			"a *\na *\n", false},
		"a control brings one as well": {fourControls + "control *\n" + wholeBrings +
			"a *\na *\n", false},
		"later than the controls lasted": {fourControls + wholeBrings + "a *\na late *\n", false},
		"beside accepted resets": {
			"control + **\ncontrol + **\ncontrol + **\ncontrol + **\na b + ***\na b + ****\na b + ***\na b + ***\na + ***\na + ***\n", true,
		},
		"no more than accepted resets": {
			"control + **\ncontrol + **\ncontrol + **\ncontrol + **\na b + ***\na b + ****\na b + ***\na b + ***\na + **\na + ***\n", false,
		},
		"beside resets that differ": {
			"control + **\ncontrol + ***\ncontrol + **\ncontrol + **\na b + ***\na b + ****\na b + ***\na b + ***\na + ***\na + ***\n", false,
		},
		"alone, with controls of accepted resets": {
			"control + **\ncontrol + **\ncontrol + **\ncontrol + **\n" + wholeBrings +
				"a *\na *\n", false,
		},
	} {
		if got := trials(c.trials).Brings([]string{"a"}); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	var none *evidence.Bisect
	if none.Brings([]string{"a"}) {
		t.Error("a request brings codes where none was repeated")
	}
}

func TestAcquits(t *testing.T) {
	b := trials(fourControls + "a b *\nb c\ncontrol + **\nd + **\ne + ***\n")
	for request, want := range map[string]bool{"a": false, "b": true, "c": true, "d": true,
		"e": false, "f": false} {
		if got := b.Acquits(request); got != want {
			t.Errorf("%s: %t", request, got)
		}
	}
}

func TestEachReset(t *testing.T) {
	for text, want := range map[string]int{
		"control + **\ncontrol + **\na + **\n":          1,
		"control + ****\na + ****\ncontrol + ****\n":    2,
		"control + ****\na + ****\n":                    0,
		"control + ***\na + ***\ncontrol + ***\n":       0,
		"control + ****\na + *****\ncontrol + ****\n":   0,
		"control + ****\na + ****\ncontrol + *****\n":   0,
		"control\ncontrol\na\n":                         0,
		"":                                              0,
		"control\na\ncontrol + **\ncontrol + **\na *\n": 1,
	} {
		if got := trials(text).EachReset(); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}
