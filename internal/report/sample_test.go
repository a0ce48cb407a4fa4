package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	pageReset    = "1. Reset Trader's Password"
	pageQuestion = "2. Retrieve the Secret Question"

	// HostileText is what a deployment might say to whoever reads it.
	hostileText = "<script>alert(1)</script>]]>\x1b[2J\x00\u202egnp\u202c \xff\xed\xa0\x80\ufffe" +
		"\n::error file=x::pwned\n##[error]pwned ##vso[task.setvariable]x\n[link](javascript:x) ![i](http://x) @somebody #1 `code` | a |" +
		"\r\nok 1 - forged\n  ...\n{{.}} {0} %0A \"'&amp; http://evil.example </pre></code></details>\u2028end"
)

// moment is when the sample run started.
func moment() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC) }

// sampleView is a hand-made run with each verdict in it.
func sampleView() View {
	v := View{Report: sampleReport(), Run: sampleRun(), Config: Place{"conformance.yaml", 3}}
	v.Report.Counts = countsOf(v.Report.Requirements)
	v.Titles = map[string]string{
		"reset/wrong-answer/robert.zak": "reset with a wrong answer, robert.zak",
		"mail/robert.zak":               "mail of the reset, robert.zak",
	}
	return v
}

func sampleReport() verdict.Report {
	return verdict.Report{
		SchemaVersion: verdict.SchemaVersion,
		Tool:          verdict.Tool{Name: "conformance", Version: "1.0.0"},
		Contract:      verdict.Contract{Version: "1.2.0", SHA256: strings.Repeat("0f", 32)},
		Deployment: verdict.Deployment{URL: "https://staging.example/api", Name: "Acme staging",
			Version: "4.2.1"},
		RunID:        "7f3c1e",
		Started:      moment(),
		DurationMs:   3240,
		Profiles:     []string{"core"},
		Verdict:      verdict.NotConformant,
		Requirements: sampleRequirements(),
		Observations: []string{"The deployment refused the fourth request within a second with 429 for robert.zak."},
		CriticalPath: []verdict.Link{{Step: "reset/right-answer/robert.zak", DurationMs: 210},
			{Step: "mail/robert.zak", DurationMs: 2790}},
	}
}

func sampleRequirements() []verdict.Requirement {
	return []verdict.Requirement{
		{
			ID: "RESET-1", Level: "must", Profile: "core",
			Statement: "A response to a reset is a JSON object with the members Errors and IsSucceed.",
			Source:    verdict.Source{Page: pageReset, Section: "Response", Line: 41},
			Verdict:   verdict.Passed,
			Checks: []verdict.Check{{Subject: "robert.zak", Verdict: verdict.Passed,
				Steps: []string{"reset/right-answer/robert.zak"}}},
		},
		{
			ID: "RESET-2", Level: "must", Profile: "core",
			Statement: "The trader of an accepted reset receives a mail that presents a confirmation code.",
			Source:    verdict.Source{Page: pageReset, Section: "Response", Line: 48},
			Verdict:   verdict.Passed,
			Reading:   "The documents do not say how long the code is. Any token that the mail presents as the code will do.",
			Checks: []verdict.Check{{Subject: "robert.zak", Verdict: verdict.Passed,
				Steps: []string{"reset/right-answer/robert.zak", "mail/robert.zak"}}},
		},
		sampleFailure(),
		{
			ID: "RESET-7", Level: "should", Profile: "core",
			Statement: "A reset without User is refused with an error that names the parameter.",
			Source:    verdict.Source{Page: pageReset, Section: "Request Body", Line: 66},
			Verdict:   verdict.Failed,
			Findings: []verdict.Finding{{
				Subject: "reset without User", Expected: "Errors lists at least one error",
				Got:      hostileText,
				Exchange: "reset/no-user",
				Curl:     `curl -i -X POST 'https://staging.example/api/v1.0/users/password/reset' -H "Et-App-Key: $APP_KEY" -H 'Content-Type: application/json' --data-binary '{}'`,
			}},
			Checks: []verdict.Check{{Subject: "reset without User", Verdict: verdict.Failed,
				Steps: []string{"reset/no-user"}}},
		},
		{
			ID: "QUESTION-1", Level: "must", Profile: "core",
			Statement: "Model is the trader's secret question.",
			Source:    verdict.Source{Page: pageQuestion, Section: "Response", Line: 90},
			Verdict:   verdict.NotApplicable,
			Reason:    "No trader with a secret question is declared: give a trader a question and an answer.",
		},
		{
			ID: "QUESTION-2", Level: "must", Profile: "core",
			Statement: "The secret question can be asked for by login and by email.",
			Source:    verdict.Source{Page: pageQuestion, Section: "Introduction", Line: 97},
			Verdict:   verdict.NotApplicable,
			Reason:    "No trader with a secret question is declared: give a trader a question and an answer.",
		},
		{
			ID: "QUESTION-3", Level: "must", Profile: "core",
			Statement: "A request for the secret question without an Et-App-Key is answered with the documented key error.",
			Source:    verdict.Source{Page: pageQuestion, Section: "Common Mistakes", Line: 104},
			Verdict:   verdict.Untestable,
			Reason:    "The deployment stopped responding: connection refused by staging.example:443. Start it again and repeat the run.",
			Checks: []verdict.Check{{Subject: "no key", Verdict: verdict.Untestable,
				Reason: "connection refused", Steps: []string{"question/no-key"}}},
		},
	}
}

