package codefinder

import (
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// What chance makes of four codes of six digits less often than once in a hundred thousand times.
const (
	// near is how far apart, as numbers, codes may lie that count as close to each other, at most a
	// nearShare-th of all.
	near      = 10_000
	nearShare = 100
	unlikely  = 1e-5
	// mostCodes are looked at: a pattern shows in few.
	mostCodes = 32
)

// SequenceOf says how codes follow each other, in the order in which they came, as far as judging
// needs it: whether the next can be predicted. A code that comes twice counts once, only codes as
// long as the first count, and of those a few.
func SequenceOf(texts []string) evidence.Sequence {
	codes := comparableCodes(texts)
	s := evidence.Sequence{Codes: len(codes)}
	if len(codes) == 0 {
		return s
	}
	s.Length, s.Symbols, s.Varying = len(codes[0]), symbols(codes), varying(codes)
	if len(codes) > 2 {
		s.Step = step(codes)
	}
	return s
}

// comparableCodes are the different codes as long as the first one, without what only helps to read
// them.
func comparableCodes(texts []string) [][]rune {
	var codes [][]rune
	seen := map[string]bool{}
	for _, text := range texts {
		text = strings.Map(onlyWord, text)
		code := []rune(text)
		if !seen[text] && text != "" && len(codes) < mostCodes &&
			(len(codes) == 0 || len(code) == len(codes[0])) {
			codes = append(codes, code)
		}
		seen[text] = true
	}
	return codes
}

// symbols counts the different characters of all codes.
func symbols(codes [][]rune) int {
	seen := map[rune]bool{}
	for _, code := range codes {
		for _, r := range code {
			seen[r] = true
		}
	}
	return len(seen)
}

// varying counts the places at which the codes are not all the same.
func varying(codes [][]rune) int {
	places := 0
	for i := range codes[0] {
		for _, code := range codes {
			if code[i] != codes[0][i] {
				places++
				break
			}
		}
	}
	return places
}

// onlyWord leaves out what only helps to read a code.
func onlyWord(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToLower(r)
	}
	return -1
}

// step says how the codes, read as numbers, follow each other.
func step(codes [][]rune) string {
	numbers, space := read(codes)
	switch {
	case numbers == nil:
		return ""
	case constant(numbers, space):
		return evidence.StepConstant
	case adjacent(numbers, space):
		return evidence.StepSmall
	}
	// What they all begin with would make any codes look close.
	if numbers, space = read(differing(codes)); rising(numbers, space) {
		return evidence.StepRising
	}
	return ""
}

// read returns the codes as numbers, and how many numbers there are; nil where they are none.
func read(codes [][]rune) (numbers []*big.Int, space *big.Int) {
	var all strings.Builder
	for _, code := range codes {
		all.WriteString(string(code))
	}
	base := map[string]int{"digits": 10, "hex": 16, "letters": 36,
		"letters and digits": 36}[evidence.AlphabetOf(all.String())]
	for _, code := range codes {
		number, read := new(big.Int).SetString(string(code), base)
		if base == 0 || !read {
			return nil, nil
		}
		numbers = append(numbers, number)
	}
	return numbers, new(big.Int).Exp(big.NewInt(int64(base)), big.NewInt(int64(len(codes[0]))), nil)
}

// differing cuts off what all codes begin and end with.
func differing(codes [][]rune) [][]rune {
	start, end := 0, len(codes[0])
	same := func(i int) bool {
		return !slices.ContainsFunc(codes, func(code []rune) bool { return code[i] != codes[0][i] })
	}
	for start < end && same(start) {
		start++
	}
	for end > start && same(end-1) {
		end--
	}
	var list [][]rune
	for _, code := range codes {
		list = append(list, code[start:end])
	}
	return list
}

// steps are the ways from number to number, always upwards: after the last of the space comes its
// first.
func steps(numbers []*big.Int, space *big.Int) []*big.Int {
	var ways []*big.Int
	for i, number := range numbers[1:] {
		up := new(big.Int).Sub(number, numbers[i])
		ways = append(ways, up.Mod(up, space))
	}
	return ways
}

// constant reports whether some step leads from the first number to all others, each a few times:
// mails may come out of order.
func constant(numbers []*big.Int, space *big.Int) bool {
	return slices.ContainsFunc(steps(numbers, space), func(step *big.Int) bool {
		reached := map[string]bool{}
		for n := -2 * len(numbers); n <= 2*len(numbers); n++ {
			at := new(big.Int).Mul(step, big.NewInt(int64(n)))
			at.Add(at, numbers[0])
			reached[at.Mod(at, space).String()] = true
		}
		return !slices.ContainsFunc(numbers, func(n *big.Int) bool { return !reached[n.String()] })
	})
}

func adjacent(numbers []*big.Int, space *big.Int) bool {
	least, most := slices.MinFunc(numbers, (*big.Int).Cmp), slices.MaxFunc(numbers, (*big.Int).Cmp)
	reach := new(big.Int).Div(space, big.NewInt(nearShare))
	if reach.Cmp(big.NewInt(near)) > 0 {
		reach.SetInt64(near)
	}
	return new(big.Int).Sub(most, least).Cmp(reach) <= 0
}

// rising reports whether the numbers rise within so small a share of the space that chance hardly
// ever does it: n steps come no further than a share w with a probability of wⁿ/n!.
func rising(numbers []*big.Int, space *big.Int) bool {
	way := new(big.Int)
	for _, up := range steps(numbers, space) {
		way.Add(way, up)
	}
	w, _ := new(big.Rat).SetFrac(way, space).Float64()
	p := 1.0
	for n := 1; n < len(numbers); n++ {
		p *= w / float64(n)
	}
	return w <= 1 && p <= unlikely
}
