package faults

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const wantDocument = "exactly one JSON document in UTF-8"

// notOne is a fault of bodies that are no single JSON document.
func notOne(name, summary, got string, change func(string) string, which ...outcome) Fault {
	return Fault{
		Name: name, Breaks: "ANSWER-2", Summary: summary, Expected: wantDocument, Got: got,
		Also: needAnything(),
		HTTP: on(rewrites(change), which...),
	}
}

func before(text string) func(string) string {
	return func(body string) string { return text + body }
}
func after(text string) func(string) string {
	return func(body string) string { return body + text }
}
func instead(text string) func(string) string {
	return func(string) string { return text }
}

func replaces(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// bodyFaults are bodies that are not one JSON document.
func bodyFaults() []Fault {
	return append(surroundedFaults(), append(nearlyJSONFaults(), otherFormatFaults()...)...)
}

// surroundedFaults have something before or after the document.
func surroundedFaults() []Fault {
	return []Fault{
		notOne("byte-order-mark", "Answers begin with a byte-order mark.", "a byte-order mark",
			before("\uFEFF"), whatever()...),
		notOne("byte-order-mark-on-refusal", "Refusals begin with a byte-order mark.",
			"a byte-order mark", before("\uFEFF"), incorrect),
		notOne("hijacking-prefix", "Answers begin with a prefix against hijacking.",
			`)]}', before the document`, before(")]}',\n"), whatever()...),
		notOne("endless-loop-prefix", "Questions begin with an endless loop against hijacking.",
			"while(1); before the document", before("while(1);"), question),
		notOne("warning-before", "A warning of the interpreter stands before accepted resets.",
			"text before the document",
			before("<br />\n<b>Warning</b>: mail(): something in <b>reset.php</b> on line <b>42</b><br />\n"), accepted),
		notOne("trace-after", "A stack trace stands after refusals.", "text after the document",
			after("\n   at Etna.Trader.Reset.Verify(String answer)\n"), incorrect),
		notOne("html-comment-after", "A comment of the page's generator stands after questions.",
			"text after the document", after("<!-- 0.013 s -->"), question),
		notOne("nul-after", "Answers end with a NUL.", "a NUL after the document", after("\x00"),
			whatever()...),
		notOne("brace-too-many", "Accepted resets end with a brace too many.",
			"text after the document", after("}"), accepted),
		notOne("semicolon-after", "Questions end with a semicolon.", "text after the document",
			after(";"), question),
		notOne("two-documents", "The answer is sent twice.", "a second document",
			func(body string) string { return body + body }, question),
		notOne("refused-then-accepted", "An accepted reset is followed by a second document.",
			"a second document", after("\n"+acceptedJSON), accepted),
		notOne("key-error-then-answer", "The key error is followed by a second document.",
			"a second document", after(acceptedJSON), keyRefused),
		notOne("callback-around", "Answers are wrapped in a callback (JSONP).", "a script",
			func(body string) string { return "callback(" + body + ");" }, question),
		notOne("event-stream", "Answers come as a server-sent event.", "data: before the document",
			func(body string) string { return "data: " + body + "\n\n" }, accepted, incorrect),
		notOne("vertical-tab-before",
			"White space that JSON does not know stands before questions.", "a vertical tab",
			before("\v"), question),
		notOne("no-break-space-after", "A no-break space stands after refusals.",
			"a no-break space", after("\u00A0"), incorrect),
		notOne("cut-off", "The question's last character is missing.", "an unfinished document",
			func(body string) string { return body[:len(body)-1] }, question),
		notOne("cut-off-refusal", "A refusal ends in the middle.", "an unfinished document",
			func(body string) string { return body[:len(body)/2] }, incorrect),
	}
}

// nearlyJSONFaults are bodies that only a forgiving reader takes for JSON.
func nearlyJSONFaults() []Fault {
	return []Fault{
		notOne("trailing-comma", "Objects end with a comma.", "a comma before the end",
			func(b string) string { return b[:len(b)-1] + ",}" }, accepted),
		notOne("trailing-comma-in-list", "Lists of errors end with a comma.",
			"a comma before the end of a list", replaces(`again."]`, `again.",]`), incorrect),
		notOne("single-quotes", "Strings stand in single quotes.", "single quotes",
			replaces(`"`, `'`), accepted),
		notOne("names-without-quotes", "Names stand without quotes.", "names without quotes",
			replaces(`"IsSucceed"`, "IsSucceed", `"Errors"`, "Errors"), accepted),
		notOne("python-literals", "Truth values are capitalised.", "False and True",
			replaces("true", "True", "false", "False"), accepted, question),
		notOne("not-a-number", "A further member is NaN.", "NaN", endsIn(`,"Retries":NaN}`),
			accepted),
		notOne("leading-zero", "A further member has a leading zero.",
			"a number with a leading zero", endsIn(`,"Wait":007}`), incorrect),
		notOne("hexadecimal-number", "A further member is a hexadecimal number.", "0x1F",
			endsIn(`,"Flags":0x1F}`), question),
		notOne("comment-inside", "Refusals carry a comment.", "a comment",
			func(b string) string { return "{/* refused */" + b[1:] }, incorrect),
		notOne("undefined-value", "A further member is undefined.", "undefined",
			endsIn(`,"Data":undefined}`), question),
		notOne("missing-comma", "Two members stand without a comma between them.",
			"no comma between members", replaces(`,"IsSucceed"`, ` "IsSucceed"`), accepted),
		notOne("equals-for-colon", "Names and values are joined by =.", "= after a name",
			replaces(`":`, `"=`), incorrect),
		notOne("raw-newline-in-string", "A question holds a line break as it is.",
			"a control character in a string", replaces(`"Model":"`, "\"Model\":\"\n"), question),
		notOne("raw-tab-in-error", "An error text holds a tab as it is.",
			"a control character in a string", replaces("incorrect, ", "incorrect,\t"), incorrect),
		notOne("quote-not-escaped", "A quotation mark in a question is not escaped.",
			"a broken string", replaces(`"Model":"`, `"Model":""`), question),
		notOne("unknown-escape", "An apostrophe is escaped as JavaScript has it.", `the escape \'`,
			replaces(`"Model":"`, `"Model":"\'`), question),
		notOne("hexadecimal-escape", "Characters are escaped as JavaScript has it.",
			`the escape \x41`, replaces(`"Answer is`, `"\x41nswer is`), incorrect),
		notOne("lone-surrogate", "A question holds half of a surrogate pair.", "a lone surrogate",
			replaces(`"Model":"`, `"Model":"\ud83d `), question),
		notOne("lone-surrogate-further",
			"A further member of accepted resets holds half of a surrogate pair.",
			"a lone surrogate", endsIn(`,"Note":"\udc00"}`), accepted),
		notOne("empty-list-item", "The list of errors has an empty place.",
			"a list with an empty place", replaces(`"Errors":[`, `"Errors":[,`), incorrect),
	}
}

// endsIn replaces the closing brace.
func endsIn(end string) func(string) string {
	return func(body string) string { return body[:len(body)-1] + end }
}

// otherFormatFaults are responses in another format altogether.
func otherFormatFaults() []Fault {
	notJSON := func(name, summary, got string, change func(*call, *reply), which ...outcome) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-2", Summary: summary, Expected: wantDocument, Got: got,
			Also: needAnything(),
			HTTP: on(change, which...),
		}
	}
	return []Fault{
		notJSON("html-key-error", "A bad key gets an error page.", "an HTML page",
			becomes(http.StatusUnauthorized, "text/html", htmlErrorPage), keyRefused),
		{
			Name: "html-key-error-first", Breaks: "ANSWER-2",
			Summary:  "A bad key gets an error page, long before a right one is answered.",
			Expected: wantDocument, Got: "an HTML page", Also: needAnything(),
			HTTP: through(func(c *call, next asker) *reply {
				if c.isCore() && c.keyKind() != keyRight {
					return newReply(http.StatusForbidden, "text/html", htmlErrorPage)
				}
				pause(c.request.Context(), 100*time.Millisecond)
				return next(c)
			}),
		},
		notJSON("html-refusal", "A refusal is an error page.", "an HTML page",
			becomes(http.StatusBadRequest, "text/html", htmlErrorPage), incorrect),
		notJSON("html-labelled-as-json", "A refusal is an error page that is labelled as JSON.",
			"an HTML page", becomes(http.StatusBadRequest, "application/json", htmlErrorPage),
			incorrect),
		notJSON("html-question", "The question is a page.", "an HTML page",
			func(_ *call, p *reply) {
				doc, _ := parse(p.body)
				*p = *newReply(http.StatusOK, "text/html; charset=utf-8",
					"<p>"+escape(doc.text("Model"))+"</p>")
			}, question),
		notJSON("text-ok", "An accepted reset is answered with OK.", "the text OK",
			becomes(http.StatusOK, "text/plain", "OK"), accepted),
		notJSON("text-refusal", "A refusal is the bare error text.", "a text",
			becomes(http.StatusBadRequest, "text/plain", incorrectText), incorrect),
		notJSON("text-key-error", "The key error is the bare text.", "a text",
			becomes(http.StatusUnauthorized, "text/plain", keyErrorText), keyRefused),
		notJSON("text-question", "The question is the bare text.", "a text",
			func(_ *call, p *reply) {
				doc, _ := parse(p.body)
				*p = *newReply(http.StatusOK, "text/plain; charset=utf-8", doc.text("Model"))
			}, question),
		notJSON("empty-accepted", "An accepted reset has an empty body.", "an empty body",
			rewrites(instead("")), accepted),
		notJSON("empty-refusal", "A refusal has an empty body.", "an empty body",
			rewrites(instead("")), incorrect),
		notJSON("empty-key-error", "The key error has an empty body.", "an empty body",
			becomes(http.StatusForbidden, "", ""), keyRefused),
		notJSON("blank-question", "The question's body is white space.", "a blank body",
			rewrites(instead(" \r\n")), question),
		notJSON("encoded-twice", "Answers are JSON inside a JSON string.", "JSON encoded twice",
			rewrites(quote), whatever()...),
		notJSON("encoded-twice-on-refusal", "Refusals are JSON inside a JSON string.",
			"JSON encoded twice", rewrites(quote), incorrect),
		notJSON("base64-body", "The question's answer is in base64.", "base64",
			rewrites(func(b string) string { return base64.StdEncoding.EncodeToString([]byte(b)) }),
			question),
		notJSON("percent-encoded-body", "Refusals are percent-encoded.", "percent-encoded text",
			rewrites(url.QueryEscape), incorrect),
		notJSON("html-escaped-body", "Answers are escaped as HTML.", "&quot; for quotation marks",
			rewrites(replaces(`"`, "&quot;")), whatever()...),
		notJSON("backslashed-body", "Quotation marks are escaped outside of strings.",
			`\" for quotation marks`, rewrites(replaces(`"`, `\"`)), accepted),
		notJSON("xml-answer", "An accepted reset is answered in XML.", "XML",
			becomes(http.StatusOK, "application/xml",
				`<?xml version="1.0"?><Result><Errors/><IsSucceed>false</IsSucceed></Result>`),
			accepted),
		notJSON("form-answer", "A refusal is answered as a form.", "a form",
			becomes(http.StatusBadRequest, "application/x-www-form-urlencoded",
				"Errors=Answer+is+incorrect&IsSucceed=false"), incorrect),
		notJSON("yaml-answer", "An accepted reset is answered in YAML.", "YAML",
			becomes(http.StatusOK, "application/json", "Errors: []\nIsSucceed: false\n"), accepted),
	}
}
