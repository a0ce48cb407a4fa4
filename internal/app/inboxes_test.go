package app

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/config"
)

func inboxAt(url string) config.Config {
	return config.Config{Inbox: config.Inbox{Kind: "mailhog", URL: url}}
}

// TestRunsShareWhatReachesTheSameInbox takes one inbox twice and another one.
func TestRunsShareWhatReachesTheSameInbox(t *testing.T) {
	var all Inboxes
	var giveBack []func() error
	for _, url := range []string{"http://one.invalid", "http://one.invalid", "http://two.invalid"} {
		_, back, err := all.openReader(inboxAt(url))
		if err != nil {
			t.Fatal(err)
		}
		giveBack = append(giveBack, back)
	}
	for i, left := range []int{2, 1, 0} {
		if err := giveBack[i](); err != nil {
			t.Error(err)
		}
		if len(all.open) != left {
			t.Errorf("after %d of 3 were given back, %d are open, want %d", i+1,
				len(all.open), left)
		}
	}
}

// TestAPanicInTheBackgroundIsToldToAllWhoShare breaks a shared inbox.
func TestAPanicInTheBackgroundIsToldToAllWhoShare(t *testing.T) {
	var all Inboxes
	cfg := inboxAt("http://one.invalid")
	_, first, err := all.openReader(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := all.openReader(cfg)
	if err != nil {
		t.Fatal(err)
	}
	all.open[inboxKey(cfg)].recordPanic(func() { panic("the feed broke") })
	for _, giveBack := range []func() error{first, second} {
		if err := giveBack(); err == nil || !strings.Contains(err.Error(), "the feed broke") {
			t.Errorf("got %v", err)
		}
	}
}
