package run

import (
	"os"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// Point makes the sandbox what the configuration judges.
func Point(config *deployment.Config, s *sandbox.Sandbox) {
	config.URL, config.AppKey = s.URL, s.AppKey
	config.Inbox = deployment.Inbox{Kind: "mailhog", URL: s.InboxURL}
	for _, t := range s.Traders {
		config.Traders = append(config.Traders, deployment.Trader{
			Login: t.Login, Email: t.Email, MailTo: t.Email, Question: t.Question, Answer: t.Answer,
			Password: t.Password, NewPassword: sandbox.NewPassword(t.Password),
		})
	}
}

// Writable makes the directory for the reports and refuses one that can't be written to, before
// anything is sent.
func Writable(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(dir, ".writable-*"); err == nil {
			_ = probe.Close()
			err = os.Remove(probe.Name())
		}
	}
	if err != nil {
		return &deployment.ConfigError{Where: "--out " + dir, Text: "reports can't be written there: " + reason(err)}
	}
	return nil
}
