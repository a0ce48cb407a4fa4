package faults

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	wantMail = "a mail for the trader after the accepted reset"
	gotNone  = "no mail within the deadline"
	// never is longer than any run waits.
	never = time.Hour
)

func needMail() []string {
	return []string{"MAIL-2", "MAIL-3", "MAIL-4", "MAIL-6", "MAIL-8", "KEY-6", "QUESTION-9",
		"RESET-10"}
}

// deliveryFaults lose the mail, or send it elsewhere.
func deliveryFaults() []Fault {
	lost := func(name, summary string, mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-1", Summary: summary, Expected: wantMail, Got: gotNone,
			Also: needMail(), Mail: mail,
		}
	}
	has := func(question bool) func(World, reference.Mail) bool {
		return func(w World, m reference.Mail) bool {
			return (w.owner(m.To).Question != "") == question
		}
	}
	first := func(w World, m reference.Mail) bool {
		return len(w.Traders) > 0 && w.owner(m.To).Login == w.Traders[0].Login
	}
	return []Fault{
		lost("no-mail", "No mail is ever sent.",
			drops(func(World, reference.Mail) bool { return true })),
		lost("no-mail-without-question", "Traders without a question get no mail.",
			drops(has(false))),
		lost("no-mail-with-question", "Traders with a question get no mail.", drops(has(true))),
		lost("no-mail-for-others", "Only the first trader gets mail.",
			drops(func(w World, m reference.Mail) bool { return !first(w, m) })),
		lost("no-mail-for-first", "The first trader gets no mail.", drops(first)),
		lost("first-mail-lost", "The first mail of the deployment is lost.",
			losesFirst(func(World, reference.Mail) string { return "" })),
		lost("first-mail-of-each-lost", "The first mail of each trader is lost.",
			losesFirst(func(_ World, m reference.Mail) string { return m.To })),
		lost("mail-too-late", "Mails come an hour late.", delays(never)),
		lost("mail-for-one-at-a-time", "After the first mail, no other is sent.", onlyFirst),
		lost("mail-to-login", "Mails go to the login, as a local address.",
			readdresses(func(w World, m reference.Mail) string {
				return strings.ReplaceAll(w.owner(m.To).Login, " ", "") + "@localhost"
			})),
		lost("mail-to-host-misspelt", "Mails go to a host that is not the trader's.",
			readdresses(func(_ World, m reference.Mail) string { return m.To + ".invalid" })),
		lost("mail-to-administrator", "Mails go to the administrator.",
			readdresses(func(World, reference.Mail) string { return "admin@etna.example" })),
		lost("mail-to-sender", "Mails go to their own sender.",
			readdresses(func(_ World, m reference.Mail) string { return m.From })),
		lost("mail-to-name-in-header-only",
			"Only the header names the trader; the envelope names a mailing service.",
			readdresses(func(World, reference.Mail) string { return "outgoing@relay.example" })),
		lost("mail-to-next-trader", "Each mail goes to the next trader instead.",
			toNeighbour(1, anybody)),
		lost("mail-to-trader-before", "Each mail goes to the trader before instead.",
			toNeighbour(-1, anybody)),
		lost("mail-to-first-trader", "All mails go to the first trader.",
			readdresses(func(w World, _ reference.Mail) string { return w.Traders[0].Email })),
		lost("mail-to-last-trader", "All mails go to the last trader.",
			readdresses(func(w World, _ reference.Mail) string {
				return w.Traders[len(w.Traders)-1].Email
			})),
		lost("mails-of-pairs-swapped", "Mails of traders two by two are exchanged.",
			readdresses(func(w World, m reference.Mail) string {
				i := slices.IndexFunc(w.Traders, func(t reference.Trader) bool {
					return t.Login == w.owner(m.To).Login
				})
				if i < 0 || i^1 >= len(w.Traders) {
					return m.To
				}
				return w.Traders[i^1].Email
			})),
		lost("mail-to-next-with-question",
			"The mails of traders with a question go to the next of them.",
			toNeighbour(1, asksQuestion)),
		{
			Name: "accepted-but-nothing-done", Breaks: "MAIL-1",
			Summary:  "Accepted resets of traders without a question do nothing.",
			Expected: wantMail, Got: gotNone, Also: needMail(),
			HTTP: responsesJSON(all((*call).isReset, withoutQuestion, keys(keyRight)), 200,
				acceptedJSON),
		},
	}
}

// owner is the trader of an address; the zero trader where nobody is.
func (w World) owner(address string) reference.Trader {
	for _, t := range w.Traders {
		if strings.EqualFold(t.Email, address) {
			return t
		}
	}
	return reference.Trader{}
}

// drops sends no mail that is concerned.
func drops(concerns func(World, reference.Mail) bool) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			if concerns(w, m) {
				return nil
			}
			return mailer.Send(ctx, m)
		})
	}
}

// losesFirst drops the first mail of each kind.
func losesFirst(by func(World, reference.Mail) string) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var seen memory[int]
		return drops(func(w World, m reference.Mail) bool {
			return seen.update(by(w, m), func(n int) int { return n + 1 }) == 1
		})(w, mailer)
	}
}

// onlyFirst drops all mails but the first.
func onlyFirst(w World, mailer reference.Mailer) reference.Mailer {
	var seen memory[int]
	return drops(func(World, reference.Mail) bool {
		return seen.update("", func(n int) int { return n + 1 }) > 1
	})(w, mailer)
}

// delays sends every mail later.
func delays(delay time.Duration) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(_ context.Context, m reference.Mail) error {
			w.run.later(delay, func(ctx context.Context) error { return mailer.Send(ctx, m) })
			return nil
		})
	}
}

// readdresses changes the envelope's recipient alone.
func readdresses(to func(World, reference.Mail) string) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			m.To = to(w, m)
			return mailer.Send(ctx, m)
		})
	}
}

// toNeighbour sends each mail to another trader.
func toNeighbour(places int, fits func(reference.Trader) bool) func(World,
	reference.Mailer) reference.Mailer {
	return readdresses(func(w World, m reference.Mail) string {
		if o, found := w.other(w.owner(m.To), places, fits); found {
			return o.Email
		}
		return m.To
	})
}
