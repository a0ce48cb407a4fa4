package suites

import (
	"strings"

	"github.com/etna-conformance/conformance/internal/plan"
)

// Titles names each step for people, by its id: "reset with a wrong key, robert.zak". Requests that
// are repeated, and those that look whether the deployment is there, have names too.
func (s *Suite) Titles() map[string]string {
	titles := map[string]string{}
	for _, o := range s.Contract.Operations {
		titles[plan.ProbeID(o.ID)] = operationNoun(o.ID) + " without a key, to see who responds"
	}
	for _, step := range s.Plan.Steps {
		title := titleWithTrader(step)
		titles[step.ID] = title
		titles[plan.RepeatID(step.ID)] = title + ", repeated"
	}
	return titles
}

func titleWithTrader(s plan.Step) string {
	if s.Trader == "" {
		return Title(s)
	}
	return Title(s) + ", " + s.Trader
}

// Title names a step, without its trader.
func Title(s plan.Step) string {
	name := strings.TrimSuffix(s.ID, "/"+s.Trader)
	if title, known := fixedTitle(name); known {
		return title
	}
	if rest, back := strings.CutPrefix(name, restoreLeg+"/"); back {
		s.ID, s.Trader = rest, ""
		return Title(s) + ", on the way back"
	}
	if s.Request == nil {
		return replaceDashes(name)
	}
	parts := strings.Split(name, "/")
	kind := parts[len(parts)-1]
	switch {
	case parts[0] == "key":
		return operationNoun(s.Request.Operation) + " " + describeKey(kind)
	case strings.HasPrefix(name, "hardening/body/"):
		return "reset with an odd body: " + replaceDashes(kind)
	case strings.HasPrefix(name, "hardening/question/"):
		return "secret question, to time the response"
	}
	for _, what := range []string{"answer", "password", "code", "token"} {
		if rest, found := strings.CutSuffix(kind, "-"+what); found {
			return operationNoun(s.Request.Operation) + " " + describeVariation(rest, what)
		}
	}
	if s.Request.Operation == opToken {
		return operationNoun(opToken) + " " + describeVariation(kind, "code")
	}
	return operationNoun(s.Request.Operation) + ": " + replaceDashes(name)
}

// operationNoun names an operation for people; one added to the contract alone is named by its id.
func operationNoun(operation string) string {
	switch operation {
	case opReset:
		return "reset"
	case opQuestion:
		return "secret question"
	case opToken:
		return "token"
	case opPassword:
		return "password change"
	case opSignIn:
		return "sign-in"
	}
	return operation
}

// describeKey describes the missing or wrong key of a request.
func describeKey(kind string) string {
	switch kind {
	case "lower-case-name":
		return "with the key's header in lower case"
	case "wrong-of-nobody":
		return "of an unknown user with a wrong key"
	case "wrong-without-answer":
		return "without the answer, with a wrong key"
	}
	for _, end := range []string{"by-email", "beside-right-ones"} {
		if rest, found := strings.CutSuffix(kind, "-"+end); found {
			return describeVariation(rest, "key") + ", " + replaceDashes(end)
		}
	}
	return describeVariation(kind, "key")
}

// describeVariation describes how a value differs from the right one.
func describeVariation(kind, what string) string {
	switch kind {
	case "missing":
		return "without the " + what
	case "right":
		return "with the right " + what
	case "wrong":
		return "with a wrong " + what
	case "preceded":
		return "with a character before the " + what
	case "letter-behind":
		return "with a letter behind the " + what
	case "in-other-case":
		return "with the " + what + " in another case"
	case "empty":
		return "with an empty " + what
	case "nearly-right":
		return "with a nearly right " + what
	case "late-changed":
		return "with a late character of the " + what + " changed"
	case "invented":
		return "with an invented " + what
	case "another-traders":
		return "with another trader's " + what
	case "zero":
		return "with 0 for the " + what
	case "null":
		return "with null for the " + what
	case "list", "boolean", "wildcard", "pattern", "star", "path":
		return "with a " + kind + " for the " + what
	case "injection":
		return "with an SQL injection for the " + what
	case "operators":
		return "with query operators for the " + what
	}
	if place, found := strings.CutSuffix(kind, "-character-changed"); found {
		return "with the " + what + "'s " + place + " character changed"
	}
	return "with the " + what + " " + replaceDashes(kind)
}

