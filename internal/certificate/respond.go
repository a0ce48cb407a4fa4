package certificate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/evidence"
)

// responds says in one sentence why the evidence is no response to the challenge, "" where it is
// one: the nonce stands in every request, and the wrong values that were sent follow from it.
func responds(c challenge.Challenge, found evidence.Run) string {
	if problem := c.Fits(found.Target, found.Started); problem != "" {
		return problem
	}
	d := found.Target.Decoys
	switch {
	case found.Target.Nonce != c.Nonce:
		return "the run responded to another challenge, or to none"
	case d == nil || d.Draw < 0 || d.Draw >= decoy.MostDraws || *d != decoy.Draw(c.Seed(), d.Draw):
		return "the wrong values of the run do not follow from the challenge"
	case len(found.Exchanges) == 0:
		return "nothing was sent"
	}
	keySent := false
	for _, x := range found.Exchanges {
		if x.Response != nil && !strings.HasPrefix(field(x.Header, "traceparent"),
			"00-"+c.Nonce+"-") {
			return fmt.Sprintf("the request of %s does not carry the challenge's nonce", x.Step)
		}
		keySent = keySent || field(x.Header, "Et-App-Key") == d.Key
	}
	if !keySent {
		return "no request carries the key that follows from the challenge"
	}
	return ""
}

func field(list []evidence.Field, name string) string {
	for _, f := range list {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// CheckChallenge says why the challenge in the file is none of somebody whom the allowed signers
// name.
func (d Demand) CheckChallenge(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return errors.New(cause(err))
	}
	signature, err := os.ReadFile(path + ".sig")
	if err != nil {
		return fmt.Errorf("its signature %s.sig: %s", path, cause(err))
	}
	key, err := checkSignature(signature, challenge.Namespace, text)
	if err != nil {
		return fmt.Errorf("its signature: %w", err)
	}
	if _, err := d.vouched(key, challenge.Namespace, false); err != nil {
		return fmt.Errorf("its signature: %w", err)
	}
	return nil
}