func sampleFailure() verdict.Requirement {
	const curl = `curl -i -X POST 'https://staging.example/api/v1.0/users/password/reset' -H 'Accept: application/json' -H 'Content-Type: application/json' -H "Et-App-Key: $APP_KEY" --data-binary '{"User":"robert.zak","SecretQuestionAnswer":"'"$ANSWER_ROBERT_ZAK_LAST_CHARACTER_CHANGED"'"}'`
	return verdict.Requirement{
		ID: "RESET-6", Level: "must", Profile: "core",
		Statement: `A reset with a wrong answer is refused with "Answer is incorrect, try again." and ErrorIncorrectAnswer.`,
		Source: verdict.Source{Page: pageReset,
			Section: "Common Mistakes › Failing to Specify the SecretQuestionAnswer Parameter",
			Line:    58},
		Reading: "The documents name no status code: any status below 500 that HTTP allows for such a response will do.",
		Verdict: verdict.Failed,
		Findings: []verdict.Finding{
			{
				Subject: "robert.zak", Exchange: "reset/wrong-answer/robert.zak", Curl: curl,
				Expected: `Errors is ["Answer is incorrect, try again."]`,
				Got:      `Errors is ["Answer is wrong, try again later."]`, Line: 61,
			},
			{
				Subject: "robert.zak", Exchange: "reset/wrong-answer/robert.zak", Curl: curl,
				Mail:     "mail-b",
				Expected: "no mail is sent for a refused reset",
				Got:      `a mail "ETNA Trader" that presents ‹code 1›`,
			},
		},
		Checks: []verdict.Check{
			{Subject: "robert.zak", Verdict: verdict.Failed,
				Steps: []string{"reset/wrong-answer/robert.zak", "mail/robert.zak"}},
			{Subject: "emma.lane", Verdict: verdict.Passed,
				Steps: []string{"reset/wrong-answer/emma.lane"}},
		},
	}
}

