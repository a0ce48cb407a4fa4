package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// The ways in which a key is not the right one.
const (
	keyRight   = "right"
	keyMissing = "missing"
	keyEmpty   = "empty"
	keyWrong   = "wrong"
	keyNear    = "nearly right"
)

// keyKind is what kind of key the call carries.
func (c *call) keyKind() string {
	values := c.request.Header.Values(keyHeader)
	switch {
	case len(values) == 0:
		return keyMissing
	case strings.Join(values, "") == "":
		return keyEmpty
	case len(values) == 1 && values[0] == c.world.AppKey:
		return keyRight
	case near(strings.Join(values, ""), c.world.AppKey):
		return keyNear
	}
	return keyWrong
}

// near is true for what shares nearly everything with the right text.
func near(given, right string) bool {
	return given != right && given != "" &&
		(strings.HasPrefix(right, given) || strings.HasPrefix(given, right) ||
			strings.HasSuffix(right, given) || strings.HasSuffix(given, right) ||
			differences([]rune(given), []rune(right)) == 1)
}

// differences counts the characters that differ; texts of unequal length
// differ in all.
func differences(a, b []rune) int {
	if len(a) != len(b) {
		return max(len(a), len(b))
	}
	count := 0
	for i := range a {
		if a[i] != b[i] {
			count++
		}
	}
	return count
}

// The kinds of answers to the secret question of a trader who has one.
const (
	answerNone    = "none to give" // another operation, nobody, or a trader without a question
	answerRight   = "right"
	answerMissing = "missing"
	answerEmpty   = "empty"
	answerWrong   = "wrong"
	answerNear    = "nearly right"
)

// answerKind is what kind of answer the reset carries.
func (c *call) answerKind() string {
	t, known := c.trader()
	if !c.isReset() || !known || t.Answer == "" {
		return answerNone
	}
	switch given := c.form().SecretQuestionAnswer; {
	case given == nil:
		return answerMissing
	case *given == "":
		return answerEmpty
	case *given == t.Answer:
		return answerRight
	case near(*given, t.Answer):
		return answerNear
	}
	return answerWrong
}

// answers concerns resets whose answer is of one of the kinds.
//
//go:noinline
func answers(kinds ...string) func(*call) bool {
	return func(c *call) bool { return slices.Contains(kinds, c.answerKind()) }
}

// keys concerns calls of the core operations whose key is of one of the kinds.
//
//go:noinline
func keys(kinds ...string) func(*call) bool {
	return func(c *call) bool { return c.isCore() && slices.Contains(kinds, c.keyKind()) }
}

// all concerns what concerns each.
//
//go:noinline
func all(concerns ...func(*call) bool) func(*call) bool {
	return func(c *call) bool {
		return !slices.ContainsFunc(concerns, func(f func(*call) bool) bool { return !f(c) })
	}
}

func not(concerns func(*call) bool) func(*call) bool {
	return func(c *call) bool { return !concerns(c) }
}

// nobody concerns resets with the right key that name no user.
func nobody(c *call) bool { return c.isReset() && c.keyKind() == keyRight && !c.names() }

// withoutQuestion concerns resets and questions of a trader who has none.
func withoutQuestion(c *call) bool {
	t, known := c.trader()
	return known && t.Question == ""
}

// withQuestion concerns resets and questions of a trader who has one.
func withQuestion(c *call) bool {
	t, known := c.trader()
	return known && t.Question != ""
}

// takesAnswer accepts given answers that a careless comparison takes for right.
func takesAnswer(careless func(given, right string) bool) func(World, http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		t, _ := c.trader()
		if given := c.form().SecretQuestionAnswer; c.answerKind() != answerNone && given != nil &&
			careless(*given, t.Answer) {
			return next(c.withAnswer(t.Answer))
		}
		return next(c)
	})
}

// takesAsRight accepts resets as if they had carried the right answer.
func takesAsRight(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return when(concerns, func(c *call, next asker) *reply {
		t, _ := c.trader()
		return next(c.withAnswer(t.Answer))
	})
}

// takesKey lets in calls whose key a careless check takes for right.
func takesKey(careless func(given, right string) bool) func(World, http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		given := strings.Join(c.request.Header.Values(keyHeader), "")
		if c.isCore() && c.keyKind() != keyMissing && careless(given, c.world.AppKey) {
			return next(c.withRightKey())
		}
		return next(c)
	})
}

// letsIn responds to calls as if they had carried the right key.
func letsIn(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return when(concerns, func(c *call, next asker) *reply { return next(c.withRightKey()) })
}

// responsesWith gives the same response to calls, without doing anything.
func responsesWith(concerns func(*call) bool, response func() *reply) func(World,
	http.Handler) http.Handler {
	return when(concerns, func(*call, asker) *reply { return response() })
}

func responsesJSON(concerns func(*call) bool, status int, body string) func(World,
	http.Handler) http.Handler {
	return responsesWith(concerns, func() *reply { return jsonReply(status, body) })
}

// refusesAnswer responds with the incorrect-answer error.
func refusesAnswer(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return responsesJSON(all(concerns, keys(keyRight)), http.StatusBadRequest, incorrectJSON)
}

// alsoResets responds as ever, but carries out the trader's reset all the same,
// before the response.
func alsoResets(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return when(concerns, func(c *call, next asker) *reply {
		if t, known := c.trader(); known {
			next(c.rightReset(t))
		}
		return next(c)
	})
}

// other returns the trader some places after the one, of those that fit.
func (w World) other(t reference.Trader, places int,
	fits func(reference.Trader) bool) (reference.Trader, bool) {
	var list []reference.Trader
	for _, o := range w.Traders {
		if fits(o) {
			list = append(list, o)
		}
	}
	at := slices.IndexFunc(list, func(o reference.Trader) bool { return o.Login == t.Login })
	if at < 0 || len(list) < 2 {
		return reference.Trader{}, false
	}
	return list[((at+places)%len(list)+len(list))%len(list)], true
}

func anybody(reference.Trader) bool        { return true }
func asksQuestion(t reference.Trader) bool { return t.Question != "" }
