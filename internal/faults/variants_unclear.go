package faults

// unclearVariants mail codes that are hard to tell from what else the mail holds.
func unclearVariants() []Variant {
	const why = "No document describes the mail's form."
	return []Variant{
		{Name: "code-among-numbers-in-unknown-words",
			Why:  why + " What the mails share is not the code.",
			Mail: reads("Nova", "Xo lem 774411 tar ‹code› pol.\n")},
		{Name: "code-alone-in-unknown-words", Why: why,
			Mail: reads("Nova", "Xo lem tar pol.\n\n‹code›\n\nXo\n")},
		{Name: "code-in-link-only-is-tried", Profile: "flow",
			Why: why + " What could be the code is tried.", Untestable: true,
			Mail: laidOut(`<p>Confirm your request: <a href="https://etna.example/reset?code=‹code›">reset password</a></p>`)},
	}
}
