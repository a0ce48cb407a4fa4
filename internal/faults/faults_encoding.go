package faults

import (
	"bytes"
	"compress/gzip"
)

// encodingFaults are JSON documents in another encoding than UTF-8.
func encodingFaults() []Fault {
	encoded := func(name, summary, got string, change func(*call, *reply), which ...outcome) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-2", Summary: summary, Expected: "JSON in UTF-8", Got: got,
			Also: append(needAnything(), "ANSWER-3"), HTTP: on(change, which...),
		}
	}
	in := func(charset string) func(*call, *reply) {
		return func(_ *call, p *reply) { p.body = encodeText(charset, string(p.body)) }
	}
	labelled := func(charset string) func(*call, *reply) {
		return both(in(charset), hasHeader("Content-Type", "application/json; charset="+charset))
	}
	return []Fault{
		encoded("utf-16-body", "Answers are in UTF-16.", "UTF-16", labelled("utf-16"),
			whatever()...),
		encoded("utf-16-little-endian-body", "Questions are in UTF-16 without a byte-order mark.",
			"UTF-16", in("utf-16le"), question),
		encoded("utf-16-big-endian-body", "The key error is in UTF-16.", "UTF-16", in("utf-16be"),
			keyRefused),
		encoded("central-european-body", "Questions are in Windows-1250.", "text that is not UTF-8",
			labelled("windows-1250"), question),
		encoded("central-european-unlabelled", "Questions are in Windows-1250, labelled as UTF-8.",
			"text that is not UTF-8", in("windows-1250"), question),
		encoded("latin-1-further-member", "A further member of refusals is in ISO 8859-1.",
			"text that is not UTF-8",
			rewrites(endsIn(`,"Hinweis":"ung`+"\xFC"+`ltig"}`)), incorrect),
		encoded("overlong-character",
			"A further member of accepted resets holds an overlong character.",
			"text that is not UTF-8",
			rewrites(endsIn(`,"Path":"`+"\xC0\xAF"+`"}`)), accepted),
		encoded("surrogates-in-utf-8",
			"A further member of questions holds surrogates in UTF-8 (CESU-8).",
			"text that is not UTF-8",
			rewrites(endsIn(`,"Icon":"`+"\xED\xA0\xBD\xED\xB8\x80"+`"}`)), question),
		encoded("character-cut-in-two", "A question is cut in the middle of a character.",
			"text that is not UTF-8", func(_ *call, p *reply) {
				p.body = bytes.Replace(p.body, []byte(`","Errors"`), []byte("\xC5"+`","Errors"`), 1)
			}, question),
		encoded("gzip-unlabelled", "The question is compressed, and nothing says so.",
			"compressed data", func(_ *call, p *reply) { p.body = compress(p.body) }, question),
		encoded("gzip-twice", "The question is compressed twice, and labelled once.",
			"compressed data", func(_ *call, p *reply) {
				p.header.Set("Content-Encoding", "gzip")
				p.body = compress(compress(p.body))
			}, question),
	}
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	// Writing into memory does not fail.
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}
