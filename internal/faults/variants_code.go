package faults

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// codeVariants have other codes; step 3 takes each as it was mailed.
func codeVariants() []Variant {
	coded := func(name string, spell func(code string) string) Variant {
		return Variant{Name: name, Why: "No page gives the code's length or alphabet.",
			Mail: writes(func(w World, l letter) letter {
				spelling := spell(l.code)
				w.run.alias(spelling, l.code)
				return l.saying(spelling)
			})}
	}
	return []Variant{
		coded("code-of-four-digits", func(c string) string { return digits(c, 4) }),
		coded("code-of-five-digits", func(c string) string { return digits(c, 5) }),
		coded("code-of-seven-digits", func(c string) string { return digits(c, 7) }),
		coded("code-of-eight-digits", func(c string) string { return digits(c, 8) }),
		coded("code-of-ten-digits", func(c string) string { return digits(c, 10) }),
		coded("code-of-twelve-digits", func(c string) string { return digits(c, 12) }),
		coded("code-grouped", func(c string) string { return c[:3] + " " + c[3:] }),
		coded("code-hyphenated", func(c string) string { return c[:3] + "-" + c[3:] }),
		coded("code-in-pairs", func(c string) string { return c[:2] + " " + c[2:4] + " " + c[4:] }),
		coded("code-spaced", func(c string) string {
			return strings.Join(strings.Split(c, ""), " ")
		}),
		coded("code-with-leading-zeros", func(c string) string { return "000" + c[3:] }),
		coded("code-like-a-year", func(c string) string { return "20" + c[4:] }),
		coded("code-like-a-date", func(c string) string { return "2025" + c[2:] }),
		coded("code-of-letters-and-digits", func(c string) string { return mixed(c, 8) }),
		coded("code-of-letters-and-digits-grouped", func(c string) string {
			m := mixed(c, 8)
			return m[:4] + "-" + m[4:]
		}),
		coded("code-in-lower-case", func(c string) string { return strings.ToLower(mixed(c, 10)) }),
		coded("code-of-letters", func(c string) string { return letters(c, 6) }),
		coded("code-of-twelve-characters", func(c string) string { return mixed(c, 12) }),
		coded("code-of-twenty-characters", func(c string) string { return mixed(c, 20) }),
		coded("code-with-prefix", func(c string) string { return "ETNA-" + c }),
		coded("code-with-letter-prefix", func(c string) string { return "G-" + c }),
		coded("code-hexadecimal", func(c string) string { return hex.EncodeToString(sum(c))[:32] }),
		coded("code-uuid", uuid),
		{Name: "code-same-for-everybody", Why: "A sandbox may give everybody the same code.",
			Mail: writes(func(w World, l letter) letter {
				w.run.alias("123456", l.code)
				return l.saying("123456")
			})},
		{Name: "code-stays-while-valid", Why: "A code may be sent again while it is valid.",
			Mail: sameWhileValid},
	}
}

func sum(code string) []byte {
	s := sha256.Sum256([]byte(code))
	return s[:]
}

// digits, mixed and letters derive a code of another alphabet, the same each time.
func digits(code string, n int) string {
	number := new(big.Int).SetBytes(sum(code)).String()
	return number[len(number)-n:]
}

func mixed(code string, n int) string {
	// A letter and a digit stand in front, so that there is one of each.
	return "K7" + base32.StdEncoding.EncodeToString(sum(code))[:n-2]
}

func letters(code string, n int) string {
	return strings.Map(func(r rune) rune {
		if r >= '2' && r <= '7' {
			return r - '2' + 'Q'
		}
		return r
	}, base32.StdEncoding.EncodeToString(sum(code))[:n])
}

func uuid(code string) string {
	s := sum(code)
	return fmt.Sprintf("%x-%x-4%x-a%x-%x", s[0:4], s[4:6], s[6:8], s[8:10], s[10:16])[:36]
}

// sameWhileValid mails each trader the first code again.
func sameWhileValid(w World, mailer reference.Mailer) reference.Mailer {
	return remembersCode(new(memory[string]))(w, mailer)
}

// remembersCode mails each trader the code that is remembered, or else one to remember, by address
// in small letters.
func remembersCode(known *memory[string]) func(World, reference.Mailer) reference.Mailer {
	return writes(func(w World, l letter) letter {
		spelling := known.update(strings.ToLower(l.to), func(code string) string {
			if code == "" {
				return l.code
			}
			return code
		})
		w.run.alias(spelling, l.code)
		return l.saying(spelling)
	})
}
