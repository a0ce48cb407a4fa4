// Package decoy makes the values that a run sends wrong on purpose: a key, a name, an answer that
// no deployment knows. They differ from run to run and look ordinary, so that a deployment can't
// tell a run by them. They follow from a seed, so that a challenge's nonce shows when they were
// made.
package decoy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// MostDraws is how often values are drawn before those that resemble a declared one are kept.
const MostDraws = 64

// Fixed returns the values of runs from before they varied.
func Fixed() evidence.Decoys {
	const name = "no-such-trader-of-the-conformance-run"
	return evidence.Decoys{
		Key: "wrong-app-key-of-the-conformance-run", Login: name,
		Email:  name + "@conformance.invalid",
		Answer: "certainly not the answer 0417", Password: "certainly-not-the-password-0417",
		Host: "elsewhere.conformance.invalid",
	}
}

// Choose returns the first values drawn from the seed of which none resembles a declared one: a
// key, a login, an answer. What resembles a secret would be redacted.
func Choose(seed []byte, declared []string) evidence.Decoys {
	for draw := range MostDraws {
		if d := Draw(seed, draw); !resembles(d, declared) {
			return d
		}
	}
	return Draw(seed, 0)
}

// Draw returns the values that follow from the seed and the number of the draw.
func Draw(seed []byte, draw int) evidence.Decoys {
	s := &source{seed: seed, draw: uint32(draw)} //nolint:gosec // at most MostDraws
	login := s.pick(firstNames) + "." + s.surname()
	return evidence.Decoys{
		Draw: draw, Key: s.key(), Login: login, Email: login + "@example.org",
		Answer: capital(s.surname()) + " " + s.digits(3), Password: capital(s.surname()) +
			s.pick(separators) + s.digits(2),
		Host: s.surname() + ".example.net",
	}
}

// resembles reports whether a value holds a declared one, or the other way round, in any case.
func resembles(d evidence.Decoys, declared []string) bool {
	for _, value := range []string{d.Key, d.Login, d.Email, d.Answer, d.Password, d.Host} {
		value = strings.ToLower(value)
		for _, other := range declared {
			other = strings.ToLower(other)
			if other != "" && (strings.Contains(value, other) || strings.Contains(other, value)) {
				return true
			}
		}
	}
	return false
}

const (
	firstNames = "adam alan alice amy anna barbara ben brian carol claire daniel david diana emma eric frank grace helen " +
		"ian jack james jane julia karen kevin laura lisa lucas maria mark martin mary nina oliver paul peter rachel rita " +
		"robert sara simon susan thomas victor walter wendy"
	syllables = "ba bel bor cal car da del dor fa fen gal gor ha hel ka kel kor la len lor ma mel mor na nel nor pa pel " +
		"por ra rel ro sa sel sor ta tel tor va vel vor wa wel wor za zel"
	endings    = "berg burn croft dale field ford gren ham hurst lin low man mere ner sen shaw son stad ston ton ville wick wood worth"
	separators = "! # $ % . _ -"
)

// source reads numbers from HMAC-SHA256 of the seed, the same ones on every machine and with every
// version.
type source struct {
	seed        []byte
	draw, count uint32
}

func (s *source) number(below int) int {
	var at [8]byte
	binary.BigEndian.PutUint32(at[:4], s.draw)
	binary.BigEndian.PutUint32(at[4:], s.count)
	s.count++
	mac := hmac.New(sha256.New, s.seed)
	mac.Write(at[:])
	return int(binary.BigEndian.Uint64(mac.Sum(nil)) % uint64(below)) //nolint:gosec // below is a list's length
}

func (s *source) pick(words string) string {
	list := strings.Fields(words)
	return list[s.number(len(list))]
}

// surname has the sound of a name and is so rare that no trader has it.
func (s *source) surname() string {
	return s.pick(syllables) + s.pick(syllables) + s.pick(syllables) + s.pick(syllables) +
		s.pick(endings)
}

func (s *source) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("0123456789"[s.number(10)])
	}
	return b.String()
}

const keyLength = 32

// key has no two digits in a row: a short code of digits never stands in it by chance.
func (s *source) key() string {
	const digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyz"
	var b strings.Builder
	digit := false
	for range keyLength {
		digit = !digit && s.number(4) == 0
		if digit {
			b.WriteByte(digits[s.number(len(digits))])
		} else {
			b.WriteByte(letters[s.number(len(letters))])
		}
	}
	return b.String()
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
