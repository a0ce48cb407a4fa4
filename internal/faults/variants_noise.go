package faults

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

const sender = "no-reply@etna.example"

// notice is a letter that presents no code.
func notice(t reference.Trader, subject, text string) reference.Mail {
	return letter{from: sender, to: t.Email, name: t.Name}.reading(subject, text).mail()
}

const refusalNotice = "Hello,\n\non 2025-03-14 at 15:09:26 somebody at 192.0.2.44 gave a wrong answer to your secret question. You have 2 attempts left.\n\nIf this was not you, call 1-800-555-0199 and name ticket 483920.\n\nETNA, 350 5th Avenue, New York, NY 10118\n"

// noticeVariants mail the traders more than codes.
func noticeVariants() []Variant {
	const why = "A notice without a code is allowed."
	onCall := func(name string, concerns func(*call) bool, subject, text string) Variant {
		return Variant{Name: name, Why: why, HTTP: notifies(concerns, subject, text)}
	}
	beside := func(name string, first bool, subject, text string) Variant {
		return Variant{Name: name, Why: why,
			Mail: mailing(func(w World, l letter, send func(reference.Mail) error) error {
				more := notice(w.owner(l.to), subject, text)
				if first {
					return errors.Join(send(more), send(l.mail()))
				}
				return errors.Join(send(l.mail()), send(more))
			})}
	}
	return []Variant{
		onCall("notice-on-wrong-answer", answers(answerWrong, answerNear, answerEmpty),
			"Wrong answer", refusalNotice),
		onCall("notice-on-missing-answer", answers(answerMissing), "Password reset attempted",
			refusalNotice),
		onCall("notice-on-bad-key", all((*call).isReset, not(keys(keyRight))), "Suspicious request",
			"Application 448812 was used with a wrong key on 03/14/2025. Incident 5521-77.\n"),
		onCall("notice-on-question", (*call).isQuestion, "Your secret question was viewed",
			"Your secret question was viewed at 15:09 from 192.0.2.44 (reference 90210-1187).\n"),
		beside("notice-before-code", true, "Password reset requested",
			"A password reset was requested on 2025-03-14 from 192.0.2.44. A mail with a confirmation code follows.\n"),
		beside("notice-after-code", false, "Security notice",
			"A password reset was requested on 2025-03-14. Not you? Call 1-800-555-0199, account 40028817.\n"),
		beside("newsletter-before-code", true, "Save 25 % until 12/31/2025",
			"Trade 100000 shares for $ 9.99. Call 555-0199 today. Unsubscribe: https://etna.example/u/884422\n"),
	}
}

// notifies mails the trader of a call.
func notifies(concerns func(*call) bool, subject, text string) func(World,
	http.Handler) http.Handler {
	return when(concerns, func(c *call, next asker) *reply {
		if t, known := c.trader(); known {
			c.world.run.sendNow(notice(t, subject, text))
		}
		return next(c)
	})
}

// noiseVariants share the inbox with others.
func noiseVariants() []Variant {
	const why = "Shared inboxes are normal: what was there before, and what is for others, means nothing."
	return []Variant{
		{Name: "older-codes-for-traders", Why: why, Before: olderCodes(3)},
		{Name: "many-older-codes-for-traders", Why: why, Before: olderCodes(60)},
		{Name: "older-notices-for-traders", Why: why, Before: func(ctx context.Context, w World,
			m reference.Mailer) error {
			return toTraders(ctx, w, m, func(t reference.Trader) reference.Mail {
				return notice(t, "Wrong answer", refusalNotice)
			})
		}},
		{Name: "older-codes-for-others", Why: why, Before: func(ctx context.Context, _ World,
			m reference.Mailer) error {
			return sendMany(ctx, m, 40, func(i int) reference.Mail {
				return strangersCode("stranger-"+strconv.Itoa(i)+"@example.com", i)
			})
		}},
		{Name: "codes-for-others", Why: why,
			Noise: every(25*time.Millisecond, func(_ World, i int) reference.Mail {
				return strangersCode("stranger-"+strconv.Itoa(i%7)+"@example.com", i)
			})},
		{Name: "codes-for-addresses-alike", Why: why, Noise: every(25*time.Millisecond, alike)},
		{Name: "codes-for-others-beside-each", Why: why, Mail: besideEach},
		{Name: "newsletter-with-code-behind-each", Why: why, Mail: newsletterBehindEach},
		{Name: "mails-to-others-naming-traders", Why: why,
			Noise: every(50*time.Millisecond, func(w World, i int) reference.Mail {
				l := strangersLetter("support@example.com", i)
				l.headers = append(l.headers, "Reply-To: "+w.Traders[i%len(w.Traders)].Email)
				l.text += "\nRequested by " + w.Traders[i%len(w.Traders)].Email + "\n"
				return l.mail()
			})},
		{Name: "notices-for-traders", Why: why,
			Noise: every(60*time.Millisecond, func(w World, i int) reference.Mail {
				return notice(w.Traders[i%len(w.Traders)], "Daily report no. "+
					strconv.Itoa(100200+i),
					"Your balance is $ 15000.00 as of 03/14/2025. Report 20250314-"+
						strconv.Itoa(i)+".\n")
			})},
		{Name: "late-code-of-earlier-reset",
			Why:        "A surplus mail is no guilt: an earlier run's mail may come late.",
			Untestable: true, HTTP: perRun(lateCode((*call).isReset))},
		{Name: "code-of-another-run", Why: "Two runs at once may share a trader's inbox.",
			Untestable: true, HTTP: perRun(lateCode((*call).isQuestion))},
	}
}

