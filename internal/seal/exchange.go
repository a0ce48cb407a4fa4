package seal

import (
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/inbox"
)

// Exchange makes evidence of what was sent and received. The step, the attempt
// (from 1), the lane and the operation are kept as they are.
func (v *Vault) Exchange(step string, attempt int, lane, operation string, x deployment.Exchange) evidence.Exchange {
	return evidence.Exchange{
		Step: step, Attempt: attempt, Lane: lane, Operation: operation,
		Method:  v.Text(x.Request.Method),
		URL:     v.Text(x.URL),
		Header:  v.header(x.Request.Header),
		Body:    v.JSON(x.Request.Body),
		Answer:  v.answer(x),
		Failure: v.failure(x.Failure),
		Started: x.Started,
		Timing: evidence.Timing{
			DNS: x.Timing.DNS, Connect: x.Timing.Connect, TLS: x.Timing.TLS,
			FirstByte: x.Timing.FirstByte, Total: x.Timing.Total, Reused: x.Timing.Reused,
		},
	}
}

func (v *Vault) answer(x deployment.Exchange) *evidence.Answer {
	if x.Answer == nil {
		return nil
	}
	// A body without its end may end in the middle of a secret.
	cut := x.Answer.Truncated || x.Failure != nil
	return &evidence.Answer{
		Proto:     v.Text(x.Answer.Proto),
		Status:    x.Answer.Status,
		Header:    v.header(x.Answer.Header),
		Body:      v.finder().body(x.Answer.Body, cut),
		Truncated: x.Answer.Truncated,
	}
}

func (v *Vault) failure(f *deployment.Failure) *evidence.Failure {
	if f == nil {
		return nil
	}
	return &evidence.Failure{Kind: string(f.Kind), Text: v.Text(f.Text), AnswerBegun: f.AnswerBegun}
}

func (v *Vault) header(fields []deployment.Field) []evidence.Field {
	var sealed []evidence.Field
	for _, field := range fields {
		sealed = append(sealed, evidence.Field{
			Name:  v.Text(fromLatin1(field.Name)),
			Value: v.Text(fromLatin1(field.Value)),
		})
	}
	return sealed
}

// fromLatin1 reads a header field that is not UTF-8 as HTTP did before RFC 7230.
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

// Mail makes evidence of a mail that reached the given traders. The subject
// and text are what a person reads in it; the codes are placeholders already.
func (v *Vault) Mail(m inbox.Mail, traders []string, subject, text string, codes []string) evidence.Mail {
	return evidence.Mail{
		ID: m.ID, Traders: traders, Seen: m.Seen,
		Source:  v.Source(m.Source),
		Subject: v.Text(subject),
		Text:    v.Text(text),
		Codes:   codes,
	}
}
