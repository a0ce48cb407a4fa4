package faults

import (
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// recipientFaults let other traders have the code.
func recipientFaults() []Fault {
	leaked := func(name, summary string,
		mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-4", Summary: summary,
			Expected: "the code for its trader alone",
			Got:      "the same code in a mail to another trader",
			Also:     []string{"MAIL-1", "MAIL-2", "MAIL-3", "KEY-6", "QUESTION-9", "RESET-10"},
			Mail:     mail,
		}
	}
	return []Fault{
		leaked("code-copied-to-next-trader", "Each mail also goes to the next trader, openly (Cc).",
			copies(following, asCopy)),
		leaked("code-copied-blindly", "Each mail also goes to the next trader, blindly (Bcc).",
			copies(following, unchanged)),
		leaked("code-copied-first-to-other", "Each mail goes to the next trader first.",
			copiesFirst(following)),
		leaked("code-copied-to-everybody", "Each mail goes to all traders.",
			copies(everybodyElse, asCopy)),
		leaked("code-copied-to-first-trader", "Each mail also goes to the first trader.",
			copies(theFirst, unchanged)),
		leaked("code-copied-to-last-trader", "Each mail also goes to the last trader.",
			copies(theLast, unchanged)),
		leaked("code-told-in-another-mail",
			"The next trader gets a mail of another form with the code.",
			copies(following, func(l letter, t reference.Trader) reference.Mail {
				l = l.reading("Someone in your group has reset a password",
					"Hi "+t.Name+",\n\nthe confirmation code of "+l.name+" is "+l.code+".\n")
				l.to, l.name = t.Email, t.Name
				return l.mail()
			})),
		leaked("code-told-as-own", "The next trader gets the code as if it were theirs.",
			copies(following, asOwn)),
		leaked("code-of-trader-with-question-leaks",
			"The mails of traders with a question also go to the traders without.",
			copies(func(w World, t reference.Trader) []reference.Trader {
				return others(w, t, func(o reference.Trader) bool {
					return t.Question != "" && o.Question == ""
				})
			}, unchanged)),
		leaked("code-of-trader-without-question-leaks",
			"The mails of traders without a question also go to the traders with one.",
			copies(func(w World, t reference.Trader) []reference.Trader {
				return others(w, t, func(o reference.Trader) bool {
					return t.Question == "" && o.Question != ""
				})
			}, unchanged)),
		leaked("code-to-same-host",
			"Each mail also goes to a trader whose address has the same host.",
			copies(func(w World, t reference.Trader) []reference.Trader {
				same := others(w, t, func(o reference.Trader) bool {
					return host(o.Email) == host(t.Email)
				})
				return same[:min(1, len(same))]
			}, asCopy)),
		{
			Name: "mail-of-trader-before", Breaks: "MAIL-4",
			Summary:  "Each mail is that of the reset before, with its code.",
			Expected: "the code for its trader alone", Got: "the code of another trader's reset",
			Also: []string{"MAIL-1", "MAIL-2", "MAIL-3", "KEY-6"}, Mail: lateByOneMail,
		},
	}
}

func host(email string) string { return strings.ToLower(email[strings.LastIndex(email, "@")+1:]) }

// choice picks who else gets a trader's mail.
type choice func(World, reference.Trader) []reference.Trader

func others(w World, t reference.Trader, fits func(reference.Trader) bool) []reference.Trader {
	var list []reference.Trader
	for _, o := range w.Traders {
		if o.Login != t.Login && fits(o) {
			list = append(list, o)
		}
	}
	return list
}

func everybodyElse(w World, t reference.Trader) []reference.Trader { return others(w, t, anybody) }

func following(w World, t reference.Trader) []reference.Trader {
	o, found := w.other(t, 1, anybody)
	if !found {
		return nil
	}
	return []reference.Trader{o}
}

func theFirst(w World, t reference.Trader) []reference.Trader {
	return others(w, t, func(o reference.Trader) bool { return o.Login == w.Traders[0].Login })
}

func theLast(w World, t reference.Trader) []reference.Trader {
	return others(w, t, func(o reference.Trader) bool {
		return o.Login == w.Traders[len(w.Traders)-1].Login
	})
}

// copyForm writes the mail that somebody else gets.
type copyForm func(l letter, to reference.Trader) reference.Mail

// unchanged is the same mail in another envelope.
func unchanged(l letter, to reference.Trader) reference.Mail {
	m := l.mail()
	m.To = to.Email
	return m
}

// asCopy is the same mail with a Cc line.
func asCopy(l letter, to reference.Trader) reference.Mail {
	l.headers = append(slices.Clone(l.headers), "Cc: "+to.Email)
	return unchanged(l, to)
}

// asOwn is the letter as the other trader would get it.
func asOwn(l letter, to reference.Trader) reference.Mail {
	l.text = strings.Replace(l.text, l.name, to.Name, 1)
	l.html = strings.Replace(l.html, escape(l.name), escape(to.Name), 1)
	l.to, l.name = to.Email, to.Name
	return l.mail()
}

func copies(to choice, form copyForm) func(World, reference.Mailer) reference.Mailer {
	return mailing(func(w World, l letter, send func(reference.Mail) error) error {
		if err := send(l.mail()); err != nil {
			return err
		}
		return sendCopies(w, l, to, form, send)
	})
}

func copiesFirst(to choice) func(World, reference.Mailer) reference.Mailer {
	return mailing(func(w World, l letter, send func(reference.Mail) error) error {
		if err := sendCopies(w, l, to, unchanged, send); err != nil {
			return err
		}
		return send(l.mail())
	})
}

func sendCopies(w World, l letter, to choice, form copyForm,
	send func(reference.Mail) error) error {
	for _, t := range to(w, w.owner(l.to)) {
		if err := send(form(l, t)); err != nil {
			return err
		}
	}
	return nil
}
