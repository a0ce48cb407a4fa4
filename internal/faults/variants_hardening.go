package faults

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// hardeningVariants are unusual and as safe as the reference.
func hardeningVariants() []Variant {
	const whyCode = "ASVS 5.0, V6.5.4: 20 bits are enough."
	const whyHost = "A server may refuse a Host that is not its own (RFC 9110, section 7.4)."
	foreign := func(c *call) bool { return strings.HasSuffix(c.request.Host, ".invalid") }
	const page = "<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>"
	list := []Variant{
		{Name: "hardened-as-the-reference", Why: "The reference follows the advice.",
			HTTP: onFlow(hasKey, true, func(*call, *reply) {})},
		{Name: "numbers-in-every-answer",
			Why: "A number or a time that each response has of its own tells nothing.",
			HTTP: through(func(c *call, next asker) *reply {
				p := next(c)
				if hasKey(c) {
					set("RequestId", quote(rand.Text()))(c, p)
					set("Time", quote(time.Now().Format(time.RFC3339)))(c, p)
				}
				p.header.Set("X-Request-Id", rand.Text())
				p.header.Set("Set-Cookie", "affinity="+rand.Text()+"; Path=/")
				return p
			})},
		{Name: "foreign-host-misdirected", Why: whyHost,
			HTTP: responsesWith(foreign, func() *reply {
				return newReply(http.StatusMisdirectedRequest, "text/plain", "no such host")
			})},
		{Name: "foreign-host-bad-request", Why: whyHost,
			HTTP: responsesWith(foreign, func() *reply {
				return newReply(http.StatusBadRequest, "text/html", page)
			})},
		{Name: "foreign-host-refused-in-json", Why: whyHost,
			HTTP: responsesWith(foreign, func() *reply {
				return refuses(http.StatusBadRequest, "ErrorHost", "Unknown host.")
			})},
		{Name: "foreign-host-closes", Why: whyHost,
			HTTP: responsesWith(foreign, func() *reply {
				return &reply{status: 200, wire: raw("")}
			})},
		{Name: "mail-with-own-link", Why: "A link to the deployment's own page is no request's.",
			Mail: writes(func(_ World, l letter) letter {
				l.html = strings.Replace(l.html, "</body>",
					`<p><a href="https://etna.example/reset">Reset your password</a></p></body>`, 1)
				return l
			})},
		{Name: "short-code-of-letters-and-digits", Why: whyCode,
			Mail: spelt(func(c string) string { return strings.ToUpper(mixedFreely(c, 4)) })},
		{Name: "long-code-with-prefix", Why: whyCode,
			Mail: spelt(func(c string) string { return "ETNA-" + c })},
		{Name: "hexadecimal-code", Why: whyCode,
			Mail: spelt(func(c string) string { return hex.EncodeToString(sum(c))[:32] })},
		{Name: "uuid-as-code", Why: whyCode, Mail: spelt(uuid)},
		{Name: "code-again-until-used",
			Why:  "A code may be sent again as long as it has not been used.",
			HTTP: through(forgetsUsedCodes), Mail: sameUntilUsed},
		{Name: "malformed-body-unprocessable", Why: "Any client's error in JSON will do.",
			HTTP: responsesWith(malformedReset, func() *reply {
				return refuses(422, "ErrorInvalidRequest", "The body is no JSON object.")
			})},
		{Name: "long-body-too-large",
			Why: "A server may refuse long content (RFC 9110, section 15.5.14).",
			HTTP: onLongBody(func(w http.ResponseWriter) {
				w.Header().Set("Connection", "close")
				newReply(http.StatusRequestEntityTooLarge, "text/html", page).plainly(w)
			})},
	}
	for i := range list {
		list[i].Profile = "hardening"
	}
	return list
}

// mixedFreely is a code of letters and digits, the same each time.
func mixedFreely(code string, n int) string {
	const symbols = "0123456789abcdefghijklmnopqrstuvwxyz"
	var b strings.Builder
	for _, octet := range sum(code)[:n] {
		b.WriteByte(symbols[int(octet)%len(symbols)])
	}
	return b.String()
}

// sameUntilUsed mails each trader the last code again that has not given a token.
func sameUntilUsed(w World, mailer reference.Mailer) reference.Mailer {
	return remembersCode(&w.run.unused)(w, mailer)
}

func forgetsUsedCodes(c *call, next asker) *reply {
	code := c.member("Code")
	p := next(c)
	if c.isCode() && p.succeeds() {
		if real, aliased := c.world.run.codeOf(code); aliased {
			code = real
		}
		if address, mailed := c.world.run.owner(code); mailed {
			c.world.run.unused.set(strings.ToLower(address), "")
		}
	}
	return p
}
