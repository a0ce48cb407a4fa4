package app

import (
	"os"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// Point makes the sandbox the configured deployment.
func Point(cfg *config.Config, s *sandbox.Sandbox) {
	cfg.URL, cfg.AppKey = s.URL, s.AppKey
	cfg.Inbox = config.Inbox{Kind: "mailhog", URL: s.InboxURL}
	for _, t := range s.Traders {
		cfg.Traders = append(cfg.Traders, config.Trader{
			Login: t.Login, Email: t.Email, MailTo: t.Email, Question: t.Question, Answer: t.Answer,
			Password: t.Password, NewPassword: sandbox.NewPassword(t.Password),
		})
	}
}

// Writable makes the directory for the reports. It refuses an unwritable one before anything is
// sent.
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
		return &config.Error{Where: "--out " + dir, Text: "reports can't be written there: " +
			errorWithoutPath(err)}
	}
	return nil
}
