package faults

import (
	"net/http"
	"slices"
	"strings"
)

const wantKeyError = keyErrorJSON

// keyTakenFaults let in calls whose key is not the right one.
func keyTakenFaults() []Fault {
	return slices.Concat(kindTakenFaults(), keyCompareFaults(), keyRememberedFaults(),
		keyLateFaults())
}

func taken(name, breaks, summary string, http func(World, http.Handler) http.Handler,
	also ...string) Fault {
	return Fault{
		Name: name, Breaks: breaks, Summary: summary, Expected: wantKeyError,
		Got:  "the response of a right key",
		Also: append(also, "KEY-5", "KEY-6", "QUESTION-9"), HTTP: http,
	}
}

// kindTakenFaults check the key on one operation or for one kind only.
func kindTakenFaults() []Fault {
	all4 := []string{"KEY-1", "KEY-2", "KEY-3", "KEY-4"}
	list := []Fault{
		taken("key-not-checked", "KEY-3", "No key is needed at all.",
			letsIn(keys(keyMissing, keyEmpty, keyWrong, keyNear)), all4...),
		taken("key-not-checked-on-reset", "KEY-3", "The reset needs no key.",
			letsIn(all((*call).isReset, not(keys(keyRight)))), all4...),
		taken("key-not-checked-on-question", "KEY-3", "The question needs no key.",
			letsIn(all((*call).isQuestion, not(keys(keyRight)))), all4...),
		taken("any-key-taken", "KEY-3", "Any key will do, as long as there is one.",
			letsIn(keys(keyWrong, keyNear)), all4...),
		taken("key-not-checked-by-email", "KEY-1",
			"The question needs no key when it is asked by email.",
			letsIn(all((*call).byEmail, not(keys(keyRight)))), all4...),
		taken("key-not-checked-without-question", "KEY-1",
			"The reset of a trader without a question needs no key.",
			letsIn(all((*call).isReset, withoutQuestion, not(keys(keyRight)))), all4...),
		taken("key-not-checked-with-answer", "KEY-1",
			"A right answer to the secret question makes up for the key.",
			letsIn(all(answers(answerRight), not(keys(keyRight)))), all4...),
	}
	for _, k := range []struct{ name, breaks, kind string }{
		{"missing", "KEY-1", keyMissing}, {"empty", "KEY-2", keyEmpty},
		{"wrong", "KEY-3", keyWrong}, {"nearly-right", "KEY-4", keyNear},
	} {
		list = append(list,
			taken(k.name+"-key-taken-on-reset", k.breaks, "The reset takes a "+k.kind+" key.",
				letsIn(all((*call).isReset, keys(k.kind))), all4...),
			taken(k.name+"-key-taken-on-question", k.breaks, "The question takes a "+k.kind+" key.",
				letsIn(all((*call).isQuestion, keys(k.kind))), all4...))
	}
	return list
}

// keyCompareFaults compare the key carelessly.
func keyCompareFaults() []Fault {
	compared := func(name, summary string, careless func(given, right string) bool) Fault {
		return taken(name, "KEY-4", summary, takesKey(careless), "KEY-2", "KEY-3")
	}
	return []Fault{
		compared("key-cut-short-taken", "The beginning of the key is enough.",
			func(g, r string) bool { return g != "" && strings.HasPrefix(r, g) }),
		compared("key-continued-taken", "What begins with the key is taken.",
			func(g, r string) bool { return strings.HasPrefix(g, r) }),
		compared("key-end-taken", "What ends like the key is taken.", func(g, r string) bool {
			return len(g) >= len(r)-1 && g != "" && tail(g, 4) == tail(r, 4)
		}),
		compared("key-contained-taken", "What contains the key is taken.", func(g, r string) bool {
			return strings.Contains(g, r)
		}),
		compared("key-prefix-taken-with-empty",
			"The beginning of the key is enough, even if it is empty.", func(g, r string) bool {
				return strings.HasPrefix(r, g)
			}),
		compared("key-compared-by-length", "Keys of the right length are taken.",
			func(g, r string) bool { return len(g) == len(r) }),
		compared("key-compared-by-beginning", "Only the first four characters of the key count.",
			func(g, r string) bool { return head(g, 4) == head(r, 4) }),
		compared("key-last-character-ignored", "The last character of the key does not count.",
			func(g, r string) bool {
				return len(g) == len(r) && head(g, len(r)-1) == head(r, len(r)-1)
			}),
		compared("key-first-character-ignored", "The first character of the key does not count.",
			func(g, r string) bool {
				return len(g) == len(r) && tail(g, len(r)-1) == tail(r, len(r)-1)
			}),
		compared("key-one-difference-taken", "One wrong character is forgiven.",
			func(g, r string) bool { return differences([]rune(g), []rune(r)) <= 1 }),
		compared("key-first-eight-bytes", "Only the first eight bytes of the key count.",
			func(g, r string) bool { return head(g, 8) == head(r, 8) }),
	}
}

