package suites

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// scene is what came for three traders who reset alone, one after another, and then at the same
// time.
type scene struct{ mails []evidence.Mail }

func trader(login string) evidence.Trader {
	return evidence.Trader{Login: login, Email: login + "@example.com", MailTo: login +
		"@example.com"}
}

var three = []evidence.Trader{trader("ann"), trader("bob"), trader("cy")}

// alone adds the mail of a trader's reset alone, together one of the resets at the same time.
func (s *scene) alone(login, code, text string)    { s.add(login, code, text, len(s.mails)+1) }
func (s *scene) together(login, code, text string) { s.add(login, code, text, 2*len(three)) }

func (s *scene) add(login, code, text string, sent int) {
	id := fmt.Sprint(len(s.mails))
	source := "To: " + login + "@example.com\r\n\r\n" + text
	s.mails = append(s.mails, evidence.Mail{ID: id, Traders: []string{login}, ResetsSent: sent,
		Text: text, Source: []byte(source),
		Codes: []placeholder.Placeholder{placeholder.Placeholder(code)},
		Seen:  time.Unix(int64(len(s.mails)), 0)})
}

func (s *scene) record() *Record {
	r := &Record{Run: &evidence.Run{Mails: s.mails}, responses: map[string]*response{},
		waits: map[string][]evidence.Wait{}, mails: map[string][]evidence.Mail{},
		resets: map[string]int{}}
	for _, m := range s.mails {
		r.mails[m.Traders[0]] = append(r.mails[m.Traders[0]], m)
	}
	for i, t := range three {
		r.resets[acceptedResetStep(t)], r.resets[roundResetStep(firstRound, t)] = i, len(three)+i
		r.responses[roundResetStep(firstRound, t)] = &response{}
		r.waits[roundMailStep(firstRound, t)] = []evidence.Wait{{Started: time.Unix(100, 0)}}
	}
	r.resetsBeforeRound = len(three)
	r.readMails(three)
	return r
}

func usual() *scene {
	s := &scene{}
	for i, t := range three {
		s.alone(t.Login, fmt.Sprintf("‹code %d›", i), "Hi "+t.Login+", your code on Monday")
	}
	return s
}

