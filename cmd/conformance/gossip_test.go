package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
)

// gossip wraps a deployment so that it tells all secrets that it knows.
type gossip struct {
	mu      sync.Mutex
	secrets []string
	said    map[string][]byte
}

func (g *gossip) known() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.secrets)
}

func (g *gossip) learn(secret string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if secret != "" && !slices.Contains(g.secrets, secret) {
		g.secrets = append(g.secrets, secret)
	}
}

func (g *gossip) say(place string, text []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.said == nil {
		g.said = map[string][]byte{}
	}
	g.said[place] = append(g.said[place], text...)
}

// told is what was said in each place.
func (g *gossip) told() map[string][]byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.said
}

// responses adds the secrets to the header fields, to the members of documented objects, and to a
// member of its own; every third body is nothing but gossip.
func (g *gossip) responses(_ faults.World, inner http.Handler) http.Handler {
	var mu sync.Mutex
	asked := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		inner.ServeHTTP(recorder, r)
		mu.Lock()
		asked++
		odd := asked%3 == 0
		mu.Unlock()
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		g.addFields(w.Header())
		body := g.retold(recorder.Body.Bytes(), odd)
		if !odd {
			g.learnTokens(recorder.Body.Bytes(), r)
		}
		g.say("bodies", body)
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(body)
	})
}

// learnTokens tells later what a response has told its client: the token of step 3, the session of a
// sign-in.
func (g *gossip) learnTokens(body []byte, r *http.Request) {
	var response struct{ Model, Token string }
	if json.Unmarshal(body, &response) == nil && !strings.Contains(r.URL.Path, "secret-question") {
		g.learn(response.Model)
		g.learn(response.Token)
	}
}

func (g *gossip) addFields(header http.Header) {
	for i, secret := range g.known() {
		for encoding, text := range spellings(secret) {
			name := fmt.Sprintf("X-Gossip-%d-%s", i,
				strings.NewReplacer(" ", "-", "&", "-tail").Replace(encoding))
			if value := mime.QEncoding.Encode("utf-8", text); !strings.ContainsAny(text, "\r\n") {
				header.Set(name, text)
				header.Set(name+"-Word", value)
				g.say("header fields", []byte(text))
			}
		}
		header.Add("Set-Cookie", "seen="+url.QueryEscape(secret)+"; Path=/")
	}
}

func (g *gossip) retold(body []byte, odd bool) []byte {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return body
	}
	var all []any
	for _, secret := range g.known() {
		for _, text := range spellings(secret) {
			all = append(all, "you said "+text+", I think", map[string]any{text: text})
		}
	}
	object["Gossip"] = all
	if odd {
		return fmt.Appendf(nil, "<p>no JSON: %s %s</p>",
			html.EscapeString(strings.Join(g.known(), " ")), strings.Join(g.known(), " "))
	}
	object["Debug"] = string(body) + " " + strings.Join(g.known(), " ")
	told, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return told
}

// mails learns the code of each mail, and adds all secrets to it.
func (g *gossip) mails(_ faults.World, inner reference.Mailer) reference.Mailer {
	code := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{4}-a[0-9a-f]{4}-[0-9a-f]+`)
	return mailer(func(ctx context.Context, m reference.Mail) error {
		plain, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(m.Data)))
		g.learn(string(code.Find(plain)))
		m.Data = g.chatty(m.Data)
		g.say("mails", m.Data)
		return inner.Send(ctx, m)
	})
}

// chatty adds header fields, and parts in each transfer encoding.
func (g *gossip) chatty(data []byte) []byte {
	head, body, found := strings.Cut(string(data), "\r\n\r\n")
	boundary := regexp.MustCompile(`boundary="([^"]+)"`).FindStringSubmatch(head)
	if !found || boundary == nil {
		return data
	}
	gossip := "We know: " + strings.Join(g.known(), " and ") + "\r\n"
	var printable bytes.Buffer
	w := quotedprintable.NewWriter(&printable)
	_, _ = io.WriteString(w, gossip)
	_ = w.Close()
	parts := part(boundary[1], "quoted-printable", printable.String()) +
		part(boundary[1], "base64", base64.StdEncoding.EncodeToString([]byte(gossip))) +
		part(boundary[1], "8bit", gossip)
	for _, secret := range g.known() {
		head += "\r\nX-Gossip: " + mime.BEncoding.Encode("utf-8", secret) + "\r\nX-Gossip-Q: " +
			mime.QEncoding.Encode("utf-8", secret)
	}
	end := "--" + boundary[1] + "--"
	return []byte(head + "\r\n\r\n" + strings.Replace(body, end, parts+end, 1))
}

