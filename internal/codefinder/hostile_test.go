package codefinder

import (
	"fmt"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

// A mail is read in bounded time and space, whatever is in it: a search that is not linear would
// not end here.
func TestHostileMailsAreBounded(t *testing.T) {
	const size = 32 << 10
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	nested := ""
	for i := range 300 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	page, plain := "Content-Type: text/html\r\n\r\n", "Content-Type: text/plain\r\n\r\n"
	for name, source := range map[string]string{
		"nested multiparts": nested + "Your code is 231408",
		"many parts": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
			fill("--b\r\n\r\nx\r\n"),
		"header only": fill("A: b\r\n"), "folded header": "Subject: x" + fill("\r\n y"),
		"encoded header": "Subject: " + fill("=?utf-8?q?a?= "),
		"nested tags":    page + fill("<div>"), "nested formats": page + fill("<b><i>"),
		"different formats":      page + numbered("<b id=%d>", size),
		"formats and paragraphs": page + numbered("<a id=%d><p>", size), "formats in tables": page +
			fill("<table><b>"), "unclosed": page + fill("<a href='"),
		"many cells": page + "<table><tr>" + fill("<td>1234"), "styles": page +
			fill("<style>.a{display:none}</style>"), "entities": page + fill("&#50;"),
		"codes": plain + fill("code 1234 "), "numbers": plain + fill("1234 "), "cells": plain +
			fill("1234\t"), "lines": plain + fill("1234\n"),
		"digits": plain + fill("1 "), "one digit run": plain + fill("1"), "dots": plain +
			fill("1.1%"), "hosts": plain + fill("1.1-"), "braces": plain + fill("{% 1.1 "),
		"angles": plain + fill("<a 1.1 "), "brackets": plain + fill("code (((((("), "marks": plain +
			fill("-"), "invisible": plain + fill("\u200b"), "letters": plain + fill("a"),
		"combining": plain + "a" + fill("\u0301"), "Chinese": plain + fill("验证码"), "words": plain +
			fill("code is is is is is is is "), "zeros": plain + fill("\x00"),
		"schemes": plain + fill("a://"), "dashes": plain + fill("a-1-"), "mails": plain +
			fill("a@"), "base64": plain + fill("aB3+"), "links": plain +
			fill("https://a.example/?code=1234 "),
	} {
		f := Find(mailtext.Parse([]byte(source)), nil)
		if len(f.Codes) > maxCodes || len(f.Candidates) > maxCodes {
			t.Errorf("%s: %d codes, %d candidates", name, len(f.Codes), len(f.Candidates))
		}
	}
}

func numbered(format string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
