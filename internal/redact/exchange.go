package redact

import (
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// Exchange makes evidence of an exchange. The step, the attempt (from 1), the lane and the
// operation are kept as they are.
func (r *Redactor) Exchange(
	step string, attempt int, lane, operation string, x httpclient.Exchange,
) evidence.Exchange {
	return evidence.Exchange{
		Step: step, Attempt: attempt, Lane: lane, Operation: operation,
		Method:   r.Text(x.Request.Method),
		URL:      r.Text(x.URL),
		Header:   r.redactHeader(x.Request.Header),
		Body:     r.Body(x.Request.Body),
		Response: r.redactResponse(x),
		Failure:  r.redactFailure(x.Failure),
		Started:  x.Started,
		Timing: evidence.Timing{
			DNS: x.Timing.DNS, Connect: x.Timing.Connect, TLS: x.Timing.TLS,
			FirstByte: x.Timing.FirstByte, Total: x.Timing.Total, Reused: x.Timing.Reused,
		},
	}
}

func (r *Redactor) redactResponse(x httpclient.Exchange) *evidence.Response {
	if x.Response == nil {
		return nil
	}
	// A body without its end may end in the middle of a secret.
	cut := x.Response.Truncated || x.Failure != nil
	return &evidence.Response{
		Proto:     r.Text(x.Response.Proto),
		Status:    x.Response.Status,
		Header:    r.redactHeader(x.Response.Header),
		Body:      r.finder().redactBody(x.Response.Body, cut),
		Truncated: x.Response.Truncated,
	}
}

func (r *Redactor) redactFailure(f *httpclient.Failure) *evidence.Failure {
	if f == nil {
		return nil
	}
	return &evidence.Failure{Kind: string(f.Kind), Text: r.Text(f.Text),
		ResponseBegun: f.ResponseBegun}
}

func (r *Redactor) redactHeader(fields []httpclient.Field) []evidence.Field {
	var sealed []evidence.Field
	for _, field := range fields {
		sealed = append(sealed, evidence.Field{
			Name:  r.Text(fromLatin1(field.Name)),
			Value: r.Text(fromLatin1(field.Value)),
		})
	}
	return sealed
}

// fromLatin1 reads a header field in other than UTF-8 as Latin-1, as HTTP did before RFC 7230.
func fromLatin1(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var runes []rune
	for i := range len(text) {
		runes = append(runes, rune(text[i]))
	}
	return string(runes)
}

// Mail makes evidence of a mail to the given traders. The subject and text are the decoded,
// readable ones; the codes are placeholders already.
func (r *Redactor) Mail(
	m inbox.Mail, traders []string, subject, text string, codes []placeholder.Placeholder,
) evidence.Mail {
	return evidence.Mail{
		ID: m.ID, Traders: traders, Seen: m.Seen,
		Source:  r.MailSource(m.Source),
		Subject: r.Text(subject),
		Text:    r.Text(text),
		Codes:   codes,
	}
}