func part(boundary, encoding, text string) string {
	return "--" + boundary +
		"\r\nContent-Type: text/x-gossip; charset=utf-8\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: " +
		encoding + "\r\n\r\n" + text + "\r\n"
}

// spellings are the encodings of a secret as others write them.
func spellings(secret string) map[string]string {
	all := encodings(secret)
	for offset := range 3 {
		for _, tail := range []string{"", "&x=1"} {
			text := []byte("k:"[:offset] + secret + tail)
			all[fmt.Sprintf("base64 at %d", offset)+
				tail[:min(1, len(tail))]] = base64.StdEncoding.EncodeToString(text)
			all[fmt.Sprintf("base64url at %d", offset)+
				tail[:min(1, len(tail))]] = base64.RawURLEncoding.EncodeToString(text)
		}
	}
	return all
}

// encodings are what to look for: how a secret is spelled, whatever stands around it.
func encodings(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	var printable bytes.Buffer
	w := quotedprintable.NewWriter(&printable)
	_, _ = io.WriteString(w, secret)
	_ = w.Close()
	all := map[string]string{
		"plain text": secret, "JSON": strings.Trim(string(quoted), `"`),
		"JSON escapes": escaped(secret, `\u%04x`),
		"query":        url.QueryEscape(secret), "path": url.PathEscape(secret),
		"percent": everyByte(secret, "%%%02X"), "percent lower": everyByte(secret, "%%%02x"),
		"HTML": html.EscapeString(secret), "HTML decimal": escaped(secret, "&#%d;"),
		"HTML hexadecimal": escaped(secret, "&#x%x;"),
		"quoted printable": printable.String(), "hex": hex.EncodeToString([]byte(secret)),
		"HEX": strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	for offset := range 3 {
		// The characters at both ends hold bits of what stands beside the secret.
		padded := append(make([]byte, offset), secret...)
		first, last := (offset*8+5)/6, len(padded)*8/6
		all[fmt.Sprintf("base64 at %d",
			offset)] = base64.RawStdEncoding.EncodeToString(padded)[first:last]
		all[fmt.Sprintf("base64url at %d",
			offset)] = base64.RawURLEncoding.EncodeToString(padded)[first:last]
	}
	return all
}

func escaped(text, format string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func everyByte(text, format string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, format, text[i])
	}
	return b.String()
}

// decoded are the views that readers of different formats have of a text.
func decoded(text []byte) map[string][]byte {
	unescape := func(in []byte) []byte {
		return regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|.)`).ReplaceAllFunc(in,
			func(escape []byte) []byte {
				var s string
				if json.Unmarshal([]byte(`"`+string(escape)+`"`), &s) != nil {
					return escape
				}
				return []byte(s)
			})
	}
	soft := regexp.MustCompile(`=\r?\n`).ReplaceAll(text, nil)
	once := unescape(text)
	return map[string][]byte{
		"as it is": text, "as JSON": once, "as JSON in JSON": unescape(once),
		"as HTML":                  []byte(html.UnescapeString(string(text))),
		"without soft line breaks": soft,
		"without any line breaks": []byte(strings.NewReplacer("\r", "", "\n",
			"").Replace(string(text))),
	}
}
