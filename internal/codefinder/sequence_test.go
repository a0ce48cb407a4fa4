package codefinder

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/etna-conformance/conformance/internal/evidence"
)

func TestSequence(t *testing.T) {
	for name, test := range map[string]struct {
		codes []string
		want  evidence.Sequence
	}{
		"nothing": {nil, evidence.Sequence{}},
		"one": {[]string{"483920"},
			evidence.Sequence{Codes: 1, Length: 6, Symbols: 6}},
		"the same again": {[]string{"483920", "483920", "483920"},
			evidence.Sequence{Codes: 1, Length: 6, Symbols: 6}},
		"only those as long as the 1st": {[]string{"483920", "48392", "117205"},
			evidence.Sequence{Codes: 2, Length: 6, Symbols: 9, Varying: 6}},
		"random": {[]string{"483920", "117205", "902714", "550631"},
			evidence.Sequence{Codes: 4, Length: 6, Symbols: 10, Varying: 6}},
		"counting": {[]string{"000998", "000999", "001000", "001001"},
			evidence.Sequence{Codes: 4, Length: 6, Symbols: 4, Varying: 4, Step: "constant"}},
		"a constant step around": {[]string{"700000", "100000", "500000", "900000"},
			evidence.Sequence{Codes: 4, Length: 6, Symbols: 5, Varying: 1, Step: "constant"}},
		"a constant step, out of order": {[]string{"271829", "815487", "543658", "87316", "087316"},
			evidence.Sequence{Codes: 4, Length: 6, Symbols: 10, Varying: 6, Step: "constant"}},
		"close": {[]string{"483920", "484117", "483001", "485550"},
			evidence.Sequence{Codes: 4, Length: 6, Symbols: 9, Varying: 4, Step: "small"}},
		"rising": {[]string{"483920111", "483921999", "483923444", "483927000",
			"483929111", "483931000", "483933123", "483938000"},
			evidence.Sequence{Codes: 8, Length: 9, Symbols: 8, Varying: 5, Step: "rising"}},
		"a prefix before random": {[]string{"ETNA-483920", "ETNA-517205", "ETNA-702714",
			"ETNA-950631"}, evidence.Sequence{Codes: 4, Length: 10, Symbols: 14, Varying: 6}},
		"hexadecimal counter": {[]string{"7b3fa9fe", "7b3fa9ff", "7B3FAA00"},
			evidence.Sequence{Codes: 3, Length: 8, Symbols: 8, Varying: 3, Step: "constant"}},
		"groups": {[]string{"483 920", "117-205"},
			evidence.Sequence{Codes: 2, Length: 6, Symbols: 9, Varying: 6}},
		"no letters and no digits": {[]string{"---", "+++"}, evidence.Sequence{}},
	} {
		if got := SequenceOf(test.codes); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// TestRandomCodesShowNoStep draws codes as a sound deployment does: steps must be as rare as
// promised.
func TestRandomCodesShowNoStep(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 17))
	const runs = 20_000
	for _, format := range []string{"%06d", "48%06d", "ETNA-%06d", "20%06d7"} {
		accused := 0
		for range runs {
			var codes []string
			for range 4 {
				codes = append(codes, fmt.Sprintf(format, random.IntN(1_000_000)))
			}
			if SequenceOf(codes).Step != "" {
				accused++
			}
		}
		if accused > 3 {
			t.Errorf("%s: %d of %d random sequences show a step", format, accused, runs)
		}
	}
}
