package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// pageExchange is an exchange as the page shows it.
type pageExchange struct {
	Anchor  string
	Step    string
	Attempt int
	About   string // operation, trader, and the step's id
	Asked   string // method and URL
	Outcome string // status, or the kind of failure
	Problem string
	Sent    pageMessage
	Came    *pageMessage
	Times   string
}

type pageMessage struct {
	Title string
	Line  string
	Head  string
	Body  pageBody
}

// pageBody is a body as it came, and laid out where it is JSON.
type pageBody struct {
	Size   int
	Pretty string
	Raw    string
	Cut    int
}

type pageMail struct {
	Anchor  string
	ID      string
	Subject string
	About   string
	Text    string
	Source  string
}

func (b *budget) exchange(number int, v View, x evidence.Exchange) pageExchange {
	shown := pageExchange{
		Anchor:  fmt.Sprintf("exchange-%d", number),
		Step:    b.text(v.title(x.Step), shownLine),
		Attempt: x.Attempt,
		About:   about(x),
		Asked:   b.text(x.Method+" "+x.URL, shownLine),
		Outcome: outcome(x),
		Sent:    b.sent(x),
		Times:   times(x, v.Run.Started),
	}
	if x.Response != nil {
		shown.Came = b.came(*x.Response)
	}
	if x.Failure != nil {
		shown.Problem = b.text(x.Failure.Kind+": "+x.Failure.Text, shownLine)
	}
	return shown
}

func about(x evidence.Exchange) string {
	text := short(x.Operation, 200) + ", step " + short(x.Step, 200)
	if x.Lane != "" {
		text += ", trader " + short(x.Lane, 200)
	}
	return text
}

// outcome says in a word or two how an exchange ended.
func outcome(x evidence.Exchange) string {
	switch {
	case x.Failure != nil:
		return short(x.Failure.Kind, 100)
	case x.Response != nil:
		return fmt.Sprint(x.Response.Status)
	}
	return "no response"
}

func (b *budget) sent(x evidence.Exchange) pageMessage {
	return pageMessage{
		Title: "What was sent",
		Line:  b.text(x.Method+" "+x.URL, shownLine),
		Head:  b.head(x.Header),
		Body:  b.body(x.Body),
	}
}

func (b *budget) came(a evidence.Response) *pageMessage {
	m := &pageMessage{
		Title: "What came back",
		Line:  fmt.Sprintf("%s %d", short(a.Proto, 40), a.Status),
		Head:  b.head(a.Header),
		Body:  b.body(a.Body),
	}
	if a.Truncated {
		m.Title += " (cut at the tool's limit)"
	}
	return m
}

func (b *budget) head(fields []evidence.Field) string {
	var text bytes.Buffer
	for _, f := range fields[:min(len(fields), shownFields)] {
		// A line break in a value must not look like a further field.
		fmt.Fprintln(&text, b.text(Visible(f.Name)+": "+short(f.Value, shownLine), shownLine))
	}
	if left := len(fields) - shownFields; left > 0 {
		fmt.Fprintf(&text, "… %s left out\n", count(left, "field"))
	}
	return text.String()
}

func (b *budget) body(raw []byte) pageBody {
	shown := pageBody{Size: len(raw)}
	shown.Raw, shown.Cut = b.take(string(raw), shownBody)
	if pretty := prettyJSON(raw); pretty != string(raw) {
		shown.Pretty, _ = b.take(pretty, shownBody)
	}
	return shown
}

// prettyJSON lays out JSON, and is "" for what isn't JSON, or too long or too
// deep to be laid out in the room there is: indentation grows with the square of the depth.
func prettyJSON(raw []byte) string {
	const deepest = 32
	if len(raw) > shownBody || depth(raw) > deepest {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return ""
	}
	return out.String()
}

// depth is how deep brackets nest at most; those in strings count too, which
// at worst leaves a text as it came.
func depth(raw []byte) int {
	deepest, now := 0, 0
	for _, c := range raw {
		switch c {
		case '{', '[':
			now++
		case '}', ']':
			now--
		}
		deepest = max(deepest, now)
	}
	return deepest
}

// times spells an exchange's timing; what did not happen is left out.
func times(x evidence.Exchange, start time.Time) string {
	t := x.Timing
	text := "sent at " + duration(x.Started.Sub(start))
	for _, part := range []struct {
		name string
		d    time.Duration
	}{{"DNS", t.DNS}, {"connect", t.Connect}, {"TLS", t.TLS}, {"first byte after", t.FirstByte},
		{"total", t.Total}} {
		if part.d > 0 {
			text += fmt.Sprintf(" · %s %s", part.name, duration(part.d))
		}
	}
	if t.Reused {
		text += " · connection reused"
	}
	return text
}

func (b *budget) mail(number int, m evidence.Mail, start time.Time) pageMail {
	return pageMail{
		Anchor:  fmt.Sprintf("mail-%d", number),
		ID:      b.text(m.ID, shownLine),
		Subject: b.text(Visible(m.Subject), shownLine),
		About:   b.text(mailAbout(m, start), shownLine),
		Text:    b.text(m.Text, shownBody),
		Source:  b.text(string(m.Source), shownBody),
	}
}

func mailAbout(m evidence.Mail, start time.Time) string {
	text := "seen at " + duration(m.Seen.Sub(start))
	for i, trader := range m.Traders {
		text += []string{" · for ", ", "}[min(i, 1)] + Visible(trader)
	}
	for i, c := range m.Codes {
		text += []string{" · presents ", ", "}[min(i, 1)] + Visible(string(c))
	}
	return text
}
