package faults

import (
	"slices"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// Each fault must change something that a client or an inbox can see.
func TestEachFaultShows(t *testing.T) {
	sound := deploy(t, nil, nil)
	steps := script(sound.traders)
	var want []string
	for _, s := range steps {
		want = append(want, sound.ask(t, s).String())
	}
	const mails = 3 + 2 // the accepted resets, and again with near answers
	if !sound.box.until(t, func(list []reference.Mail) bool { return len(list) == mails }) {
		list, _ := sound.box.all()
		t.Fatalf("the reference sent %d mails, want %d", len(list), mails)
	}
	list, _ := sound.box.all()
	sent, together := tell(list), deploy(t, nil, nil).round(t)
	for _, f := range Faults() {
		if f.Profile != "" {
			continue // The script ends with the reset; make prove shows the others.
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			faulty := deploy(t, []Fault{f}, nil)
			if f.Name == "answer-never-comes" {
				faulty.client.Timeout = 200 * time.Millisecond
			}
			differs := slices.ContainsFunc(slices.Collect(indices(steps)), func(i int) bool {
				return faulty.ask(t, steps[i]).String() != want[i]
			})
			if differs || mixesUp(t, f, together) {
				return
			}
			if err := faulty.inner.Close(); err != nil {
				t.Fatal(err)
			}
			if !faulty.box.until(t, func(list []reference.Mail) bool {
				return tell(list) != sent
			}) {
				t.Error("nothing shows the fault")
			}
		})
	}
}

// mixesUp reports whether requests at the same time show the fault. A busy machine may keep them
// apart: then they are sent again.
func mixesUp(t *testing.T, f Fault, want string) bool {
	t.Helper()
	together := slices.ContainsFunc(togetherFaults(), func(other Fault) bool {
		return other.Name == f.Name
	})
	for tries := 10; together && tries > 0; tries-- {
		if got := deploy(t, []Fault{f}, nil).round(t); got != want {
			return true
		}
	}
	return false
}

func indices(steps []step) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range steps {
			if !yield(i) {
				return
			}
		}
	}
}

// A fault that mails too much must mail what a trader takes for a code.
func TestSurplusMails(t *testing.T) {
	for _, name := range []string{
		"performed-despite-missing-key", "performed-despite-bad-key", "code-on-missing-answer",
		"code-on-wrong-answer",
		"question-mails-code", "reset-without-user-mails-silently",
		"code-on-refusal-of-another-trader",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, found := Find(name)
			if !found {
				t.Fatal("there is no such fault")
			}
			r := deploy(t, []Fault{f}, nil)
			robert := r.traders[0]
			for _, s := range []step{
				questionStep("", text(testKey), robert.Login),
				resetStep("", text(testKey), &robert.Login, nil),
				resetStep("", text(testKey), &robert.Login, text("certainly wrong")),
				resetStep("", text(testKey), nil, nil),
				resetStep("", nil, &robert.Login, &robert.Answer),
			} {
				if got := r.ask(t, s).meaning(t); got == "accepted" {
					t.Errorf("%s was accepted", s.body)
				}
			}
			if !r.box.until(t, func(list []reference.Mail) bool { return len(list) > 0 }) {
				t.Error("no mail came")
			}
		})
	}
}

// Wrappers must not share what they remember.
func TestStateBelongsToOneDeployment(t *testing.T) {
	f, _ := Find("locked-after-one-wrong-answer")
	first, second := deploy(t, []Fault{f}, nil), deploy(t, []Fault{f}, nil)
	robert := first.traders[0]
	first.ask(t, resetStep("", text(testKey), &robert.Login, text("certainly wrong")))
	if got := first.ask(t, acceptedStep(robert)).meaning(t); got != "refused: Account is locked." {
		t.Errorf("the deployment with the wrong answer says %q", got)
	}
	if got := second.ask(t, acceptedStep(robert)).meaning(t); got != "accepted" {
		t.Errorf("the other deployment says %q", got)
	}
}

// Faults can be put together, with one another and with variants.
func TestFaultsAndVariantsTogether(t *testing.T) {
	camel, _ := Find("camel-case-on-question")
	prefix, _ := Find("answer-cut-short-accepted")
	gzipped, _ := FindVariant("compressed-with-gzip")
	based, _ := FindVariant("base-path")
	r := deploy(t, []Fault{camel, prefix}, []Variant{gzipped, based})
	robert := r.traders[0]
	if got := r.ask(t, resetStep("", text(testKey), &robert.Login,
		text("Peter"))).meaning(t); got != "accepted" {
		t.Errorf("half a response: %s", got)
	}
	asked := r.ask(t, questionStep("", text(testKey), robert.Login))
	if got, want := string(asked.plain(t)), `{"model":"`+robert.Question+
		`","errors":[],"isSucceed":true}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
