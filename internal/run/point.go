package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

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

// Writable makes the directory for the reports and refuses one that can't be written to, before anything is sent.
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

// Lock keeps other runs on this host from using the same traders of the same deployment, or the same mailboxes, at the
// same time: their mails could not be told apart. It calls waiting when it has to wait.
func Lock(ctx context.Context, config deployment.Config, waiting func()) (unlock func(), err error) {
	dir := filepath.Join(os.TempDir(), "conformance-locks")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	// Other users' runs lock here, too; only the one who made it can say so, and has.
	_ = os.Chmod(dir, 0o777)
	var held []*flock.Flock
	unlock = func() {
		for _, l := range held {
			_ = l.Unlock()
		}
	}
	for _, name := range lockNames(config) {
		lock := flock.New(filepath.Join(dir, name), flock.SetPermissions(0o644))
		free, err := lock.TryLock()
		if err == nil && !free {
			waiting()
			_, err = lock.TryLockContext(ctx, 50*time.Millisecond)
		}
		if err != nil && ctx.Err() == nil {
			unlock()
			return nil, fmt.Errorf("lock %s: %w", lock.Path(), err)
		}
		held = append(held, lock)
	}
	return unlock, nil
}

// lockNames are in one order for all runs, so that none wait for each other.
func lockNames(config deployment.Config) []string {
	var names []string
	for _, t := range config.Traders {
		names = append(names, lockName(config.URL, t.Login))
		if config.Inbox.URL != "" {
			names = append(names, lockName(config.Inbox.URL, t.MailTo))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func lockName(place, person string) string {
	sum := sha256.Sum256([]byte(place + "\n" + strings.ToLower(person)))
	return hex.EncodeToString(sum[:16]) + ".lock"
}
