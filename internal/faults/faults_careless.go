package faults

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/reference"
)

// carelessFaults accept answers that are not the right one.
func carelessFaults() []Fault {
	return slices.Concat(anyAnswerFaults(), nearAnswerFaults(), foreignAnswerFaults())
}

func acceptsWrong(name, breaks, summary string, http func(World, http.Handler) http.Handler) Fault {
	return Fault{
		Name: name, Breaks: breaks, Summary: summary, Expected: "an answer that lists errors",
		Got:  "an accepted reset",
		Also: append(needRefusal(), "KEY-6", "QUESTION-9", "ANSWER-4"), HTTP: http,
	}
}

// anyAnswerFaults hardly look at the answer.
func anyAnswerFaults() []Fault {
	wrong := []string{answerWrong, answerNear}
	return []Fault{
		acceptsWrong("answer-not-checked", "RESET-5", "No answer is needed at all.",
			takesAsRight(answers(answerMissing, answerEmpty, answerWrong, answerNear))),
		acceptsWrong("missing-answer-accepted", "RESET-4",
			"A reset without the answer is accepted.", takesAsRight(answers(answerMissing))),
		acceptsWrong("wrong-answer-accepted", "RESET-5",
			"Any answer will do, as long as there is one.", takesAsRight(answers(wrong...))),
		acceptsWrong("empty-answer-accepted", "RESET-7", "An empty answer is accepted.",
			takesAsRight(answers(answerEmpty))),
		acceptsWrong("missing-and-empty-answer-accepted", "RESET-4",
			"A reset without the answer, or with an empty one, is accepted.",
			takesAsRight(answers(answerMissing, answerEmpty))),
		acceptsWrong("missing-answer-accepted-second-time", "RESET-4",
			"Only the first trader's missing answer is refused.",
			takesAsRight(all(answers(answerMissing), notFirst))),
		acceptsWrong("wrong-answer-accepted-of-others", "RESET-9",
			"Only the first trader's answers are compared.",
			takesAsRight(all(answers(wrong...), notFirst))),
		acceptsWrong("long-answer-accepted", "RESET-5",
			"Answers of more than twelve characters overflow, and are accepted.",
			takesAnswer(func(given, _ string) bool { return utf8.RuneCountInString(given) > 12 })),
		acceptsWrong("answer-with-digits-accepted", "RESET-5", "Answers with digits are accepted.",
			takesAnswer(func(given, _ string) bool {
				return strings.ContainsFunc(given, unicode.IsDigit)
			})),
	}
}

func notFirst(c *call) bool {
	t, known := c.trader()
	i := slices.IndexFunc(c.world.Traders, asksQuestion)
	return known && i >= 0 && c.world.Traders[i].Login != t.Login
}

