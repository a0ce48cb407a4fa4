package faults

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// looseFaults take for the right secret what only a loosely typed or interpolating back end takes
// for it.
func looseFaults() []Fault {
	return slices.Concat(looseAnswerFaults(), looseKeyFaults(), looseKeyTextFaults(),
		looseCodeFaults())
}

// value is a member of the request's body as JSON, "" where there is none.
func (c *call) value(name string) string {
	body, _ := parse(c.body)
	return string(body.get(name))
}

// looseAnswer concerns resets of a trader with a question whose answer is some JSON value.
func looseAnswer(holds func(value, right string) bool) func(*call) bool {
	return func(c *call) bool {
		t, known := c.trader()
		return c.isReset() && hasKey(c) && known && t.Answer != "" &&
			holds(c.value("SecretQuestionAnswer"), t.Answer)
	}
}

// looseAnswerFaults accept answers of other types.
func looseAnswerFaults() []Fault {
	typed := func(name, summary string, holds func(value, right string) bool) Fault {
		return acceptsWrong(name, "RESET-9", summary, takesAsRight(looseAnswer(holds)))
	}
	is := func(text string) func(value, right string) bool {
		return func(value, _ string) bool { return value == text }
	}
	isText := func(value, _ string) bool { return value == "" || strings.HasPrefix(value, `"`) }
	return []Fault{
		typed("answer-null-accepted",
			"An answer that is there and null is taken for one that nobody needs.", is("null")),
		typed("answer-zero-accepted",
			"The database reads the answer as a number, and every text without digits is 0.",
			equalsNumber),
		typed("answer-operators-accepted",
			"The answer is put into a document database's query as it comes.", matchesOperators),
		typed("answer-list-accepted", "The answer is put into IN (…), which takes a list.",
			listContains),
		typed("answer-of-no-text-accepted", "Only answers that are texts are compared.",
			func(v, r string) bool { return !isText(v, r) }),
		typed("answer-of-falsy-value-accepted", "Only answers that are truthy are compared.",
			func(v, _ string) bool {
				return slices.Contains([]string{"null", "0", "false"}, v)
			}),
		typed("answer-object-accepted",
			"An object is compared by its name, which is the same for all.",
			func(v, _ string) bool { return strings.HasPrefix(v, "{") }),
		acceptsWrong("answer-injected-accepted", "RESET-9",
			"The answer is put between the quotes of an SQL statement.",
			takesAnswer(func(g, _ string) bool { return tautology(g) })),
		acceptsWrong("answer-pattern-accepted", "RESET-9",
			"The answer is taken as a regular expression.", takesAnswer(matchesPattern)),
		acceptsWrong("answer-pattern-found", "RESET-9",
			"The answer is looked for in the right one as a regular expression.",
			takesAnswer(func(g, r string) bool {
				pattern, err := regexp.Compile(g)
				return err == nil && g != "" && g != r && pattern.MatchString(r)
			})),
		{
			Name: "answer-with-quotes-fails", Breaks: "RESET-9",
			Summary:  "A wrong answer with a quotation mark breaks the SQL statement.",
			Expected: "an answer that lists errors",
			Got:      "status 500", Also: needRefusal(),
			HTTP: failsOn(all(answers(answerWrong), func(c *call) bool {
				return strings.Contains(c.value("SecretQuestionAnswer"), "'")
			})),
		},
	}
}

// equalsNumber compares as MySQL and PHP 7 do: a text is the number that it begins with.
func equalsNumber(value, right string) bool {
	given, err := strconv.ParseFloat(value, 64)
	number, _ := strconv.ParseFloat(regexp.MustCompile(`^[0-9]*`).FindString(right), 64)
	return err == nil && given == number
}

// matchesOperators evaluates a document database's comparisons.
func matchesOperators(value, right string) bool {
	operators, read := parse([]byte(value))
	for _, m := range operators {
		var than string
		_ = json.Unmarshal(m.value, &than) // null is no text, and no answer
		if m.name == "$ne" && right == than || m.name == "$gt" && right <= than ||
			!strings.HasPrefix(m.name, "$") {
			return false
		}
	}
	return read && len(operators) > 0
}

func listContains(value, right string) bool {
	var items []any
	return json.Unmarshal([]byte(value), &items) == nil &&
		slices.ContainsFunc(items, func(item any) bool { return item == right })
}

