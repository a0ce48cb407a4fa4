package decoy_test

import (
	"regexp"
	"testing"

	"github.com/etna-conformance/conformance/internal/decoy"
)

func TestValuesFollowFromTheSeedAlone(t *testing.T) {
	a, again, b := decoy.Draw([]byte("one"), 0), decoy.Draw([]byte("one"), 0),
		decoy.Draw([]byte("two"), 0)
	if a != again {
		t.Errorf("the same seed gave %+v and %+v", a, again)
	}
	for name, pair := range map[string][2]string{
		"key": {a.Key, b.Key}, "login": {a.Login, b.Login}, "answer": {a.Answer, b.Answer},
		"password": {a.Password, b.Password}, "host": {a.Host, b.Host},
	} {
		if pair[0] == pair[1] {
			t.Errorf("two seeds gave the same %s %q", name, pair[0])
		}
	}
	if decoy.Draw([]byte("one"), 1) == a {
		t.Error("a second draw gave the same values")
	}
}

// TestCertifiedValuesStay pins what verify recomputes: were it to change, no earlier challenge
// would fit.
func TestCertifiedValuesStay(t *testing.T) {
	got := decoy.Draw([]byte("0123456789abcdef"), 0)
	if want := "0rzutw5fip5egtcwmp4w9lxj7vjkgzmq helen.dorzanorselcroft Roborzapelston 942"; got.Key+" "+got.Login+" "+got.Answer != want {
		t.Errorf("the values changed: %s %s %s", got.Key, got.Login, got.Answer)
	}
}

func TestValuesLookOrdinary(t *testing.T) {
	shapes := map[string]*regexp.Regexp{
		"key":      regexp.MustCompile(`^[a-z0-9]{32}$`),
		"login":    regexp.MustCompile(`^[a-z]+\.[a-z]{10,}$`),
		"answer":   regexp.MustCompile(`^[A-Z][a-z]+ \d{3}$`),
		"password": regexp.MustCompile(`^[A-Z][a-z]+[!#$%._-]\d\d$`),
	}
	twoDigits := regexp.MustCompile(`\d\d`)
	for i := range 200 {
		d := decoy.Draw([]byte{byte(i)}, 0)
		for name, value := range map[string]string{"key": d.Key, "login": d.Login,
			"answer": d.Answer, "password": d.Password} {
			if !shapes[name].MatchString(value) {
				t.Errorf("the %s is %q", name, value)
			}
		}
		if twoDigits.MatchString(d.Key) {
			t.Errorf("%q may hold a code of digits", d.Key)
		}
	}
}

func TestNothingDeclaredIsResembled(t *testing.T) {
	seed := []byte("seed")
	first := decoy.Draw(seed, 0)
	for _, declared := range []string{first.Answer, "x" + first.Login, first.Key[3:9], first.Host} {
		if got := decoy.Choose(seed, []string{"", declared}); got.Draw == 0 {
			t.Errorf("the first draw was taken although %q is declared", declared)
		}
	}
	if got := decoy.Choose(seed, []string{"Peterson"}); got != first {
		t.Errorf("draw %d was taken without need", got.Draw)
	}
}
