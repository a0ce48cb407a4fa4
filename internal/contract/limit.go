package contract

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// limitedByStatus reports whether the status asks to come back later. Such a status says nothing
// about the operation, and may be a gateway's.
func limitedByStatus(r Response) bool {
	return r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable &&
		r.Field("Retry-After") != ""
}

// In a refusal these words speak of how often one may ask, and of an account that takes no part.
var (
	limitWords = regexp.MustCompile(`too many|too often|too frequent|rate.?limit|limit (is |was |has been )?(exceeded|reached)|` +
		`(exceeded|reached) (the|your) (\w+ )?(limit|maximum)|try again (later|in \w+|after)|wait (for )?(a|\d+) |slow down|throttl|quota|per minute`)
	lockWords = regexp.MustCompile(`\block(ed|out)?\b|suspended|blocked`)
)

func limitedInWords(out Outcome) bool { return limitWords.MatchString(out.words) }
func lockedInWords(out Outcome) bool  { return lockWords.MatchString(out.words) }

// In a refusal these words may hint at a limit or a lock, and at what passwords may be. They
// excuse, and never accuse.
var (
	limitHints  = regexp.MustCompile(`lock|too many|too often|attempt|tries|temporar|suspend|block|try again later|limit|wait`)
	policyHints = regexp.MustCompile(`histor|previous|recent|reus|already|used|same|age\b|policy|complex|simple|weak|strength|strong|length|short|long|character|digit|uppercase|lowercase|capital|symbol|common|breach|similar|different|must (have|contain|include|differ)|(invalid|unacceptable) password|password is (invalid|not valid|unacceptable)|often|wait`)
	tokenHint   = regexp.MustCompile(`token`)
)

// HintsAtLimit reports whether some text of the response mentions a limit or a lock.
func (o Outcome) HintsAtLimit() bool { return limitHints.MatchString(o.words) }

// HintsAtPolicy reports whether some text of the response mentions password rules, and none the
// token.
func (o Outcome) HintsAtPolicy() bool {
	return !tokenHint.MatchString(o.words) && policyHints.MatchString(o.words)
}

// LockedInWords reports whether some text of the response says that the account is locked.
func (o Outcome) LockedInWords() bool { return lockedInWords(o) }

// retryTime is the stated duration of a limit.
var retryTime = regexp.MustCompile(`(?:in|after|for|wait) (?:another )?(\d{1,6}) ?(s|seconds?|secs?|m|minutes?|mins?|h|hours?)\b`)

// RetryIn is the duration of a limit as told in words; false if none is told.
func (o Outcome) RetryIn() (time.Duration, bool) {
	found := retryTime.FindStringSubmatch(o.words)
	if found == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(found[1]) // Six digits are always a number.
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[found[2][0]]
	return time.Duration(n) * unit, true
}

// LimitedInWords reports whether the API itself reports a limit, in the body of a response with any
// status.
func (o Outcome) LimitedInWords() bool { return o.Kind == RateLimited && limitedInWords(o) }

// refusalWords are the explaining texts of a refusal, in lower case. Placeholders explain nothing.
func refusalWords(object map[string]any) string {
	var list []string
	for _, name := range []string{"Errors", "ErrorsCode", "ModelState", "Message", "message",
		"Reason", "Step", "error"} {
		list = append(list, readTexts(object[name])...)
	}
	return strings.ToLower(placeholder.Remove(strings.Join(list, " ")))
}
