package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// patternFaults have codes of which the next can be told.
func patternFaults() []Fault {
	pattern := func(name, summary, got string,
		mail func(World, reference.Mailer) reference.Mailer) Fault {
		// A wrong code of one trader may be the next trader's right one.
		return Fault{Name: name, Breaks: "HARD-9", Summary: summary,
			Expected: "codes that don't tell the next one", Got: got,
			Also: []string{"CODE-3", "CODE-4", "PASSWORD-4", "MAIL-7"}, Mail: mail}
	}
	return []Fault{
		pattern("codes-count-up", "Codes are numbered one after another.", "a constant step",
			numbered(func(n int, _ letter) string { return fmt.Sprintf("%06d", 417_300+n) })),
		pattern("codes-count-down", "Codes are numbered downwards.", "a constant step",
			numbered(func(n int, _ letter) string { return fmt.Sprintf("%06d", 417_300-n) })),
		pattern("codes-step-far", "Codes have a constant distance, around the end of all codes.",
			"a constant step",
			numbered(func(n int, _ letter) string {
				return fmt.Sprintf("%06d", n*271_829%1_000_000)
			})),
		pattern("codes-of-a-busy-counter", "Codes come from a counter that others use as well.",
			"small steps",
			numbered(func(n int, _ letter) string {
				return fmt.Sprintf("%06d", 120_000+40*n+n*n)
			})),
		pattern("codes-count-in-hex", "Codes are numbered in hexadecimal.", "a constant step",
			numbered(func(n int, _ letter) string { return fmt.Sprintf("7b%06x", 0x3fa9c1+n) })),
		pattern("codes-count-in-the-middle", "Codes are a number between letters.",
			"few characters that change",
			numbered(func(n int, _ letter) string { return fmt.Sprintf("RS%03dX9", 300+n*37) })),
		pattern("codes-begin-alike", "Only the last three digits of a code change.",
			"few characters that change",
			numbered(func(_ int, l letter) string { return "482" + l.code[3:] })),
		pattern("codes-of-two-digits", "Codes are made of ones and zeros.",
			"few different characters",
			numbered(func(n int, _ letter) string { return fmt.Sprintf("%08b", (n*89+23)%256) })),
		pattern("codes-of-the-moment", "Codes are the milliseconds of the moment.",
			"a rising sequence",
			numbered(func(int, letter) string {
				return fmt.Sprintf("%08d", time.Now().UnixMilli()%100_000_000)
			})),
		{Name: "used-code-again", Breaks: "HARD-9", Summary: "A trader always gets the same code.",
			Expected: "a new code", Got: "one that has given a token",
			Also: []string{"HARD-4"}, Mail: sameWhileValid},
	}
}

// numbered mails codes in the spelling that the mail's number has; step 3 takes them.
func numbered(spell func(n int, l letter) string) func(World, reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var mails atomic.Int64
		return writes(func(w World, l letter) letter {
			spelling := spell(int(mails.Add(1)), l)
			w.run.alias(spelling, l.code)
			return l.saying(spelling)
		})(w, mailer)
	}
}

// hostFaults lead where the request says that it went to.
func hostFaults() []Fault {
	leads := func(name, summary string, host func(*http.Request) string,
		link func(host string) string) Fault {
		return Fault{
			Name: name, Breaks: "HARD-10", Summary: summary,
			Expected: "a mail that does not mention the request's host", Got: "a link to it",
			HTTP: through(func(c *call, next asker) *reply {
				if t, known := c.trader(); known && c.isReset() {
					c.world.run.hosts.set(strings.ToLower(t.Email), host(c.request))
				}
				return next(c)
			}),
			Mail: writes(func(w World, l letter) letter {
				l.html = strings.Replace(l.html, "</body>", `<p><a href="`+
					escape(link(w.run.hosts.get(strings.ToLower(l.to))))+
					`">Reset your password</a></p></body>`, 1)
				return l
			}),
		}
	}
	own := func(r *http.Request) string { return r.Host }
	from := func(names ...string) func(*http.Request) string {
		return func(r *http.Request) string {
			for _, name := range names {
				if value := r.Header.Get(name); value != "" {
					_, host, found := strings.Cut(value, "host=")
					if found {
						return host
					}
					return value
				}
			}
			return "etna.example"
		}
	}
	plain := func(host string) string { return "https://" + host + "/reset" }
	return []Fault{
		leads("link-from-host", "The mail's link leads to the request's Host.", own, plain),
		leads("link-from-forwarded-host",
			"The mail's link leads to the request's X-Forwarded-Host.", from("X-Forwarded-Host"),
			plain),
		leads("link-from-forwarded",
			"The mail's link leads to the host of the request's Forwarded.", from("Forwarded"),
			plain),
		leads("link-from-x-host", "The mail's link leads to the request's X-Host.", from("X-Host"),
			plain),
		leads("link-through-counter",
			"The mail's link leads to the request's Host through a page that counts clicks.", own,
			func(host string) string {
				return "https://clicks.example/?to=" + url.QueryEscape(plain(host))
			}),
		{Name: "host-in-text", Breaks: "HARD-10",
			Summary:  "The mail's text names the request's Host.",
			Expected: "a mail that does not mention the request's host", Got: "its name",
			HTTP: leads("", "", own, plain).HTTP,
			Mail: writes(func(w World, l letter) letter {
				l.text += "\nEnter the code on " +
					strings.ToUpper(w.run.hosts.get(strings.ToLower(l.to))) + "\n"
				return l
			})},
	}
}