func sampleRun() evidence.Run {
	return evidence.Run{
		ID: "7f3c1e", Tool: "conformance 1.0.0", Started: moment(),
		Duration: 3240 * time.Millisecond,
		Target: evidence.Target{
			URL: "https://staging.example/api", Inbox: "mailhog http://mail.example:8025",
			Traders: []evidence.Trader{{Login: "robert.zak"}, {Login: "emma.lane"}},
		},
		Exchanges: sampleExchanges(),
		Waits: []evidence.Wait{{
			Step: "mail/robert.zak", Trader: "robert.zak", For: "reset/right-answer/robert.zak",
			Started: moment().Add(450 * time.Millisecond), Duration: 2790 * time.Millisecond,
			Mail: "mail-a",
		}},
		Mails: []evidence.Mail{sampleMail("mail-a", "‹code 2›", 3240),
			sampleMail("mail-b", "‹code 1›", 390)},
		Secrets: []evidence.Secret{
			{Placeholder: "‹app-key›", Length: 32, Alphabet: "hex"},
			{Placeholder: "‹answer robert.zak, last character changed›", Length: 8,
				Alphabet: "letters"},
			{Placeholder: "‹code 1›", Length: 6, Alphabet: "digits"},
		},
	}
}

func sampleMail(id, code string, seenMs int) evidence.Mail {
	text := "Hi Robert,\n\nSomeone has requested a password reset for your account.\nConfirmation code: " + code +
		"\n\nIf this was a mistake, just ignore this email and nothing will happen."
	return evidence.Mail{
		ID: id, Traders: []string{"robert.zak"},
		Seen:    moment().Add(time.Duration(seenMs) * time.Millisecond),
		Subject: "ETNA Trader", Text: text,
		Codes: []placeholder.Placeholder{placeholder.Placeholder(code)},
		Source: []byte("Subject: ETNA Trader\r\nContent-Type: text/html\r\n\r\n<p>" + text +
			"</p>\r\n"),
	}
}

func sampleExchanges() []evidence.Exchange {
	const refused = `{"Errors":["Answer is wrong, try again later."],"ErrorsCode":["ErrorIncorrectAnswer"],"IsSucceed":false}`
	return []evidence.Exchange{
		sampleExchange("reset/no-user", "", 5, 40, `{}`, hostileText),
		sampleExchange("reset/wrong-answer/robert.zak", "robert.zak", 10, 220,
			`{"User":"robert.zak","SecretQuestionAnswer":"‹answer robert.zak, last character changed›"}`, refused),
		sampleExchange("reset/wrong-answer/emma.lane", "emma.lane", 12, 180,
			`{"User":"emma.lane","SecretQuestionAnswer":"‹answer emma.lane, last character changed›"}`, refused),
		sampleExchange("reset/right-answer/robert.zak", "robert.zak", 240, 210,
			`{"User":"robert.zak","SecretQuestionAnswer":"‹answer robert.zak›"}`,
			`{"Errors":[],"IsSucceed":false}`),
		{
			Step: "question/no-key", Attempt: 1, Operation: "getSecretQuestion", Method: "GET",
			URL: "https://staging.example/api/v1.0/users/password/secret-question?username=robert.zak",
			Failure: &evidence.Failure{Kind: "connection refused",
				Text: "connection refused by staging.example:443", Unreachable: true},
			Started: moment().Add(600 * time.Millisecond),
			Timing:  evidence.Timing{Total: 3 * time.Millisecond},
		},
	}
}

func sampleExchange(step, lane string, atMs, tookMs int, sent, came string) evidence.Exchange {
	took := time.Duration(tookMs) * time.Millisecond
	return evidence.Exchange{
		Step: step, Attempt: 1, Lane: lane, Operation: "resetPassword", Method: "POST",
		URL: "https://staging.example/api/v1.0/users/password/reset",
		Header: []evidence.Field{
			{Name: "Accept", Value: "application/json"},
			{Name: "Content-Type", Value: "application/json"},
			{Name: "Et-App-Key", Value: "‹app-key›"},
		},
		Body: []byte(sent),
		Response: &evidence.Response{
			Proto: "HTTP/1.1", Status: 200,
			Header: []evidence.Field{{Name: "Content-Type",
				Value: "application/json; charset=utf-8"},
				{Name: "Content-Length", Value: fmt.Sprint(len(came))}},
			Body: []byte(came),
		},
		Started: moment().Add(time.Duration(atMs) * time.Millisecond),
		Timing: evidence.Timing{
			DNS: took / 20, Connect: took / 10, TLS: took / 8, FirstByte: took * 9 / 10,
			Total: took,
		},
	}
}

