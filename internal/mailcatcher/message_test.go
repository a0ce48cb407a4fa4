package mailcatcher

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mailhog/data"
)

func init() {
	// MailHog's reader would log whole mails.
	data.LogHandler = func(string, ...any) {}
}

// fragments are what odd mails are made of.
var fragments = []string{
	"\r\n", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", ": ", ":", "--", "b", "--b", "--b--", "x",
	"Ł", "\xff",
	"Subject: s\r\n", "subject:s\r\n", "To: a@b\r\n", "Received: r\r\n", "RETURN-PATH: p\r\n",
	"message-ID: m\r\n",
	"Content-Type: multipart/mixed; boundary=b\r\n",
	"Content-Type: multipart/mixed;\r\n boundary=\"b\"\r\n",
	"Content-Type: multipart/related; boundary=c\r\n", "--c\r\n",
	"Content-Type: multipart/mixed\r\n", "Content-Type: text/plain\r\n",
}

func randomMail(random *rand.Rand) string {
	var source strings.Builder
	for range random.IntN(20) {
		source.WriteString(fragments[random.IntN(len(fragments))])
	}
	return source.String()
}

var varying = regexp.MustCompile(`[\w-]{43}=@mailhog\.example(; [^"]+)?|"Created":"[^"]+"`)

func asJSON(t testing.TB, message *data.Message) string {
	t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return varying.ReplaceAllString(string(text), "VARIES")
}

func compareWithMailHog(t testing.TB, source string) {
	t.Helper()
	raw := data.SMTPMessage{From: "a@b", To: []string{"c@d", "@r:e@f", "g"}, Helo: "h",
		Data: source}
	ours, err := newMessage(&raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, raw.Parse(hostname)), asJSON(t, ours.Message)); diff != "" {
		t.Fatalf("%q (-MailHog +catcher):\n%s", source, diff)
	}
}

func TestOddMailsAreReadAsMailHogReadsThem(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3_000 {
		compareWithMailHog(t, randomMail(random))
	}
}

func FuzzReadsAsMailHogDoes(f *testing.F) {
	for _, fragment := range fragments {
		f.Add(fragment)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) < 1<<10 { // beyond the limits they may differ
			compareWithMailHog(t, source)
		}
	})
}

// TestHostileMailsAreReadInTime holds mails that keep MailHog busy for minutes.
func TestHostileMailsAreReadInTime(t *testing.T) {
	const size = 2 << 20
	hostile := map[string]string{
		"folded header":     "Subject: a\r\n" + strings.Repeat(" b\r\n", size/4) + "\r\n",
		"repeated header":   strings.Repeat("a: b\r\n", size/6) + "\r\n",
		"different headers": differentHeaders(size),
		"many parts": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
			strings.Repeat("--b", size/3),
		"nested multiparts": strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--c",
			size/50),
		"nested boundaries": nestedMultiparts(size),
	}
	for name, source := range hostile {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			message, err := newMessage(&data.SMTPMessage{Data: source})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(message.Message)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			if len(text) > 20*size {
				t.Errorf("%d bytes became %d bytes of JSON", len(source), len(text))
			}
			if headers := len(message.Content.Headers); headers > 2*maxPieces {
				t.Errorf("%d headers", headers)
			}
			if message.weight < int64(len(source)) {
				t.Errorf("%d bytes count as %d", len(source), message.weight)
			}
		})
	}
}

// nestedMultiparts is one multipart in another, each with a boundary of its own.
func nestedMultiparts(size int) string {
	var source strings.Builder
	for source.Len() < size {
		boundary := fmt.Sprintf("at%d.", source.Len())
		source.WriteString("Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" +
			boundary + "\r\n")
	}
	return source.String()
}

// differentHeaders are as many headers as fit.
func differentHeaders(size int) string {
	var source strings.Builder
	for source.Len() < size {
		fmt.Fprintf(&source, "X-%d: x\r\n", source.Len())
	}
	return source.String() + "\r\n"
}