func head(text string, n int) string { return text[:min(max(n, 0), len(text))] }
func tail(text string, n int) string { return text[len(text)-min(max(n, 0), len(text)):] }

// keyRememberedFaults let in who has once shown the right key.
func keyRememberedFaults() []Fault {
	remembered := func(name, summary string, by func(*call) string, kinds ...string) Fault {
		return taken(name, "KEY-1", summary, remembersKey(by, kinds...), "KEY-2", "KEY-3", "KEY-4")
	}
	return []Fault{
		remembered("key-remembered-on-connection",
			"A connection that has carried the right key needs none any more.",
			func(c *call) string { return c.request.RemoteAddr }, keyMissing),
		remembered("key-remembered-by-address",
			"A client's address that has shown the right key needs none any more.",
			clientHost, keyMissing, keyEmpty, keyWrong, keyNear),
		remembered("key-remembered-by-trader",
			"A trader who was asked for with the right key can be asked for without any.",
			func(c *call) string { return strings.ToLower(c.username()) }, keyMissing),
		remembered("key-remembered-by-answer-cache",
			"A cache in front does not tell requests apart by their key.",
			func(c *call) string { return c.request.URL.String() + string(c.body) }, keyMissing,
			keyEmpty, keyWrong, keyNear),
		remembered("key-remembered-by-program",
			"A program that has shown the right key is known by its name.",
			func(c *call) string { return c.request.UserAgent() }, keyMissing),
		remembered("key-remembered-by-operation",
			"An operation that was once called with the right key is open.",
			func(c *call) string { return c.request.URL.Path }, keyMissing),
	}
}

func clientHost(c *call) string {
	address := c.request.RemoteAddr
	return address[:max(strings.LastIndex(address, ":"), 0)]
}

func remembersKey(by func(*call) string, kinds ...string) func(World, http.Handler) http.Handler {
	return perRun(func(World) middleware {
		var known memory[bool]
		return func(c *call, next asker) *reply {
			switch {
			case keys(keyRight)(c):
				known.set(by(c), true)
			case keys(kinds...)(c) && known.get(by(c)):
				return next(c.withRightKey())
			}
			return next(c)
		}
	})
}

// keyLateFaults look at the key after something else.
func keyLateFaults() []Fault {
	late := func(name, summary, got string, concerns func(*call) bool, status int,
		body string) Fault {
		return Fault{
			Name: name, Breaks: "KEY-3", Summary: summary, Expected: wantKeyError, Got: got,
			Also: []string{"KEY-1", "KEY-2", "KEY-4", "KEY-5"},
			HTTP: responsesJSON(all(concerns, (*call).isCore, not(keys(keyRight))), status, body),
		}
	}
	stranger := func(c *call) bool { _, known := c.trader(); return c.names() && !known }
	const notFound = `{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`
	return []Fault{
		late("key-after-answer", "The answer is looked at before the key.", gotIncorrect,
			answers(answerMissing, answerEmpty, answerWrong, answerNear), http.StatusBadRequest,
			incorrectJSON),
		late("key-after-user-on-reset", "The reset looks the user up before the key.", "a refusal",
			all((*call).isReset, stranger), http.StatusNotFound, notFound),
		late("key-after-user-on-question", "The question looks the user up before the key.",
			"a refusal", all((*call).isQuestion, stranger), http.StatusNotFound, notFound),
	}
}
