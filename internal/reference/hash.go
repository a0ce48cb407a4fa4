package reference

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

const saltSize = 16

// sealed is a salted PBKDF2-HMAC-SHA-256 hash (RFC 8018) of an answer or a
// password, with everything that comparing needs.
type sealed struct {
	Salt, Sum  []byte
	Iterations int
}

func seal(secret string, iterations int) (sealed, error) {
	salt := newSalt()
	sum, err := derive(secret, salt, iterations)
	return sealed{Salt: salt, Sum: sum, Iterations: iterations}, err
}

func (s sealed) matches(secret string) (bool, error) {
	sum, err := derive(secret, s.Salt, s.Iterations)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, s.Sum) == 1, nil
}

func newSalt() []byte {
	salt := make([]byte, saltSize)
	// rand.Read never returns an error.
	_, _ = rand.Read(salt)
	return salt
}

func derive(secret string, salt []byte, iterations int) ([]byte, error) {
	sum, err := pbkdf2.Key(sha256.New, secret, salt, iterations, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("reference: hashing: %w", err)
	}
	return sum, nil
}