func replaceDashes(kind string) string {
	return strings.NewReplacer("-", " ", "/", ", ").Replace(kind)
}

// fixedTitle is the title of a step not covered by a rule.
func fixedTitle(name string) (title string, known bool) {
	for _, known := range []struct{ name, title string }{
		{"question/login", "secret question by login"},
		{"question/email", "secret question by email"},
		{"question/no-username", "secret question without username"},
		{"reset/without-answer", "reset without an answer"},
		{"reset/no-user", "reset without User"},
		{"reset/no-body", "reset without a body"},
		{"mail", "mail of the reset"},
		{bisectStep, "requests repeated, if surplus codes came"},
		{"together/question", "secret question at the same time as others"},
		{"together/reset", "reset at the same time as others"},
		{"together/mail", "mail of the reset at the same time"},
		{"together/code", "token with the code of the reset at the same time"},
		{"together-again/reset", "second reset at the same time as others"},
		{"together-again/mail", "mail of the second reset at the same time"},
		{"signin/password", "sign-in with the first password"},
		{"signin/new-password", "sign-in with the second password"},
		{"signin/unchanged", "sign-in with the unchanged password"},
		{"signin/changed-early", "sign-in with the new password, too early"},
		{"signin/changed", "sign-in with the new password"},
		{"signin/old", "sign-in with the old password"},
		{"signin/kept", "sign-in with the password that was kept"},
		{"signin/unknown-user", "sign-in of an unknown user"},
		{"signin/no-password", "sign-in without a password"},
		{"signin/no-username", "sign-in without a user name"},
		{"signin/settled", "which password is valid"},
		{"code/path", "token, to find out at which of its two paths"},
		{"code/unknown-identifier", "token with an unknown Identifier"},
		{"code/without-key", "token without a key"},
		{"code/no-code", "token without a code"},
		{"code/no-body", "token without a body"},
		{"code/candidate-2", "token with the mail's second candidate for a code"},
		{"code/candidate-3", "token with the mail's third candidate for a code"},
		{"again/reset", "reset for a code alone"},
		{"again/mail", "mail of the reset for a code alone"},
		{"again/code", "token with that code alone"},
		{"password/right", "password change"},
		{"password/no-token", "password change without a token"},
		{"password/wrong-key", "password change with the token and a wrong key"},
		{"password/mismatch", "password change with another confirmation"},
		{"password/no-confirmation", "password change without a confirmation"},
		{"password/other-case", "password change with the confirmation in another case"},
		{"way-back/reset", "reset, to restore the password"},
		{"way-back/mail", "mail of the reset that restores the password"},
		{"way-back/password", "password change, to restore the password"},
		{"way-back/signin", "sign-in with the restored password"},
		{"way-back/signin-other", "sign-in with the password that was changed back"},
		{"way-back/settled", "which password is valid at the end"},
		{"hardening/token-again", "password change with a used token"},
		{"hardening/code-again", "token with a used code"},
		{"hardening/reset/plain", "further reset"},
		{"hardening/reset/host", "reset with another Host"},
		{"hardening/reset/forwarded-host", "reset with another X-Forwarded-Host"},
		{"hardening/mail/plain", "mail of the further reset"},
		{"hardening/mail/host", "mail of the reset with another Host"},
		{"hardening/mail/forwarded-host", "mail of the reset with another X-Forwarded-Host"},
		{"hardening/reset-of-nobody/plain", "reset of an unknown user"},
		{"hardening/reset-of-nobody/host", "reset of an unknown user with another Host"},
		{"hardening/reset-of-nobody/forwarded-host",
			"reset of an unknown user with another X-Forwarded-Host"},
	} {
		if known.name == name {
			return known.title, true
		}
	}
	return "", false
}
