package faults

// labelFaults are JSON responses with another Content-Type.
func labelFaults() []Fault {
	labelled := func(name, label, summary string, which ...outcome) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-3", Summary: summary, Expected: "a Content-Type of JSON",
			Got:  "Content-Type: " + label,
			HTTP: on(hasHeader("Content-Type", label), which...),
		}
	}
	return []Fault{
		labelled("label-text", "text/plain; charset=utf-8", "Answers are labelled as text.",
			whatever()...),
		labelled("label-html", "text/html; charset=utf-8", "Answers are labelled as HTML.",
			whatever()...),
		labelled("label-html-on-refusal", "text/html", "Refusals are labelled as HTML.", incorrect),
		labelled("label-html-on-key-error", "text/html", "The key error is labelled as HTML.",
			keyRefused),
		labelled("label-text-on-question", "text/plain", "Questions are labelled as text.",
			question),
		labelled("label-text-on-accepted", "text/plain", "Accepted resets are labelled as text.",
			accepted),
		labelled("label-binary", "application/octet-stream", "Answers are labelled as binary data.",
			whatever()...),
		labelled("label-script", "application/javascript", "Answers are labelled as a script.",
			whatever()...),
		labelled("label-text-script", "text/javascript; charset=utf-8",
			"Questions are labelled as a script.", question),
		labelled("label-xml", "application/xml", "Answers are labelled as XML.", whatever()...),
		labelled("label-form", "application/x-www-form-urlencoded",
			"Accepted resets are labelled as a form.", accepted),
		labelled("label-without-slash", "json", "Answers are labelled as no media type at all.",
			whatever()...),
		labelled("label-json-sequence", "application/json-seq",
			"Questions are labelled as a sequence of documents.", question),
		labelled("label-lines", "application/x-ndjson", "Refusals are labelled as lines of JSON.",
			incorrect),
		labelled("label-accept-header", "application/json, text/plain, */*",
			"Answers repeat the request's Accept as their label.", whatever()...),
		labelled("label-utf-16", "application/json; charset=utf-16",
			"Answers are labelled as UTF-16.", whatever()...),
		labelled("label-latin-1", "application/json; charset=iso-8859-1",
			"Questions in UTF-8 are labelled as ISO 8859-1.", question),
		labelled("label-central-european", `application/json; charset="windows-1250"`,
			"Questions in UTF-8 are labelled as Windows-1250.", question),
		{
			Name: "label-missing", Breaks: "ANSWER-3", Summary: "Answers have no Content-Type.",
			Expected: "a Content-Type of JSON", Got: "no Content-Type",
			HTTP: on(hasHeader("Content-Type"), whatever()...),
		},
		{
			Name: "label-missing-on-key-error", Breaks: "ANSWER-3",
			Summary:  "The key error has no Content-Type.",
			Expected: "a Content-Type of JSON", Got: "no Content-Type",
			HTTP: on(hasHeader("Content-Type"), keyRefused),
		},
		{
			Name: "label-empty", Breaks: "ANSWER-3",
			Summary:  "Refusals have an empty Content-Type.",
			Expected: "a Content-Type of JSON", Got: "an empty Content-Type",
			HTTP: on(hasHeader("Content-Type", ""), incorrect),
		},
		{
			Name: "label-twice", Breaks: "ANSWER-3",
			Summary:  "Answers have two Content-Types, JSON and HTML.",
			Expected: "a Content-Type of JSON", Got: "a second Content-Type: text/html",
			HTTP: on(hasHeader("Content-Type", "application/json", "text/html"), whatever()...),
		},
	}
}
