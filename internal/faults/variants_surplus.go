package faults

import (
	"context"
	"sync"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// surplusVariants bring more codes than resets were accepted, or lose some, and nobody is to blame
// for it.
func surplusVariants() []Variant {
	const (
		again   = "Mail may be delivered more than once (RFC 5321, section 6.1)."
		others  = "Others may reset the same traders."
		emptied = "Other jobs may empty a shared inbox."
	)
	return []Variant{
		{Name: "mail-thrice", Why: again, Mail: several(0, 0)},
		{Name: "mail-thrice-later", Why: again,
			Mail: several(200*time.Millisecond, 300*time.Millisecond)},
		{Name: "mails-one-by-one", Why: "No document says how soon the mail comes.",
			Mail: oneByOne(200 * time.Millisecond)},
		{Name: "others-reset-all-the-time", Why: others, Untestable: true,
			HTTP:  perRun(lateCode((*call).isReset)),
			Noise: every(30*time.Millisecond, resetByOthers)},
		{Name: "others-reset-now-and-then", Why: others, Untestable: true,
			HTTP:  perRun(lateCode((*call).isReset)),
			Noise: every(700*time.Millisecond, resetByOthers)},
		{Name: "inbox-emptied-before-accepted-resets", Why: emptied, Untestable: true,
			HTTP: when(accepts, func(c *call, next asker) *reply {
				c.world.EmptyInbox()
				return next(c)
			})},
		{Name: "inbox-emptied-at-once", Why: emptied, Untestable: true, Mail: emptiesInbox},
	}
}

// accepts is true for the resets that a right deployment accepts.
func accepts(c *call) bool {
	t, known := c.trader()
	return known && c.isReset() && c.keyKind() == keyRight &&
		(t.Question == "" || c.answerKind() == answerRight)
}

// several sends each mail once more after each of the delays.
func several(delays ...time.Duration) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			for _, delay := range delays {
				w.run.later(delay, func(ctx context.Context) error { return mailer.Send(ctx, m) })
			}
			return mailer.Send(ctx, m)
		})
	}
}

// oneByOne sends mails in their order with a pause after each.
func oneByOne(pauses time.Duration) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var mu sync.Mutex
		next := time.Now()
		return mailerFunc(func(_ context.Context, m reference.Mail) error {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now(); next.Before(now) {
				next = now
			}
			w.run.later(time.Until(next), func(ctx context.Context) error {
				return mailer.Send(ctx, m)
			})
			next = next.Add(pauses)
			return nil
		})
	}
}

// resetByOthers is the code of a reset that somebody else asked for; each trader's turn comes.
func resetByOthers(w World, i int) reference.Mail {
	return codeFor(w.Traders[i%len(w.Traders)], i)
}

// emptiesInbox empties the inbox after each mail.
func emptiesInbox(w World, mailer reference.Mailer) reference.Mailer {
	return mailerFunc(func(ctx context.Context, m reference.Mail) error {
		err := mailer.Send(ctx, m)
		w.EmptyInbox()
		return err
	})
}
