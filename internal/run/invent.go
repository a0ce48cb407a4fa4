package run

import (
	"crypto/rand"
	"time"

	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
)

// invent gives the target the values that the run sends wrong on purpose. They follow from the
// nonce of the configured challenge, or from chance. A *deployment.ConfigError says that the run
// would not respond to the challenge.
func invent(t *evidence.Target, config deployment.Config) error {
	t.Discreet = config.Discreet
	seed := []byte(rand.Text())
	if config.Challenge != "" {
		c, err := challenge.Read(config.Challenge)
		if err != nil {
			return &deployment.ConfigError{Where: "--challenge " + config.Challenge, Text: "the challenge can't be read: " + err.Error()}
		}
		if problem := c.Fits(*t, time.Now()); problem != "" {
			return &deployment.ConfigError{Where: "--challenge " + config.Challenge, Text: problem}
		}
		t.Nonce, seed = c.Nonce, c.Seed()
	}
	d := decoy.Choose(seed, declared(config))
	t.Decoys = &d
	return nil
}

// declared are the configured values that no invented one may resemble.
func declared(c deployment.Config) []string {
	list := []string{c.AppKey}
	for _, value := range c.Headers {
		list = append(list, value)
	}
	for _, t := range c.Traders {
		list = append(list, t.Login, t.Email, t.Question, t.Answer, t.Password, t.NewPassword)
	}
	return list
}