// sendNow sends a mail that no reset brought, in the background.
func (r *run) sendNow(m reference.Mail) {
	r.later(0, func(ctx context.Context) error { return r.outbox.Send(ctx, m) })
}

// lateCode mails a stray code once to each trader, at the first call concerned.
func lateCode(concerns func(*call) bool) func(World) middleware {
	return func(World) middleware {
		var sent memory[int]
		return func(c *call, next asker) *reply {
			t, known := c.trader()
			if known && concerns(c) && sent.update(t.Login, func(n int) int { return n + 1 }) == 1 {
				c.world.run.sendNow(codeFor(t, 77))
			}
			return next(c)
		}
	}
}

func strangersLetter(address string, i int) letter {
	l := letter{from: sender, to: address, name: "Sam"}
	text := "ETNA Trader\n\nHi Sam,\n\nSomeone has requested a password reset for your account.\n\nConfirmation code:\n\n" + digits(address+strconv.Itoa(i), 6) + "\n\nThanks for using ETNA Trader,\nThe ETNA\n"
	return l.reading("Password reset", text)
}

func strangersCode(address string, i int) reference.Mail {
	return strangersLetter(address, i).mail()
}

func codeFor(t reference.Trader, i int) reference.Mail {
	l := strangersLetter(t.Email, i)
	l.name = t.Name
	return l.mail()
}

func toTraders(ctx context.Context, w World, m reference.Mailer,
	write func(reference.Trader) reference.Mail) error {
	return sendMany(ctx, m, len(w.Traders), func(i int) reference.Mail {
		return write(w.Traders[i])
	})
}

func sendMany(ctx context.Context, m reference.Mailer, count int,
	write func(int) reference.Mail) error {
	for i := range count {
		if err := m.Send(ctx, write(i)); err != nil {
			return err
		}
	}
	return nil
}

// olderCodes are codes of earlier resets that nobody has cleared away.
func olderCodes(each int) func(context.Context, World, reference.Mailer) error {
	return func(ctx context.Context, w World, m reference.Mailer) error {
		for i := range each {
			if err := toTraders(ctx, w, m, func(t reference.Trader) reference.Mail {
				return codeFor(t, i)
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// every sends mail after mail, a bounded number of times.
func every(pauses time.Duration, write func(World, int) reference.Mail) func(context.Context, World,
	reference.Mailer) {
	const most = 400
	return func(ctx context.Context, w World, m reference.Mailer) {
		for i := 0; i < most && len(w.Traders) > 0 && pause(ctx, pauses); i++ {
			// Noise that does not come through is no harm.
			_ = m.Send(ctx, write(w, i))
		}
	}
}

// alike are addresses that a careless search takes for a trader's.
func alike(w World, i int) reference.Mail {
	email := w.Traders[i%len(w.Traders)].Email
	local, domain, _ := strings.Cut(email, "@")
	return strangersCode([]string{
		"x" + email, email + ".invalid", local + "2@" + domain,
		strings.ReplaceAll(local, ".", "-") + "@" + domain, local + "@mail." + domain,
	}[i%5], i)
}

// besideEach puts a stranger's code before and after each code.
func besideEach(_ World, mailer reference.Mailer) reference.Mailer {
	var count memory[int]
	return mailerFunc(func(ctx context.Context, m reference.Mail) error {
		i := count.update("", func(n int) int { return n + 1 })
		before, after := strangersCode("before@example.com", i),
			strangersCode("after@example.com", i)
		return errors.Join(mailer.Send(ctx, before), mailer.Send(ctx, m), mailer.Send(ctx, after))
	})
}

// newsletterBehindEach sends all traders the same voucher of a shop after each code.
func newsletterBehindEach(w World, mailer reference.Mailer) reference.Mailer {
	return mailerFunc(func(ctx context.Context, m reference.Mail) error {
		return errors.Join(mailer.Send(ctx, m),
			toTraders(ctx, w, mailer, func(t reference.Trader) reference.Mail {
				return letter{from: "news@shop.example", to: t.Email,
					name: t.Name}.reading("Black Friday",
					"Use code SUMMER50 at checkout and save.\n").mail()
			}))
	})
}
