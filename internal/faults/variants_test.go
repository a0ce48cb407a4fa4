package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/reference"
)

// Each variant must do what the documents say, read as they are written.
func TestEachVariantKeepsThePromises(t *testing.T) {
	for _, v := range Variants() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r := deploy(t, nil, []Variant{v})
			for _, trader := range r.traders {
				r.promises(t, trader)
			}
			if !r.box.until(t, func(list []reference.Mail) bool {
				return everybodyGotMail(r.traders, list)
			}) {
				list, _ := r.box.all()
				t.Errorf("somebody got no mail:\n%s", tell(list))
			}
		})
	}
}

// promises asks what a client of the documents asks, and what must not work.
func (r *rig) promises(t *testing.T, trader reference.Trader) {
	t.Helper()
	expect := func(s step, want string) {
		t.Helper()
		if got := r.ask(t, s).meaning(t); got != want {
			t.Errorf("%s %s: got %q, want %q", s.path, s.body, got, want)
		}
	}
	right := text(testKey)
	expect(questionStep("", right, trader.Login), "question: "+trader.Question)
	expect(questionStep("", right, trader.Email), "question: "+trader.Question)
	expect(questionStep("", nil, trader.Login), "key error: "+keyErrorText)
	for _, key := range []*string{nil, text(""), text("nothing in common"), text(testKey[1:])} {
		s := acceptedStep(trader)
		s.key = key
		expect(s, "key error: "+keyErrorText)
	}
	if trader.Answer != "" {
		expect(resetStep("", right, &trader.Login, nil), "refused: "+incorrectText)
		expect(resetStep("", right, &trader.Login, text("certainly not the answer 0417")),
			"refused: "+incorrectText)
	}
	expect(acceptedStep(trader), "accepted")
}

func everybodyGotMail(traders []reference.Trader, mails []reference.Mail) bool {
	return !slices.ContainsFunc(traders, func(t reference.Trader) bool {
		return !slices.ContainsFunc(mails, func(m reference.Mail) bool {
			return strings.EqualFold(m.To, t.Email)
		})
	})
}

// Each variant of responses, mails or traders must differ from the reference.
func TestEachVariantShows(t *testing.T) {
	// The mails are written anew, as those of the variants are.
	rewritten := Variant{Mail: writes(func(_ World, l letter) letter { return l })}
	sound := deploy(t, nil, []Variant{rewritten})
	want := sound.told(t, sound.traders)
	unseen := []string{
		// These differ in time, or by what net/http hides from a client.
		"slow-answers", "byte-by-byte", "trickling", "early-hints", "header-names-in-lower-case",
		"mail-before-answer", "mail-after-a-moment", "mail-after-a-second",
		"mail-after-two-seconds", "mails-at-varying-times", "mails-with-question-late",
		"mails-without-question-late",
		"mails-one-by-one",
		// These empty an inbox, which there is not.
		"inbox-emptied-before-accepted-resets", "inbox-emptied-at-once",
		// A code with zeros looks like any other.
		"code-with-leading-zeros",
	}
	for _, v := range Variants() {
		if v.Profile != "" || slices.Contains(unseen, v.Name) || v.BasePath != "" ||
			v.Traders != nil || v.Noise != nil {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r := deploy(t, nil, []Variant{rewritten, v})
			if r.told(t, r.traders) != want {
				return
			}
			plain, _ := sound.box.all()
			if !r.box.until(t, func(list []reference.Mail) bool {
				return source(list) != source(plain[:min(len(list), len(plain))])
			}) {
				t.Error("nothing shows the variant")
			}
		})
	}
}

func (r *rig) told(t *testing.T, traders []reference.Trader) string {
	t.Helper()
	var b strings.Builder
	for _, s := range script(traders) {
		fmt.Fprintln(&b, r.ask(t, s))
	}
	return b.String()
}

func TestVariantsOfTradersChangeThem(t *testing.T) {
	demo := fmt.Sprint(reference.DemoTraders())
	for _, v := range Variants() {
		if v.Traders != nil && fmt.Sprint(Traders([]Variant{v}, reference.DemoTraders())) == demo {
			t.Errorf("%s leaves the traders as they are", v.Name)
		}
	}
}

// Noise comes without any request.
func TestNoiseComes(t *testing.T) {
	for _, v := range Variants() {
		if v.Noise == nil && v.Before == nil {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r := deploy(t, nil, []Variant{v})
			if v.Before != nil {
				if list, _ := r.box.all(); len(list) == 0 {
					t.Error("no mail was there before")
				}
				return
			}
			if !r.box.until(t, func(list []reference.Mail) bool { return len(list) > 2 }) {
				t.Error("no noise came")
			}
		})
	}
}

// A code in another spelling still opens step 3.
func TestMailedCodesCanBeRedeemed(t *testing.T) {
	for _, name := range []string{"code-grouped", "code-of-four-digits",
		"code-of-twelve-characters", "code-same-for-everybody", "code-uuid",
		"code-with-leading-zeros"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, found := FindVariant(name)
			if !found {
				t.Fatal("there is no such variant")
			}
			spelling := make(chan string, 1)
			spy := Variant{Mail: mailing(func(_ World, l letter,
				send func(reference.Mail) error) error {
				spelling <- l.code
				return send(l.mail())
			})}
			r := deploy(t, nil, []Variant{spy, v})
			r.ask(t, acceptedStep(r.traders[0]))
			r.box.until(t, func(list []reference.Mail) bool { return len(list) > 0 })
			<-spelling
			mails, _ := r.box.all()
			code := presented(t, mails[0])
			s := step{key: text(testKey), method: "POST",
				path: "/v1.0/users/identifiers/reset/code", body: `{"Code":` + quote(code) +
					`,"Identifier":"ResetPassword"}`}
			if got := r.ask(t, s); got.status != 200 {
				t.Errorf("%s: %s", s.body, got)
			}
		})
	}
}

// presented is the line after the label.
func presented(t *testing.T, m reference.Mail) string {
	t.Helper()
	_, rest, found := strings.Cut(string(m.Data), "Confirmation code:\r\n\r\n")
	code, _, ended := strings.Cut(rest, "\r\n")
	if !found || !ended {
		t.Fatalf("the mail presents nothing:\n%s", m.Data)
	}
	return code
}
