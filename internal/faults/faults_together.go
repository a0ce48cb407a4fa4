package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// lookUp is how long a deployment that mixes requests up waits for its database: what it remembers
// of one request is overwritten meanwhile by another.
const lookUp = 100 * time.Millisecond

// togetherFaults mix up traders who ask at the same time, and forget a trader's further reset.
func togetherFaults() []Fault {
	return slices.Concat(mixedMailFaults(), mixedResetFaults(), mixedQuestionFaults(),
		flowing(mixedCodeFaults()), furtherMailFaults())
}

func mixedUp(name, summary, got string, http func(World, http.Handler) http.Handler,
	mail func(World, reference.Mailer) reference.Mailer) Fault {
	return Fault{
		Name: name, Breaks: "MAIL-7", Summary: summary, Expected: "each trader's own code and mail",
		Got: got, Also: []string{"MAIL-8"}, HTTP: http, Mail: mail,
	}
}

// mixedMailFaults write mails in one place for all.
func mixedMailFaults() []Fault {
	return []Fault{
		mixedUp("mail-options-shared",
			"One object holds recipient and text of the mail until it is sent.",
			"one trader's mail twice, another's never", nil,
			sendsLater(func(_ letter, last letter) reference.Mail { return last.mail() })),
		mixedUp("mail-recipient-shared", "A field holds the recipient until the mail is sent.",
			"two codes for one trader, none for another", nil,
			sendsLater(func(own, last letter) reference.Mail {
				m := own.mail()
				m.To = last.to
				return m
			})),
		mixedUp("mail-text-shared", "A buffer holds the text until it is sent.",
			"the same code for two traders", nil,
			sendsLater(func(own, last letter) reference.Mail {
				last.to, last.name = own.to, own.name
				return last.mail()
			})),
		mixedUp("mail-code-shared", "A global variable holds the code until the mail is written.",
			"the same code for two traders", nil,
			sendsLater(func(own, last letter) reference.Mail {
				return own.saying(last.code).mail()
			})),
		mixedUp("mail-greeting-shared", "A field holds the name until the mail is written.",
			"another trader's name", nil,
			sendsLater(func(own, last letter) reference.Mail {
				return own.greeting(last.name).mail()
			})),
		mixedUp("mails-exchanged", "Mails that wait together go out with each other's text.",
			"another trader's mail", nil, exchanges),
		mixedUp("codes-of-forked-workers", "Workers are forked with the same random seed.",
			"the same code for two traders", notesWorker, codesByWorker),
	}
}

// sendsLater writes each letter a moment later, when the last one that was begun is at hand as
// well.
func sendsLater(write func(own, last letter) reference.Mail) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		var shared memory[letter]
		return mailing(func(w World, l letter, _ func(reference.Mail) error) error {
			shared.set("", l)
			w.run.later(lookUp, func(ctx context.Context) error {
				return mailer.Send(ctx, write(l, shared.get("")))
			})
			return nil
		})(w, mailer)
	}
}

