package app

import (
	"crypto/rand"
	"time"

	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/evidence"
)

// chooseDecoys chooses the deliberately wrong values of the run, from the nonce of the configured
// challenge or at random. A *config.Error says that the run would not respond to the challenge.
func chooseDecoys(t *evidence.Target, cfg config.Config) error {
	t.Discreet = cfg.Discreet
	seed := []byte(rand.Text())
	if cfg.Challenge != "" {
		c, err := challenge.Read(cfg.Challenge)
		if err != nil {
			return &config.Error{Where: "--challenge " + cfg.Challenge,
				Text: "the challenge can't be read: " + err.Error()}
		}
		if problem := c.Fits(*t, time.Now()); problem != "" {
			return &config.Error{Where: "--challenge " + cfg.Challenge, Text: problem}
		}
		t.Nonce, seed = c.Nonce, c.Seed()
	}
	d := decoy.Choose(seed, declaredValues(cfg))
	t.Decoys = &d
	return nil
}

// declaredValues are the configured values no decoy may resemble.
func declaredValues(c config.Config) []string {
	list := []string{c.AppKey}
	for _, value := range c.Headers {
		list = append(list, value)
	}
	for _, t := range c.Traders {
		list = append(list, t.Login, t.Email, t.Question, t.Answer, t.Password, t.NewPassword)
	}
	return list
}