func TestMixUps(t *testing.T) {
	for name, c := range map[string]struct {
		round func(*scene)
		mixed bool
	}{
		"each the own": {func(s *scene) {
			s.together("ann", "‹a›", "")
			s.together("bob", "‹b›", "")
			s.together("cy", "‹c›", "")
		}, false},
		"each the own again": {func(s *scene) {
			s.together("ann", "‹code 0›", "")
			s.together("bob", "‹code 1›", "")
			s.together("cy", "‹code 2›", "")
		}, false},
		"each the own twice": {func(s *scene) {
			for range 2 {
				s.together("ann", "‹a›", "")
				s.together("bob", "‹b›", "")
				s.together("cy", "‹c›", "")
			}
		}, false},
		"none at all": {func(*scene) {}, false},
		"one lost": {func(s *scene) {
			s.together("ann", "‹a›", "")
			s.together("bob", "‹b›", "")
		}, false},
		"one got another's too": {func(s *scene) {
			s.together("ann", "‹a›", "")
			s.together("ann", "‹b›", "")
			s.together("cy", "‹c›", "")
		}, true},
		"one got the own again": {func(s *scene) {
			s.together("ann", "‹a›", "")
			s.together("ann", "‹a›", "")
			s.together("cy", "‹c›", "")
		}, true},
		"two got the same": {func(s *scene) {
			s.together("ann", "‹a›", "")
			s.together("bob", "‹a›", "")
			s.together("cy", "‹c›", "")
		}, true},
		"a newsletter for all, too": {func(s *scene) {
			for _, t := range three {
				s.together(t.Login, "‹"+t.Login+"›", "")
				s.together(t.Login, "‹voucher›", "")
			}
		}, false},
	} {
		s := usual()
		c.round(s)
		if found := s.record().findMixUps(firstRound, three); len(found) > 0 != c.mixed {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestEverybodysCodeIsNoMixUp(t *testing.T) {
	s := &scene{}
	for _, t := range three {
		s.alone(t.Login, "‹same›", "")
	}
	for _, t := range three {
		s.together(t.Login, "‹same at another time›", "")
	}
	if found := s.record().findMixUps(firstRound, three); len(found) > 0 {
		t.Errorf("the code that everybody gets is taken for a mix-up: %v", found)
	}
}

func TestNamesOfOthers(t *testing.T) {
	say := func(greeting, day string) string { return greeting + ", your code on " + day }
	for name, c := range map[string]struct {
		alone, together [3]string
		named           bool
	}{
		"the own names": {[3]string{say("Hi ann", "Monday"), say("Hi bob", "Monday"),
			say("Hi cy", "Monday")}, [3]string{say("Hi ann", "Tuesday"), say("Hi bob", "Tuesday"),
			say("Hi cy", "Tuesday")}, false},
		"exchanged": {[3]string{say("Hi Anna", "Monday"), say("Hi Robert", "Monday"),
			say("Hi Cyril", "Monday")},
			[3]string{say("Hi Robert", "Monday"), say("Hi Anna", "Monday"),
				say("Hi Cyril", "Monday")}, true},
		"one for two": {[3]string{say("Hi Anna", "Monday"), say("Hi Robert", "Monday"),
			say("Hi Cyril", "Monday")},
			[3]string{say("Hi Anna", "Monday"), say("Hi Anna", "Monday"),
				say("Hi Cyril", "Monday")}, true},
		"an address": {[3]string{"ann@example.com", "bob@example.com", "cy@example.com"},
			[3]string{"bob@example.com", "bob@example.com", "bob@example.com"}, true},
		"midnight": {[3]string{say("Hello", "Monday"), say("Hello", "Monday"),
			say("Hello", "Tuesday")}, [3]string{say("Hello", "Tuesday"), say("Hello", "Tuesday"),
			say("Hello", "Tuesday")}, false},
		"nobody": {[3]string{"Hello", "Hello", "Hello"}, [3]string{"Hello", "Hello", "Hello"},
			false},
		"other languages": {[3]string{"your code is ready, please enter it soon",
			"votre code est prêt, merci de le saisir bientôt",
			"Ihr Code ist bereit, bitte geben Sie ihn bald ein"},
			[3]string{"votre code est prêt, merci de le saisir bientôt",
				"your code is ready, please enter it soon",
				"Ihr Code ist bereit, bitte geben Sie ihn bald ein"}, false},
	} {
		s := &scene{}
		for i, t := range three {
			s.alone(t.Login, "‹"+t.Login+" 1›", c.alone[i])
		}
		for i, t := range three {
			s.together(t.Login, "‹"+t.Login+" 2›", c.together[i])
		}
		if found := s.record().findMailsNamingOthers(three); len(found) > 0 != c.named {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestMentionsWholeNamesOnly(t *testing.T) {
	for text, want := range map[string]bool{
		"your login trader.1 is": true, "trader.1": true, "(trader.1)": true, "trader.11": false,
		"xtrader.1": false, "trader.11 trader.1": true, "": false,
	} {
		if mentionsWord(text, "trader.1") != want {
			t.Errorf("%q: want %t", text, want)
		}
	}
}

func TestGreets(t *testing.T) {
	for text, want := range map[string]bool{
		"ETNA\nHi Mark,\nyour code": true, "Hola, Mark!": true, "Mark, here is your code": true,
		"Dear Mr. Mark:":         true,
		"Mark this mail as read": false, "Please do not reply to this mail of Mark": false,
		"Markus, hello": false, "Hi Markus,": false,
	} {
		if greets(text, "Mark") != want {
			t.Errorf("%q: want %t", text, want)
		}
	}
}

func TestWordsOf(t *testing.T) {
	m := evidence.Mail{Subject: "Reset",
		Text: "Hi Zażółć, code ‹code 1› of 12:30, ref A1B2. Reset!"}
	if got, want := extractWords(m), []string{"Hi", "Reset", "Zażółć", "code", "of",
		"ref"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
