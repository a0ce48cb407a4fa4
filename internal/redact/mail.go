package redact

import "github.com/etna-conformance/conformance/internal/mailtext"

// MailSource replaces every secret in the source of a mail (RFC 5322). Parts in a transfer encoding
// are decoded, redacted and encoded again. Everything else stays as it is, so mail programs still
// open the mail.
func (r *Redactor) MailSource(source []byte) []byte {
	f := r.finder()
	source = mailtext.Rewrite(source, func(text []byte) []byte { return f.redactText(text, false) })
	// Secrets may also be unencoded, reach across parts, or stand in broken ones.
	return f.redactText(source, false)
}
