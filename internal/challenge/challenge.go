// Package challenge reads and makes a certifier's challenge: a nonce that a run carries in every
// request and derives its wrong values from, so that a recording made before does not fit.
package challenge

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// Namespace is that of the signature of a challenge (SSHSIG), which stands in a file with ".sig"
// behind its name.
const Namespace = "conformance-challenge"

// schemaVersion is the version of the form of the file.
const schemaVersion = 1

// Challenge is what a certifier demands of a run.
type Challenge struct {
	SchemaVersion int `json:"schemaVersion"`
	// Nonce is 16 random bytes in hexadecimal: the trace id of every request (W3C Trace Context,
	// section 3.2.2.3).
	Nonce string `json:"nonce"`
	// For is the name of the deployment that must respond.
	For      string    `json:"for"`
	Profiles []string  `json:"profiles"`
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"`
}

// New returns a challenge for the deployment of that name.
func New(name string, profiles []string, now time.Time, valid time.Duration) Challenge {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	now = now.UTC().Truncate(time.Second)
	return Challenge{schemaVersion, hex.EncodeToString(nonce[:]), name, profiles, now,
		now.Add(valid)}
}

// Bytes is the content of the challenge's file.
func (c Challenge) Bytes() []byte {
	text, err := json.Marshal(c, jsontext.Multiline(true), jsontext.WithIndent("  "))
	if err != nil {
		panic(err) // Strings and times always have a JSON form.
	}
	return append(text, '\n')
}

// largest bounds the file, in bytes.
const largest = 64 << 10

// Read reads a challenge's file. The error is one sentence without the file's name.
func Read(path string) (Challenge, error) {
	file, err := os.Open(path)
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return Challenge{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largest))
	if err != nil {
		return Challenge{}, err
	}
	return Parse(text)
}

// Parse reads the content of a challenge's file.
func Parse(text []byte) (Challenge, error) {
	var c Challenge
	if err := json.Unmarshal(text, &c, json.RejectUnknownMembers(true)); err != nil {
		return Challenge{}, errors.New("it is no challenge as `conformance challenge` writes it")
	}
	switch nonce, err := hex.DecodeString(c.Nonce); {
	case c.SchemaVersion != schemaVersion:
		return Challenge{}, fmt.Errorf("its schemaVersion is %d; this version reads %d",
			c.SchemaVersion, schemaVersion)
	case err != nil || len(nonce) != 16 || c.Nonce != strings.ToLower(c.Nonce) ||
		strings.Trim(c.Nonce, "0") == "":
		return Challenge{}, errors.New("its nonce is not 32 small hexadecimal digits")
	case c.For == "" || len(c.Profiles) == 0 || c.Issued.IsZero() || !c.Expires.After(c.Issued):
		return Challenge{}, errors.New("for, profiles, issued or expires is missing or empty")
	}
	return c, nil
}

// Seed is what the run's wrong values are derived from.
func (c Challenge) Seed() []byte { return []byte(c.Nonce) }

// Fits says in one sentence why a run of the target at that time would not respond to the
// challenge, "" where it would.
func (c Challenge) Fits(t evidence.Target, at time.Time) string {
	switch {
	case t.Name != c.For:
		return fmt.Sprintf("the challenge is for %q, and the deployment's name is %q", c.For,
			t.Name)
	case at.After(c.Expires):
		return "the challenge expired at " + c.Expires.Format(time.RFC3339)
	case at.Before(c.Issued.Add(-clocks)):
		return "the challenge was issued later, at " + c.Issued.Format(time.RFC3339)
	}
	for _, p := range c.Profiles {
		if !slices.Contains(t.Profiles, p) {
			return fmt.Sprintf("the challenge demands profile %s", p)
		}
	}
	return ""
}

// clocks is by how much two machines' clocks may differ.
const clocks = 5 * time.Minute
