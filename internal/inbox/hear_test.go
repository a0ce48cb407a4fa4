package inbox

import "testing"

func TestAReaderHearsOfItsOwnMailOnly(t *testing.T) {
	r := newReader(&Server{})
	r.expect("robert@example.com")
	for _, c := range []struct {
		recipients []string
		mine       bool
		remembered int
	}{
		{[]string{"jane@example.com"}, false, 0},
		{nil, true, 0}, // It may be anybody's.
		{[]string{"jane@example.com", "Robert@Example.com"}, true, 1},
	} {
		if mine := r.hear(letter{id: "1", recipients: c.recipients}); mine != c.mine ||
			len(r.news) != c.remembered {
			t.Errorf("%v: mine is %t, %d are remembered", c.recipients, mine, len(r.news))
		}
	}
}