// nearAnswerFaults compare the answer carelessly.
func nearAnswerFaults() []Fault {
	compared := func(name, summary string, careless func(given, right string) bool) Fault {
		return acceptsWrong(name, "RESET-9", summary, takesAnswer(func(given, right string) bool {
			return given != "" && given != right && careless(given, right)
		}))
	}
	return []Fault{
		compared("answer-cut-short-accepted", "The beginning of the answer is enough.",
			func(g, r string) bool { return strings.HasPrefix(r, g) }),
		compared("answer-continued-accepted", "What begins with the answer is accepted.",
			func(g, r string) bool { return strings.HasPrefix(g, r) }),
		compared("answer-contained-accepted", "What contains the answer is accepted.",
			func(g, r string) bool { return strings.Contains(g, r) }),
		compared("answer-part-accepted", "A part of the answer is enough.",
			func(g, r string) bool { return strings.Contains(r, g) }),
		compared("answer-end-accepted", "The end of the answer is enough.",
			func(g, r string) bool { return lastRunes(g, 3) == lastRunes(r, 3) }),
		compared("answer-first-letter-accepted", "The first letter of the answer is enough.",
			func(g, r string) bool { return firstRunes(g, 1) == firstRunes(r, 1) }),
		compared("answer-first-four-accepted",
			"The first four characters of the answer are enough.", func(g, r string) bool {
				return firstRunes(g, 4) == firstRunes(r, 4)
			}),
		compared("answer-last-letter-accepted", "The last letter of the answer is enough.",
			func(g, r string) bool { return lastRunes(g, 1) == lastRunes(r, 1) }),
		compared("answer-compared-by-length", "Answers of the right length are accepted.",
			func(g, r string) bool {
				return utf8.RuneCountInString(g) == utf8.RuneCountInString(r)
			}),
		compared("answer-one-difference-accepted", "One wrong character is forgiven.",
			func(g, r string) bool { return differences([]rune(g), []rune(r)) == 1 }),
		compared("answer-typing-error-accepted",
			"Answers within an edit or two of the right one are accepted.",
			func(g, r string) bool { return distance([]rune(g), []rune(r)) <= 2 }),
		compared("answer-one-edit-accepted",
			"Answers within one edit of the right one are accepted.", func(g, r string) bool {
				return distance([]rune(g), []rune(r)) == 1
			}),
		compared("answer-wildcard-accepted",
			"The answer is compared by LIKE, which takes % for everything.",
			func(g, _ string) bool { return strings.Trim(g, "%") == "" }),
		acceptsWrong("answer-true-accepted", "RESET-9",
			"The answer is compared as PHP does by ==, to which true equals every text.",
			takesAsRight(givesTrue)),
		compared("answer-compared-by-ends", "Only the answer's first and last letter count.",
			func(g, r string) bool {
				return firstRunes(g, 1) == firstRunes(r, 1) && lastRunes(g, 1) == lastRunes(r, 1)
			}),
	}
}

// givesTrue concerns resets whose answer is the JSON value true.
func givesTrue(c *call) bool {
	doc, _ := parse(c.body)
	t, known := c.trader()
	return c.isReset() && keys(keyRight)(c) && known && t.Answer != "" &&
		string(doc.get("SecretQuestionAnswer")) == "true"
}

func firstRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

func lastRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[len(runes)-min(n, len(runes)):])
}

// distance is the number of edits (Levenshtein) between two texts; texts that
// are much longer than an answer are far apart.
func distance(a, b []rune) int {
	const longest = 256
	if len(a) > longest || len(b) > longest {
		return longest
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// foreignAnswerFaults accept what is right for somebody or something else.
func foreignAnswerFaults() []Fault {
	known := func(holds func(c *call, given string) bool) func(*call) bool {
		return all(answers(answerWrong), func(c *call) bool {
			return holds(c, *c.form().SecretQuestionAnswer)
		})
	}
	return []Fault{
		acceptsWrong("another-answer-accepted", "RESET-9",
			"Any trader's answer is accepted for every trader.",
			takesAsRight(known(func(c *call, given string) bool {
				return slices.ContainsFunc(c.world.Traders, func(t reference.Trader) bool {
					return t.Answer == given && given != ""
				})
			}))),
		acceptsWrong("neighbours-answer-accepted", "RESET-9",
			"The answer of the trader before is accepted, too.",
			takesAsRight(known(func(c *call, given string) bool {
				t, _ := c.trader()
				o, found := c.world.other(t, -1, asksQuestion)
				return found && o.Answer == given
			}))),
		acceptsWrong("answer-free-after-success", "RESET-9",
			"After an accepted reset the trader's answer is not asked for any more.",
			perRun(freeAfterSuccess)),
	}
}

// freeAfterSuccess stops comparing once the right answer came.
func freeAfterSuccess(World) middleware {
	var proven memory[bool]
	return func(c *call, next asker) *reply {
		t, _ := c.trader()
		if answers(answerWrong, answerNear, answerEmpty, answerMissing)(c) && proven.get(t.Login) {
			return next(c.withAnswer(t.Answer))
		}
		p := next(c)
		if c.answerKind() == answerRight && p.outcome(c) == accepted {
			proven.set(t.Login, true)
		}
		return p
	}
}
