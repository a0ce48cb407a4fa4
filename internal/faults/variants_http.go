package faults

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// labelVariants are further names of JSON.
func labelVariants() []Variant {
	const why = "RFC 9110, RFC 6839: any JSON media type with any parameters, whatever their case."
	labelled := func(name, label string, which ...outcome) Variant {
		return Variant{Name: name, Why: why, HTTP: on(hasHeader("Content-Type", label), which...)}
	}
	return []Variant{
		labelled("label-plain", "application/json", whatever()...),
		labelled("label-text-json", "text/json; charset=utf-8", whatever()...),
		labelled("label-problem", "application/problem+json", incorrect, keyRefused),
		labelled("label-vendor", "application/vnd.etna.v1+json", whatever()...),
		labelled("label-hal", "application/hal+json; profile=\"https://etna.example/p\"",
			whatever()...),
		labelled("label-upper-charset", "application/json;charset=UTF-8", whatever()...),
		labelled("label-quoted-charset", `application/json; charset="utf-8"`, whatever()...),
		labelled("label-upper-case-type", "Application/JSON; Charset=Utf-8", whatever()...),
		labelled("label-parameters",
			"application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8",
			whatever()...),
		labelled("label-spaces", "application/json ; charset=utf-8", whatever()...),
		labelled("label-ascii", "application/json; charset=utf-8; version=1.0", whatever()...),
		{Name: "label-latin-1-of-ascii",
			Why: "A label by which the body reads the same is no wrong label.",
			HTTP: on(func(_ *call, p *reply) {
				if !bytes.ContainsFunc(p.body, func(r rune) bool { return r > 0x7E }) {
					p.header.Set("Content-Type", "application/json; charset=iso-8859-1")
				}
			}, whatever()...)},
	}
}

// statusVariants use statuses that the documents leave open.
func statusVariants() []Variant {
	const why = "The documents give no status codes; a refusal may come with 2xx or 4xx, success with 2xx."
	var list []Variant
	for _, v := range []struct {
		what     string
		which    []outcome
		statuses []int
	}{
		{"accepted", []outcome{accepted}, []int{201, 202, 203}},
		{"question", []outcome{question, noQuestion}, []int{203, 226}},
		{"refused", []outcome{incorrect}, []int{200, 202, 401, 403, 404, 409, 412, 417, 418, 422}},
		{"key-error", []outcome{keyRefused}, []int{200, 400, 403, 404, 407, 422, 498}},
		{"malformed", []outcome{malformed}, []int{200, 404, 411, 415, 422}},
	} {
		for _, status := range v.statuses {
			list = append(list, Variant{
				Name: v.what + "-" + strconv.Itoa(status), Why: why,
				HTTP: on(hasStatus(status), v.which...),
			})
		}
	}
	return append(list,
		Variant{Name: "always-200", Why: why, HTTP: on(hasStatus(http.StatusOK), whatever()...)},
		Variant{Name: "refused-200-key-error-400", Why: why,
			HTTP: through(func(c *call, next asker) *reply {
				p := next(c)
				switch p.outcome(c) {
				case incorrect:
					p.status = http.StatusOK
				case keyRefused:
					p.status = http.StatusBadRequest
				}
				return p
			})})
}

