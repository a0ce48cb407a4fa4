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
)

// Lock keeps other runs on this host from using the same traders of the same deployment, or the same mailboxes, at the
// same time: their mails could not be told apart. It calls waiting when it has to wait. Where no lock can be made, as in
// a container without a writable directory for temporary files, the run goes on, and unlocked says why.
func Lock(ctx context.Context, config deployment.Config, waiting func()) (unlock func(), unlocked string) {
	var held locks
	dir := filepath.Join(os.TempDir(), "conformance-locks")
	for _, name := range lockNames(config) {
		if err := held.take(ctx, dir, name, waiting); err != nil {
			held.release()
			return func() {}, fmt.Sprintf("No lock can be made in %s (%s): other runs with the same traders are not waited for.", dir, reason(err))
		}
	}
	return held.release, ""
}

type locks []*flock.Flock

func (held *locks) take(ctx context.Context, dir, name string, waiting func()) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	// Other users' runs lock here, too; only the one who made it can say so, and has.
	_ = os.Chmod(dir, 0o777)
	lock := flock.New(filepath.Join(dir, name), flock.SetPermissions(0o644))
	free, err := lock.TryLock()
	if err == nil && !free {
		waiting()
		_, err = lock.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	*held = append(*held, lock)
	return nil
}

func (held *locks) release() {
	for _, l := range *held {
		_ = l.Unlock()
	}
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