// tautology reports whether the text ends the quotation that it stands in and adds something that
// is always true.
func tautology(text string) bool {
	return regexp.MustCompile(`(?i)^'\s*or\s+'(\w+)'\s*=\s*'(\w+)$`).MatchString(text)
}

func matchesPattern(given, right string) bool {
	pattern, err := regexp.Compile("^(?:" + given + ")$")
	return err == nil && given != "" && given != right && pattern.MatchString(right)
}

// looseKeyFaults take other texts for the key.
func looseKeyFaults() []Fault {
	compared := func(name, breaks, summary string, careless func(given, right string) bool) Fault {
		return taken(name, breaks, summary, takesKey(careless))
	}
	return []Fault{
		compared("key-preceded-taken", "KEY-4", "What ends with the key is taken.",
			func(g, r string) bool { return g != r && strings.HasSuffix(g, r) }),
		compared("key-wildcard-taken", "KEY-3",
			"The key is looked up by LIKE, which takes % for everything.", func(g, _ string) bool {
				return g == "%"
			}),
		compared("key-star-taken", "KEY-3",
			"The key is looked up in a directory, whose filter takes * for everything.",
			func(g, _ string) bool { return g == "*" }),
		compared("key-pattern-taken", "KEY-3", "The key is taken as a regular expression.",
			matchesPattern),
		compared("key-injected-taken", "KEY-3",
			"The key is put between the quotes of an SQL statement.", func(g, _ string) bool {
				return tautology(g)
			}),
	}
}

// looseKeyTextFaults fail on keys that they look up carelessly.
func looseKeyTextFaults() []Fault {
	given := func(text string) func(*call) bool {
		return func(c *call) bool {
			return c.isCore() && strings.Contains(c.request.Header.Get(keyHeader), text)
		}
	}
	return []Fault{{
		Name: "key-with-quotes-fails", Breaks: "KEY-3",
		Summary: "A key with a quotation mark breaks the SQL statement.", Expected: wantKeyError,
		Got: "status 500",
		HTTP: responsesWith(given("'"), func() *reply {
			return newReply(http.StatusInternalServerError, "text/html", htmlErrorPage)
		}),
	}}
}

// looseCodeFaults take for a mailed code what only a loosely typed or interpolating back end takes
// for it.
func looseCodeFaults() []Fault {
	loosely := func(name, summary string, holds func(value, right string) bool) Fault {
		return Fault{
			Name: name, Breaks: "CODE-3", Summary: summary, Expected: "no token", Got: "a token",
			Also: append(codeIDs(), "ANSWER-6"), HTTP: takesLooseCode(holds),
		}
	}
	text := func(careless func(given, right string) bool) func(value, right string) bool {
		return func(value, right string) bool {
			var given string
			return json.Unmarshal([]byte(value), &given) == nil && value != "null" &&
				given != right && careless(given, right)
		}
	}
	is := func(want string) func(value, right string) bool {
		return func(value, _ string) bool { return value == want }
	}
	return flowing([]Fault{
		loosely("code-letter-behind-taken",
			"The code is read as a number, which ends before a letter.",
			text(func(g, r string) bool {
				return regexp.MustCompile(`^[0-9]+`).FindString(g) == r &&
					strings.TrimLeft(g, "0123456789") != ""
			})),
		loosely("code-operators-taken",
			"The code is put into a document database's query as it comes.", matchesOperators),
		loosely("code-list-taken", "The code is put into IN (…), which takes a list.",
			listContains),
		loosely("code-null-taken", "A code that is null is left out of the query.", is("null")),
		loosely("code-true-taken",
			"The code is compared as PHP does by ==, to which true equals every text.", is("true")),
		loosely("code-wildcard-taken",
			"The code is looked up by LIKE, which takes % for everything.",
			text(func(g, _ string) bool { return g == "%" })),
		loosely("code-injected-taken", "The code is put between the quotes of an SQL statement.",
			text(func(g, _ string) bool { return tautology(g) })),
	})
}

// takesLooseCode gives a token for what is taken for one of the codes that were mailed.
func takesLooseCode(holds func(value, right string) bool) func(World, http.Handler) http.Handler {
	return when(all((*call).isCode, hasKey), func(c *call, next asker) *reply {
		for _, right := range slices.Backward(c.world.run.mailedCodes()) {
			if value := c.value("Code"); value != "" && holds(value, right) {
				if p := next(c.withMember("Code", right)); p.succeeds() {
					return p
				}
			}
		}
		return next(c)
	})
}
