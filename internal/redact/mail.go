package redact

import "github.com/etna-conformance/conformance/internal/mailtext"

// MailSource replaces every secret in the source of a mail (RFC 5322). A part in
// a transfer encoding is decoded, redacted and encoded again, and everything else
// stays as it is, so that mail programs still open the mail.
func (r *Redactor) MailSource(source []byte) []byte {
	f := r.finder()
	source = mailtext.Rewrite(source, func(text []byte) []byte { return f.redactText(text, false) })
	// What is not encoded, reaches across parts, or stands in broken ones.
	return f.redactText(source, false)
}
