package faults

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// deliveryVariants deliver the mail at other times, or more than once.
func deliveryVariants() []Variant {
	const why = "No document says how soon the mail comes."
	return []Variant{
		{Name: "mail-after-a-moment", Why: why, Mail: delays(150 * time.Millisecond)},
		{Name: "mail-after-a-second", Why: why, Mail: delays(time.Second)},
		{Name: "mail-after-two-seconds", Why: why, Mail: delays(2 * time.Second)},
		{Name: "mail-before-answer", Why: why, HTTP: mailFirst},
		{Name: "mails-at-varying-times", Why: why,
			Mail: varies(0, 900*time.Millisecond, 100*time.Millisecond, 500*time.Millisecond)},
		{Name: "mails-with-question-late", Why: why,
			Mail: late(asksQuestion, 700*time.Millisecond)},
		{Name: "mails-without-question-late", Why: why,
			Mail: late(func(t reference.Trader) bool { return t.Question == "" },
				700*time.Millisecond)},
		{Name: "mail-twice", Why: "Mail may be delivered twice (RFC 5321, section 6.1).",
			Mail: twice(0)},
		{Name: "mail-twice-later", Why: "Mail may be delivered twice (RFC 5321, section 6.1).",
			Mail: twice(400 * time.Millisecond)},
		{Name: "mail-to-archive-too", Why: "Who else than a trader gets a copy is not described.",
			Mail: copiedTo("archive@etna.example")},
	}
}

// mailFirst responds to an accepted reset when its mail has gone out.
func mailFirst(w World, inner http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		t, known := c.trader()
		before := w.run.sentTo(t.Email)
		p := next(c)
		if known && p.outcome(c) == accepted {
			ctx, cancel := context.WithTimeout(c.request.Context(), sendTimeout)
			defer cancel()
			w.run.await(ctx, t.Email, before)
		}
		return p
	})(w, inner)
}

// varies delays one mail after another, over and over.
func varies(delay ...time.Duration) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var count memory[int]
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			n := count.update("", func(n int) int { return n + 1 })
			return delays(delay[n%len(delay)])(w, mailer).Send(ctx, m)
		})
	}
}

// late delays the mails of some traders.
func late(whose func(reference.Trader) bool, delay time.Duration) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		slow := delays(delay)(w, mailer)
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			if whose(w.owner(m.To)) {
				return slow.Send(ctx, m)
			}
			return mailer.Send(ctx, m)
		})
	}
}

// twice sends each mail again.
func twice(delay time.Duration) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		again := mailer
		if delay > 0 {
			again = delays(delay)(w, mailer)
		}
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			return errors.Join(mailer.Send(ctx, m), again.Send(ctx, m))
		})
	}
}

// copiedTo sends each mail to one more address.
func copiedTo(address string) func(World, reference.Mailer) reference.Mailer {
	return func(_ World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			archived := m
			archived.To = address
			return errors.Join(mailer.Send(ctx, m), mailer.Send(ctx, archived))
		})
	}
}