func countsOf(all []verdict.Requirement) verdict.Counts {
	var n verdict.Counts
	for _, r := range all {
		must := r.Level == "must"
		switch r.Verdict {
		case verdict.Passed:
			add(&n.Passed, &n.Musts.Passed, must)
		case verdict.Failed:
			add(&n.Failed, &n.Musts.Failed, must)
		case verdict.NotApplicable:
			add(&n.NotApplicable, &n.Musts.NotApplicable, must)
		default:
			add(&n.Untestable, &n.Musts.Untestable, must)
		}
	}
	return n
}

func add(all, musts *int, must bool) {
	*all++
	if must {
		*musts++
	}
}

// bigView is the sample with so many failed requirements, each with so large a body.
func bigView(failures, bodyBytes int) View {
	v := sampleView()
	body := strings.Repeat(`"<&`+"\x1b", bodyBytes/4)
	for i := range failures {
		step := fmt.Sprintf("reset/big/%d", i)
		r := sampleFailure()
		r.ID = fmt.Sprintf("BIG-%d", i+1)
		for j := range r.Findings {
			r.Findings[j].Exchange = step
			r.Findings[j].Got = body
		}
		v.Report.Requirements = append(v.Report.Requirements, r)
		v.Run.Exchanges = append(v.Run.Exchanges, sampleExchange(step, "", 700+i, 50, body, body))
	}
	v.Report.Counts = countsOf(v.Report.Requirements)
	return v
}

// hostileView is the sample with hostile text wherever a deployment or a file of evidence can put
// text.
func hostileView(text string) View {
	v := sampleView()
	v.Report.Deployment = verdict.Deployment{URL: text, Name: text, Version: text}
	v.Report.Observations = []string{text}
	v.Report.RunID, v.Report.Tool.Version, v.Report.Contract.Version = text, text, text
	v.Report.Contract.File, v.Report.Contract.SHA256 = text, text
	v.Report.Contract.Weaker = []verdict.Weaker{{ID: text, Level: text, Profile: text},
		{ID: text, Level: text, NowLevel: text + text, NowProfile: text}}
	v.Report.Evidence = &verdict.Evidence{SHA256: text, Problem: text}
	v.Report.Selection = &verdict.Selection{Only: []string{text}, Labels: text}
	for i := range v.Report.Requirements {
		hostileRequirement(&v.Report.Requirements[i], text)
	}
	for i := range v.Run.Exchanges {
		hostileExchange(&v.Run.Exchanges[i], text)
	}
	for i := range v.Run.Mails {
		m := &v.Run.Mails[i]
		m.Subject, m.Text, m.Source = text, text, []byte(text)
		m.Traders, m.Codes = []string{text},
			[]placeholder.Placeholder{placeholder.Placeholder(text)}
	}
	v.Run.Secrets = append(v.Run.Secrets,
		evidence.Secret{Placeholder: placeholder.Placeholder(text)})
	return v
}

func hostileRequirement(r *verdict.Requirement, text string) {
	if r.Reason != "" {
		r.Reason = text
	}
	r.Statement, r.Reading = text, text
	r.Source.Page, r.Source.Section = text, text
	for j := range r.Findings {
		f := &r.Findings[j]
		f.Subject, f.Expected, f.Got, f.Curl = text, text, text, text
	}
	for j := range r.Checks {
		r.Checks[j].Subject, r.Checks[j].Reason = text, text
	}
}

func hostileExchange(x *evidence.Exchange, text string) {
	x.Lane, x.Operation, x.Method, x.URL, x.Body = text, text, text, text, []byte(text)
	x.Header = []evidence.Field{{Name: text, Value: text}}
	if x.Response != nil {
		x.Response.Proto, x.Response.Body = text, []byte(text)
		x.Response.Header = x.Header
	}
	if x.Failure != nil {
		x.Failure.Kind, x.Failure.Text = text, text
	}
}