// transportVariants send the same responses in other ways.
func transportVariants() []Variant {
	const why = "RFC 9110, RFC 9112: the same response."
	sent := func(name string, wire func(http.ResponseWriter, *reply)) Variant {
		return Variant{Name: name, Why: why, HTTP: through(func(c *call, next asker) *reply {
			p := next(c)
			p.wire = wire
			return p
		})}
	}
	headed := func(name string, change func(*call, *reply)) Variant {
		return Variant{Name: name, Why: why, HTTP: through(func(c *call, next asker) *reply {
			p := next(c)
			change(c, p)
			return p
		})}
	}
	return []Variant{
		sent("chunked", inPieces(64, 0)),
		sent("byte-by-byte", inPieces(1, 0)),
		sent("trickling", inPieces(24, 20*time.Millisecond)),
		sent("http-1.0", http10),
		sent("until-close", untilClose),
		sent("early-hints", earlyHints),
		sent("header-names-in-lower-case", lowerNames),
		sent("with-trailer", withTrailer),
		headed("compressed-with-gzip", compressedWith("gzip", compress)),
		headed("compressed-with-deflate", compressedWith("deflate", deflate)),
		headed("connection-close", hasHeader("Connection", "close")),
		headed("cookies", hasHeader("Set-Cookie", "sid=f0f0; Path=/; HttpOnly",
			"lang=en; Max-Age=60")),
		headed("security-headers", both(hasHeader("Strict-Transport-Security", "max-age=31536000"),
			hasHeader("Content-Security-Policy", "default-src 'none'"),
			hasHeader("X-Frame-Options", "DENY"))),
		headed("cross-origin-headers", both(hasHeader("Access-Control-Allow-Origin", "*"),
			hasHeader("Access-Control-Expose-Headers", "Et-App-Key"), hasHeader("Vary", "Origin"))),
		headed("server-headers", both(hasHeader("Server", "Microsoft-IIS/10.0"),
			hasHeader("X-AspNet-Version", "4.0.30319"), hasHeader("X-Powered-By", "ASP.NET"))),
		headed("many-headers", manyHeaders),
		headed("cacheable-headers",
			both(hasHeader("Etag", `"abc"`),
				hasHeader("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
				hasHeader("Cache-Control", "no-cache"))),
		headed("without-date", hasHeader("Date")),
		headed("retry-after-on-success", hasHeader("Retry-After", "0")),
		headed("challenge", onlyOn(keyRefused, hasHeader("WWW-Authenticate", `Bearer realm="etna"`,
			`Basic realm="etna"`))),
		{Name: "slow-answers", Why: "No document promises a time.",
			HTTP: slow(200 * time.Millisecond)},
		{Name: "base-path", Why: "The base URL may carry a path.", BasePath: "/api"},
		{Name: "base-path-deep", Why: "The base URL may carry a path.",
			BasePath: "/etna/trader/public/api"},
		{Name: "base-path-versioned", Why: "The base URL may carry a path.",
			BasePath: "/v2/gateway"},
	}
}

func onlyOn(which outcome, change func(*call, *reply)) func(*call, *reply) {
	return func(c *call, p *reply) {
		if p.outcome(c) == which {
			change(c, p)
		}
	}
}

// inPieces sends the body in pieces, so that it is chunked.
func inPieces(size int, delay time.Duration) func(http.ResponseWriter, *reply) {
	return func(w http.ResponseWriter, p *reply) {
		p.copyHeader(w)
		w.WriteHeader(p.status)
		control := http.NewResponseController(w)
		for body := p.body; len(body) > 0; body = body[min(size, len(body)):] {
			if _, err := w.Write(body[:min(size, len(body))]); err != nil {
				return
			}
			// Flushing is what makes the pieces; without it the response is the same.
			_ = control.Flush()
			pause(context.Background(), delay)
		}
	}
}

func http10(w http.ResponseWriter, p *reply) {
	onConnection(w, func(_ net.Conn, b *bufio.Writer) {
		_, _ = b.WriteString("HTTP/1.0 " + strconv.Itoa(p.status) + " " +
			http.StatusText(p.status) + "\r\n")
		_ = p.header.Write(b)
		_, _ = b.WriteString("\r\n" + string(p.body))
	})
}

// untilClose ends the body by closing the connection.
func untilClose(w http.ResponseWriter, p *reply) {
	onConnection(w, func(_ net.Conn, b *bufio.Writer) {
		writeHead(b, p, "Connection: close")
		_, _ = b.Write(p.body)
	})
}

func earlyHints(w http.ResponseWriter, p *reply) {
	w.Header().Set("Link", "</style.css>; rel=preload")
	w.WriteHeader(http.StatusEarlyHints)
	w.Header().Del("Link")
	p.plainly(w)
}

func lowerNames(w http.ResponseWriter, p *reply) {
	onConnection(w, func(_ net.Conn, b *bufio.Writer) {
		_, _ = b.WriteString("HTTP/1.1 " + strconv.Itoa(p.status) + " \r\n")
		for name, values := range p.header {
			for _, value := range values {
				_, _ = b.WriteString(strings.ToLower(name) + ":" + value + "\r\n")
			}
		}
		_, _ = b.WriteString("connection:close\r\ncontent-length:" + strconv.Itoa(len(p.body)) +
			"\r\n\r\n" + string(p.body))
	})
}

func withTrailer(w http.ResponseWriter, p *reply) {
	w.Header().Set("Trailer", "X-Checksum")
	p.plainly(w)
	w.Header().Set("X-Checksum", "42")
}

// compressedWith compresses where the client takes it.
func compressedWith(coding string, change func([]byte) []byte) func(*call, *reply) {
	return func(c *call, p *reply) {
		if !strings.Contains(c.request.Header.Get("Accept-Encoding"), coding) {
			return
		}
		p.header.Set("Content-Encoding", coding)
		p.header.Add("Vary", "Accept-Encoding")
		p.body = change(p.body)
	}
}

func deflate(body []byte) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, flate.BestSpeed)
	if err != nil {
		return body
	}
	// Writing into memory does not fail.
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

func manyHeaders(_ *call, p *reply) {
	for i := range 100 {
		p.header.Set("X-Trace-"+strconv.Itoa(i), strings.Repeat("t", 40))
	}
}

// slow responds to each request later.
func slow(delay time.Duration) func(World, http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		pause(c.request.Context(), delay)
		return next(c)
	})
}