// exchanges sends those letters that wait at the same time with each other's text.
func exchanges(w World, mailer reference.Mailer) reference.Mailer {
	var mu sync.Mutex
	var waiting []letter
	flush := func(ctx context.Context) error {
		mu.Lock()
		letters := waiting
		waiting = nil
		mu.Unlock()
		for i, l := range letters {
			m := letters[(i+1)%len(letters)].mail()
			m.To = l.to
			if err := mailer.Send(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}
	return mailing(func(w World, l letter, _ func(reference.Mail) error) error {
		mu.Lock()
		defer mu.Unlock()
		if waiting = append(waiting, l); len(waiting) == 1 {
			w.run.later(lookUp, flush)
		}
		return nil
	})(w, mailer)
}

// rightReset concerns resets that are accepted.
func rightReset(c *call) bool {
	_, known := c.trader()
	return c.isReset() && hasKey(c) && known &&
		(c.answerKind() == answerRight || withoutQuestion(c))
}

// notesWorker has each accepted reset done by the first worker that is free, and remembers for whom
// it works.
func notesWorker(w World, inner http.Handler) http.Handler {
	return perRun(func(World) middleware {
		var mu sync.Mutex
		busy := map[int]bool{}
		return func(c *call, next asker) *reply {
			if !rightReset(c) {
				return next(c)
			}
			mu.Lock()
			worker := 0
			for busy[worker] {
				worker++
			}
			busy[worker] = true
			mu.Unlock()
			t, _ := c.trader()
			c.world.run.workers.set(strings.ToLower(t.Email), worker)
			pause(c.request.Context(), lookUp)
			p := next(c)
			mu.Lock()
			defer mu.Unlock()
			delete(busy, worker)
			return p
		}
	})(w, inner)
}

// codesByWorker mails the codes that each worker draws from its own sequence; all sequences are the
// same.
func codesByWorker(w World, mailer reference.Mailer) reference.Mailer {
	var mu sync.Mutex
	sequences := map[int]*rand.Rand{}
	return writes(func(w World, l letter) letter {
		mu.Lock()
		defer mu.Unlock()
		worker := w.run.workers.get(strings.ToLower(l.to))
		if sequences[worker] == nil {
			const seed = 417
			sequences[worker] = rand.New(rand.NewPCG(seed, seed))
		}
		spelling := fmt.Sprintf("%06d", 100_000+sequences[worker].IntN(900_000))
		w.run.alias(spelling, l.code)
		return l.saying(spelling)
	})(w, mailer)
}

// overwritten has the deployment look something up while it remembers a value of the request, and
// goes on with the value that is remembered then.
func overwritten[V any](concerns func(*call) bool, value func(*call) V,
	goOn func(*call, V) *call) func(World, http.Handler) http.Handler {
	return perRun(func(World) middleware {
		var field memory[V]
		return func(c *call, next asker) *reply {
			if !concerns(c) {
				return next(c)
			}
			field.set("", value(c))
			pause(c.request.Context(), lookUp)
			return next(goOn(c, field.get("")))
		}
	})
}

// mixedResetFaults keep what a reset is about in a field of the service.
func mixedResetFaults() []Fault {
	given := func(c *call) string { return *c.form().SecretQuestionAnswer }
	return []Fault{
		mixedUp("reset-user-in-field", "A field of the service holds whose reset it is.",
			"two codes for one trader, none for another",
			overwritten(rightReset, func(c *call) reference.Trader { t, _ := c.trader(); return t },
				func(c *call, t reference.Trader) *call { return c.rightReset(t) }), nil),
		mixedUp("reset-answer-in-field",
			"A field of the service holds the answer that is compared.", "a right answer refused",
			overwritten(answers(answerRight), given, (*call).withAnswer), nil),
		{
			Name: "overlapping-resets-fail", Breaks: "ANSWER-1",
			Summary:  "Resets at the same time find the database locked.",
			Expected: "a status below 500", Got: "status 500",
			Also: []string{"MAIL-7", "MAIL-8"}, HTTP: perRun(failsOnOverlap),
		},
	}
}

// failsOnOverlap lets one accepted reset at a time through.
func failsOnOverlap(World) middleware {
	var database sync.Mutex
	return func(c *call, next asker) *reply {
		if !rightReset(c) {
			return next(c)
		}
		if !database.TryLock() {
			return jsonReply(http.StatusInternalServerError,
				`{"Errors":["database is locked"],"IsSucceed":false}`)
		}
		defer database.Unlock()
		pause(c.request.Context(), lookUp)
		return next(c)
	}
}

// mixedQuestionFaults keep what a question is about, or its key, in a field of the service.
func mixedQuestionFaults() []Fault {
	asked := func(c *call) bool { return c.isQuestion() && c.names() }
	also := slices.Concat(needAnything(), needRefusal(),
		[]string{"QUESTION-1", "QUESTION-2", "QUESTION-3", "QUESTION-4", "QUESTION-5", "QUESTION-6",
			"QUESTION-7", "KEY-1", "KEY-2", "KEY-3", "KEY-4", "KEY-5", "KEY-6", "KEY-8"})
	return []Fault{
		{
			Name: "question-user-in-field", Breaks: "QUESTION-3",
			Summary:  "A field of the service holds whose question is asked for.",
			Expected: "the trader's own question", Got: "another's",
			Also: also, HTTP: overwritten(all(asked, hasKey), (*call).username,
				(*call).withUsername),
		},
		{
			Name: "key-of-another-request-counts", Breaks: "KEY-3",
			Summary:  "While a question with the right key is worked on, others need none.",
			Expected: wantKeyError, Got: "a question",
			Also: also, HTTP: perRun(letsInBeside(asked)),
		},
	}
}

// letsInBeside lets in, while a call with the right key is worked on, those that have it not.
func letsInBeside(concerns func(*call) bool) func(World) middleware {
	return func(World) middleware {
		var working memory[int]
		count := func(by int) int { return working.update("", func(n int) int { return n + by }) }
		return func(c *call, next asker) *reply {
			switch {
			case !concerns(c):
				return next(c)
			case hasKey(c):
				count(1)
				defer count(-1)
				pause(c.request.Context(), 2*lookUp)
				return next(c)
			}
			pause(c.request.Context(), lookUp)
			if count(0) > 0 {
				return next(c.withRightKey())
			}
			return next(c)
		}
	}
}

// mixedCodeFaults store the codes of resets at the same time wrongly.
func mixedCodeFaults() []Fault {
	return []Fault{{
		Name: "code-of-last-reset-counts", Breaks: "MAIL-7",
		Summary:  "The code is kept in one place for all: the last one counts.",
		Expected: "a token for each trader's code", Got: "a refusal",
		Also: slices.Concat(codeIDs(), passwordIDs(), signInIDs()),
		HTTP: through(func(c *call, next asker) *reply {
			codes := c.world.run.mailedCodes()
			if rightCode(c) && hasKey(c) && codes[len(codes)-1] != c.member("Code") {
				return refuses(http.StatusBadRequest, "ErrorInvalidCode", "Code is invalid.")
			}
			return next(c)
		}),
	}}
}

// furtherMailFaults mail a trader once.
func furtherMailFaults() []Fault {
	once := func(name, summary string, http func(World, http.Handler) http.Handler,
		mail func(World, reference.Mailer) reference.Mailer) Fault {
		return Fault{Name: name, Breaks: "MAIL-8", Summary: summary,
			Expected: "a mail for the further reset", Got: gotNone,
			Also: append(needMail(), "MAIL-1"), HTTP: http, Mail: mail}
	}
	return []Fault{
		once("one-mail-after", "A trader's further resets are accepted, and nothing happens.",
			perRun(oneReset(func() *reply { return jsonReply(http.StatusOK, acceptedJSON) })), nil),
		once("second-mail-of-each-lost", "The second mail of each trader is lost.", nil,
			func(w World, mailer reference.Mailer) reference.Mailer {
				var seen memory[int]
				return drops(func(_ World, m reference.Mail) bool {
					return seen.update(strings.ToLower(m.To), func(n int) int { return n + 1 }) == 2
				})(w, mailer)
			}),
		once("mail-lost-while-another-is-sent", "A mail is lost while another one is being sent.",
			nil, func(w World, mailer reference.Mailer) reference.Mailer {
				var sending sync.Mutex
				return mailing(func(w World, l letter, _ func(reference.Mail) error) error {
					if !sending.TryLock() {
						return nil
					}
					w.run.later(lookUp, func(ctx context.Context) error {
						defer sending.Unlock()
						return mailer.Send(ctx, l.mail())
					})
					return nil
				})(w, mailer)
			}),
	}
}
