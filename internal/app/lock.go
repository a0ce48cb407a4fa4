package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/etna-conformance/conformance/internal/config"
)

// Lock keeps other runs on this host from using the same traders or mailboxes at the same time:
// their mails would be indistinguishable. It calls waiting before it has to wait. If no lock can be
// made, as in a container without a writable directory for temporary files, the run goes on, and
// unlocked gives the reason.
func Lock(ctx context.Context, cfg config.Config, waiting func()) (unlock func(), unlocked string) {
	var held locks
	dir := filepath.Join(os.TempDir(), "conformance-locks")
	for _, name := range lockNames(cfg) {
		if err := held.acquire(ctx, dir, name, waiting); err != nil {
			held.release()
			return func() {},
				fmt.Sprintf("No lock can be made in %s (%s): other runs with the same traders are not waited for.", dir, errorWithoutPath(err))
		}
	}
	return held.release, ""
}

type locks []*flock.Flock

func (held *locks) acquire(ctx context.Context, dir, name string, waiting func()) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	// Runs of other users lock here, too. Only the directory's owner can open it to them, and has.
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

// lockNames returns the locks in one order for all runs, against deadlocks.
func lockNames(cfg config.Config) []string {
	var names []string
	for _, u := range Uses(cfg) {
		sum := sha256.Sum256([]byte(u.place + "\n" + u.person))
		names = append(names, hex.EncodeToString(sum[:16])+".lock")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Use is something for one run at a time: a trader of a deployment, or a mailbox. Equal values mean
// the same thing.
type Use struct{ place, person string }

// String names it, for example "the trader robert.zak at https://staging.example/api".
func (u Use) String() string { return u.person + " at " + u.place }

// Uses lists the exclusive traders and mailboxes of the configuration.
func Uses(cfg config.Config) []Use {
	var uses []Use
	for _, t := range cfg.Traders {
		uses = append(uses, Use{normalizeURL(cfg.URL), "the trader " + strings.ToLower(t.Login)})
		if cfg.Inbox.URL != "" {
			uses = append(uses,
				Use{normalizeURL(cfg.Inbox.URL), "the mailbox " + strings.ToLower(t.MailTo)})
		}
	}
	return uses
}

// normalizeURL returns the URL in its usual spelling, without the user.
func normalizeURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User = nil
	u.Host = strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	return strings.TrimRight(u.String(), "/")
}
