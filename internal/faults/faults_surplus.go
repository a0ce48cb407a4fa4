package faults

import (
	"net/http"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// surplusFaults mail codes for requests that must bring none, under circumstances that hide it.
func surplusFaults() []Fault {
	// early mails a code for each reset that is refused for its answer.
	early := alsoResets(all(answers(answerMissing, answerEmpty, answerWrong, answerNear),
		keys(keyRight)))
	refused := func(name, summary string,
		mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-3", Summary: summary, Expected: wantNoCode,
			Got:  "a mail with a code",
			Also: []string{"KEY-6", "QUESTION-9", "RESET-10"}, HTTP: early, Mail: mail,
		}
	}
	keyless := func(name, summary string, http func(World, http.Handler) http.Handler) Fault {
		return Fault{
			Name: name, Breaks: "KEY-6", Summary: summary,
			Expected: "no confirmation code for a request with a bad key",
			Got:      "a mail with a code",
			Also: []string{"KEY-1", "KEY-2", "KEY-3", "KEY-4", "KEY-5", "MAIL-3", "QUESTION-9",
				"RESET-10"}, HTTP: http,
		}
	}
	return []Fault{
		refused("refusals-mail-codes-twice",
			"Each reset that is refused mails a code, and each mail comes twice.", twice(0)),
		refused("refusals-mail-codes-one-by-one",
			"Each reset that is refused mails a code; mails leave one by one.",
			oneByOne(150*time.Millisecond)),
		refused("refusals-mail-codes-later",
			"Each reset that is refused mails a code; mails leave after a second.",
			delays(time.Second)),
		{
			Name: "refusals-mail-codes-in-other-words", Breaks: "MAIL-3", Expected: wantNoCode,
			Got:     "a mail with a code",
			Summary: "Each reset that is refused mails a code; the refusal's Errors are a text.",
			Also: append(needRefusal(), "KEY-6", "QUESTION-9", "RESET-10", "ANSWER-4",
				"ANSWER-6"),
			HTTP: func(w World, h http.Handler) http.Handler {
				return on(edits(func(o object) object {
					return o.set("Errors", quote(incorrectText))
				}), incorrect)(w, early(w, h))
			},
		},
		keyless("reset-without-key-accepted", "A reset without a key is accepted and carried out.",
			letsIn(all((*call).isReset, keys(keyMissing)))),
		keyless("reset-with-near-key-accepted",
			"A reset with a nearly right key is accepted and carried out.",
			letsIn(all((*call).isReset, keys(keyNear)))),
		keyless("middleware-lets-all-through",
			"All requests with a bad key are refused, and carried out all the same.",
			carriesOut(not(keys(keyRight)))),
	}
}

// carriesOut also does what the call would do with the right key, and responds as before.
func carriesOut(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return when(concerns, func(c *call, next asker) *reply {
		next(c.withRightKey())
		return next(c)
	})
}
