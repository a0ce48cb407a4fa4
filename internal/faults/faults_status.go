package faults

import (
	"net/http"
	"strconv"
	"strings"
)

const htmlErrorPage = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>An error occurred</h1></body></html>\n"

// statusFaults are responses whose status can carry none, and operations that are
// not where they are documented.
func statusFaults() []Fault {
	var list []Fault
	for _, s := range []struct {
		status int
		what   string
		which  outcome
		also   []string
	}{
		{500, "accepted-reset", accepted, needAcceptance()},
		{500, "refusal", incorrect, needRefusal()},
		{500, "question", question, needQuestion()}, {500, "key-error", keyRefused, needKeyError()},
		{500, "empty-question", noQuestion, needQuestion()},
		{501, "question", question, needQuestion()},
		{502, "accepted-reset", accepted, needAcceptance()},
		{503, "refusal", incorrect, needRefusal()},
		{504, "accepted-reset", accepted, needAcceptance()},
		{599, "key-error", keyRefused, needKeyError()},
		{204, "accepted-reset", accepted, needAcceptance()},
		{205, "accepted-reset", accepted, needAcceptance()},
		{206, "question", question, needQuestion()},
		{206, "accepted-reset", accepted, needAcceptance()},
		{300, "question", question, needQuestion()}, {304, "question", question, needQuestion()},
		{204, "empty-question", noQuestion, needQuestion()},
	} {
		list = append(list, Fault{
			Name: "status-" + strconv.Itoa(s.status) + "-on-" + s.what, Breaks: "ANSWER-1",
			Summary: "The " + strings.ReplaceAll(s.what, "-", " ") + " has status " +
				strconv.Itoa(s.status) + ".",
			Expected: "a status below 500 that can carry a response", Got: "status " +
				strconv.Itoa(s.status),
			Also: append(s.also, "ANSWER-2", "ANSWER-3", "ANSWER-6"),
			HTTP: on(withStatus(s.status), s.which),
		})
	}
	return append(append(list, redirectFaults()...), placeFaults()...)
}

// withStatus changes the status, and the body to what the status can carry.
func withStatus(status int) func(*call, *reply) {
	return func(_ *call, p *reply) {
		p.status = status
		if status == http.StatusNoContent || status == http.StatusResetContent ||
			status == http.StatusNotModified {
			p.body = nil
		}
	}
}

func redirectFaults() []Fault {
	to := func(name string, status int, summary, location string, concerns func(*call) bool,
		also []string) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-1", Summary: summary,
			Expected: "a response where documented", Got: "a redirect, status " +
				strconv.Itoa(status),
			Also: append(also, "ANSWER-2", "ANSWER-3", "ANSWER-6"),
			HTTP: responsesWith(concerns, func() *reply {
				p := newReply(status, "text/html", "")
				p.header.Set("Location", location)
				return p
			}),
		}
	}
	return []Fault{
		to("redirect-to-sign-in", 302, "A bad key is redirected to a sign-in page.",
			"/signin?returnUrl=%2F", not(keys(keyRight)), needKeyError()),
		to("redirect-with-slash", 301, "A reset is redirected to the path with a slash at the end.",
			"reset/", (*call).isReset, needAnything()),
		to("redirect-question-with-slash", 308,
			"The question is redirected to the path with a slash at the end.", "secret-question/",
			(*call).isQuestion, needAnything()),
		to("redirect-to-https", 307, "Each reset is redirected to another host.",
			"https://secure.etna.invalid/", (*call).isReset, needAnything()),
		to("redirect-after-post", 303,
			"An accepted reset is redirected to a page that confirms it.", "/reset/done",
			answers(answerRight), needAcceptance()),
	}
}

// placeFaults are operations at other paths or with other methods.
func placeFaults() []Fault {
	gone := func(name string, status int, summary, got string, concerns func(*call) bool,
		contentType, body string) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-1", Summary: summary,
			Expected: "a response of the operation where documented", Got: got,
			Also: needAnything(),
			HTTP: responsesWith(concerns, func() *reply {
				return newReply(status, contentType, body)
			}),
		}
	}
	return []Fault{
		gone("reset-not-found", 404, "There is no reset at its path.", "status 404",
			(*call).isReset, "text/plain", "404 page not found\n"),
		gone("question-not-found", 404, "There is no question at its path.", "status 404",
			(*call).isQuestion, "text/html", htmlErrorPage),
		gone("reset-gone", 410, "The reset was moved to another version.", "status 410",
			(*call).isReset, "text/html", htmlErrorPage),
		gone("reset-wrong-method", 405, "The reset wants another method.", "status 405",
			(*call).isReset, "", ""),
		gone("question-wrong-method", 405, "The question wants another method.", "status 405",
			(*call).isQuestion, "text/plain", "Method Not Allowed\n"),
		gone("reset-not-implemented", 501, "The reset is not implemented.", "status 501",
			(*call).isReset, "", ""),
		gone("failure-on-missing-answer", 500,
			"A reset without an answer makes the deployment fail.", "status 500",
			answers(answerMissing), "text/html", htmlErrorPage),
		gone("failure-on-wrong-answer", 500, "A wrong answer makes the deployment fail.",
			"status 500",
			answers(answerWrong, answerNear), "text/plain",
			"System.Exception: wrong answer\n   at Etna.Reset()\n"),
		gone("failure-on-missing-key", 500, "A missing key makes the deployment fail.",
			"status 500",
			keys(keyMissing), "text/plain", "NullReferenceException\n"),
		gone("failure-on-nearly-right-key", 500, "A nearly right key makes the deployment fail.",
			"status 500",
			keys(keyNear), "text/plain", "IndexOutOfRangeException\n"),
		gone("failure-without-question", 500,
			"A reset of a trader without a question makes the deployment fail.", "status 500",
			all((*call).isReset, withoutQuestion, keys(keyRight)), "text/html", htmlErrorPage),
		gone("failure-on-empty-question", 500,
			"The question of a trader without one makes the deployment fail.", "status 500",
			all((*call).isQuestion, withoutQuestion, keys(keyRight)), "text/html", htmlErrorPage),
		gone("failure-on-email", 500, "The question by email makes the deployment fail.",
			"status 500",
			all((*call).byEmail, keys(keyRight)), "text/html", htmlErrorPage),
	}
}
