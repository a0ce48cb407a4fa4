package faults

import (
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// renderingFaults render a mail wrongly: once for everybody, or its HTML otherwise than its text.
func renderingFaults() []Fault { return slices.Concat(renderedOnceFaults(), pageFaults()) }

// renderedOnceFaults keep what was rendered for somebody else.
func renderedOnceFaults() []Fault {
	whole := func(name, summary string, mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-4", Summary: summary,
			Expected: "the code for its trader alone", Got: "another trader's mail",
			Also: []string{"MAIL-6"}, Mail: mail,
		}
	}
	greeting := func(name, summary string,
		mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-6", Summary: summary,
			Expected: "a mail that names its own trader, or none", Got: "a mail that names another",
			Mail: mail,
		}
	}
	return []Fault{
		whole("mail-rendered-once",
			"The first mail is rendered and kept, header and all; everybody gets it.",
			keepsFirst(func(first, l letter) reference.Mail {
				m := first.mail()
				m.To = l.to
				return m
			})),
		whole("mail-text-rendered-once",
			"The text of the first mail is rendered and kept, with its name and its code.",
			keepsFirst(func(first, l letter) reference.Mail {
				first.to, first.name = l.to, l.name
				return first.mail()
			})),
		greeting("greeting-rendered-once",
			"The greeting of the first mail is kept; the codes are each trader's own.",
			keepsFirst(func(first, l letter) reference.Mail {
				return l.greeting(first.name).mail()
			})),
		greeting("greeting-of-mail-before", "Each mail greets whom the mail before was for.",
			keepsLast(func(before, l letter) reference.Mail {
				return l.greeting(before.name).mail()
			})),
		greeting("mail-about-another-login", "The mails name the next trader's login.",
			writes(func(w World, l letter) letter {
				other, _ := w.other(w.owner(l.to), 1, anybody)
				return l.reading(l.subject, "Your login: "+other.Login+"\n\nConfirmation code:\n\n"+
					l.code+"\n")
			})),
		greeting("header-of-another-trader",
			"The mail's header names the next trader; the envelope is right.",
			mailing(func(w World, l letter, send func(reference.Mail) error) error {
				to := l.to
				other, _ := w.other(w.owner(to), 1, anybody)
				l.to, l.name = other.Email, other.Name
				m := l.mail()
				m.To = to
				return send(m)
			})),
	}
}

// greeting is the letter with another name in its greeting.
func (l letter) greeting(name string) letter {
	l.text = strings.Replace(l.text, "Hi "+l.name, "Hi "+name, 1)
	l.html = strings.Replace(l.html, "Hi "+escape(l.name), "Hi "+escape(name), 1)
	return l
}

// keepsFirst writes each letter with the deployment's first one at hand.
func keepsFirst(write func(first, l letter) reference.Mail) func(World,
	reference.Mailer) reference.Mailer {
	return withEarlier(write, func(first *letter, l letter) *letter { return first })
}

// keepsLast writes each letter with the one before at hand.
func keepsLast(write func(before, l letter) reference.Mail) func(World,
	reference.Mailer) reference.Mailer {
	return withEarlier(write, func(_ *letter, l letter) *letter { return &l })
}

func withEarlier(write func(earlier, l letter) reference.Mail,
	next func(kept *letter, l letter) *letter) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var kept memory[*letter]
		return mailing(func(_ World, l letter, send func(reference.Mail) error) error {
			earlier := kept.get("")
			if earlier == nil {
				earlier = &l
			}
			kept.set("", next(earlier, l))
			return send(write(*earlier, l))
		})(w, mailer)
	}
}

// pageFaults have another code in the HTML than in the text, or none.
func pageFaults() []Fault {
	page := func(name, summary, got string, html func(l letter) string) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-5", Summary: summary,
			Expected: "the code of the plain text in the HTML, too", Got: got,
			Also: []string{"MAIL-4"}, Mail: writes(func(_ World, l letter) letter {
				l.html = html(l)
				return l
			}),
		}
	}
	instead := func(text string) func(letter) string {
		return func(l letter) string { return strings.ReplaceAll(l.html, l.code, text) }
	}
	return []Fault{
		page("html-without-code", "Nothing stands where the code belongs in the HTML.",
			"HTML without a code", instead("")),
		page("html-with-placeholder",
			"The template's placeholder stands where the code belongs in the HTML.",
			"HTML without a code", instead("{{ code }}")),
		page("html-with-undefined", "The word undefined stands where the code belongs in the HTML.",
			"HTML without a code", instead("undefined")),
		page("html-hides-code", "The HTML holds the code in an element that is not displayed.",
			"HTML without a code",
			func(l letter) string {
				return strings.ReplaceAll(l.html, l.code, `<span style="display:none">`+l.code+
					"</span>")
			}),
		page("html-with-another-code", "The HTML presents another code than the text.",
			"another code in the HTML",
			func(l letter) string { return strings.ReplaceAll(l.html, l.code, digits(l.code, 6)) }),
		page("html-empty", "The HTML beside the text is empty.", "HTML without a code",
			func(letter) string { return "<html><body></body></html>" }),
	}
}
