// Package evidence holds the observations of one run: exchanges, mails and waits, with every secret
// already replaced by a placeholder. It is enough to judge the run again without the deployment.
package evidence

import (
	"fmt"
	"time"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// Run is the evidence of one run.
type Run struct {
	// ID is random and also stands in the User-Agent of every request.
	ID string `json:"id"`
	// Tool is the name and version of the collecting tool.
	Tool        string        `json:"tool"`
	Contract    Contract      `json:"contract"`
	Started     time.Time     `json:"started"`
	Duration    time.Duration `json:"duration"`
	Interrupted bool          `json:"interrupted,omitempty"`
	Target      Target        `json:"target"`
	Exchanges   []Exchange    `json:"exchanges"`
	Waits       []Wait        `json:"waits"`
	Mails       []Mail        `json:"mails"`
	// Resets are the steps with a possible mail, in the order of sending; unsent ones come last.
	Resets []string `json:"resets,omitempty"`
	// InboxPurged is true if mails vanished from the inbox during the run: others may have vanished
	// unseen.
	InboxPurged bool `json:"inboxPurged,omitempty"`
	// Bisect is the search for the causes of surplus codes, nil without any.
	Bisect *Bisect `json:"bisect,omitempty"`
	// Secrets is the legend of the placeholders.
	Secrets []Secret `json:"secrets"`
	// Sequences say how the codes of the mails follow each other: those of all mails, then each
	// trader's.
	Sequences []Sequence `json:"sequences,omitempty"`
	// Observations are noteworthy facts beyond any requirement: rate limits, lock-outs, odd mails.
	Observations []string `json:"observations,omitempty"`
	// LastLine says which declared password is valid for each trader, "" if the run changed none.
	LastLine string `json:"lastLine,omitempty"`
	// Unsent holds the reasons of planned steps not carried out.
	Unsent map[string]string `json:"unsent,omitempty"`
}

// Contract names the contract of the run's plan.
type Contract struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Target is the deployment under judgement, as configured, without its secrets.
type Target struct {
	URL     string `json:"url"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
	// DeploymentLabels are those of the deployment's configuration, such as its region.
	DeploymentLabels map[string]string `json:"deploymentLabels,omitempty"`
	// Embedded is true when the tool judged its own reference deployment.
	Embedded   bool   `json:"embedded,omitempty"`
	APIVersion string `json:"apiVersion"`
	HasKey     bool   `json:"hasKey"`
	// NearKeys are the placeholders of the key's near misses.
	NearKeys []placeholder.Placeholder `json:"nearKeys,omitempty"`
	// Inbox is "mailhog http://…", or "" if none was declared.
	Inbox string `json:"inbox,omitempty"`
	// InboxProblem says why the declared inbox could not be read at all.
	InboxProblem string        `json:"inboxProblem,omitempty"`
	MailDeadline time.Duration `json:"mailDeadline"`
	// CodeTries is how many candidates of one mail the flow tries.
	CodeTries int `json:"codeTries,omitempty"`
	// BisectTime and BisectResets are the budget of the search for the causes of surplus codes: its
	// time, and the accepted resets of each trader.
	BisectTime      time.Duration `json:"bisectTime,omitempty"`
	BisectResets    int           `json:"bisectResets,omitempty"`
	SecretQuestions string        `json:"secretQuestions"`
	// StepThree is "password" if step 3 is at its older path, "identifiers" if it was declared to
	// be at the newer one, "" if it was found there.
	StepThree string   `json:"stepThree,omitempty"`
	Profiles  []string `json:"profiles"`
	// Only and Labels are the run's selection.
	Only    []string `json:"only,omitempty"`
	Labels  string   `json:"labels,omitempty"`
	Traders []Trader `json:"traders"`
	// Decoys are the deliberately wrong values of the run, nil in older evidence with fixed ones.
	Decoys *Decoys `json:"decoys,omitempty"`
	// Nonce is that of the run's challenge, "" without one.
	Nonce string `json:"nonce,omitempty"`
	// Discreet is true of a run without an identifying User-Agent.
	Discreet bool `json:"discreet,omitempty"`
}

// Decoys are values unknown to any deployment. They follow from the challenge's nonce, or from
// chance.
type Decoys struct {
	// Draw counts the earlier draws, rejected for resembling something declared.
	Draw     int    `json:"draw,omitempty"`
	Key      string `json:"key"`
	Login    string `json:"login"`
	Email    string `json:"email"`
	Answer   string `json:"answer"`
	Password string `json:"password"`
	// Host is that of a forged Host header.
	Host string `json:"host"`
}

// Trader is a declared test account, without its secrets.
type Trader struct {
	Login string `json:"login"`
	Email string `json:"email"`
	// MailTo is the address of the deployment's mail for the trader.
	MailTo string `json:"mailTo"`
	// Question is the declared secret question, "" if there is none.
	Question string `json:"question,omitempty"`
	// Answer is the placeholder of the declared answer, "" if the trader has no secret question.
	// Traders with the same answer share it.
	Answer placeholder.Placeholder `json:"answer,omitempty"`
	// NearAnswers are the placeholders of the answer's near misses.
	NearAnswers []placeholder.Placeholder `json:"nearAnswers,omitempty"`
	// HasPasswords is true if both passwords of the flow profile were declared.
	HasPasswords bool `json:"hasPasswords,omitempty"`
	// Password, NewPassword and NearPasswords are the placeholders of both passwords and of the
	// first one's near misses.
	Password      placeholder.Placeholder   `json:"password,omitempty"`
	NewPassword   placeholder.Placeholder   `json:"newPassword,omitempty"`
	NearPasswords []placeholder.Placeholder `json:"nearPasswords,omitempty"`
}

// Field is one header line.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Exchange is one request and its response, or the failure in its place.
type Exchange struct {
	// Step is the planned step that the exchange belongs to, for example
	// "reset/right-answer/robert.zak". Attempts of one step share it.
	Step      string `json:"step"`
	Attempt   int    `json:"attempt"` // from 1
	Lane      string `json:"lane,omitempty"`
	Operation string `json:"operation"` // operationId in the contract
	// Requirements are the ids judged by the exchange.
	Requirements []string  `json:"requirements,omitempty"`
	Method       string    `json:"method"`
	URL          string    `json:"url"`
	Header       []Field   `json:"header"`
	Body         []byte    `json:"body,omitempty"`
	Response     *Response `json:"response,omitempty"`
	Failure      *Failure  `json:"failure,omitempty"`
	Started      time.Time `json:"started"`
	Timing       Timing    `json:"timing"`
}

// Response is an HTTP response.
type Response struct {
	Proto     string  `json:"proto"`
	Status    int     `json:"status"`
	Header    []Field `json:"header"`
	Body      []byte  `json:"body,omitempty"`
	Truncated bool    `json:"truncated,omitempty"`
}

// Failure is why an exchange has no complete response.
type Failure struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	// ResponseBegun is true when at least one byte had arrived.
	ResponseBegun bool `json:"responseBegun,omitempty"`
	// Unreachable is true if a probe right after it failed as well: the deployment, not this
	// response, is the problem.
	Unreachable bool `json:"unreachable,omitempty"`
}

// Timing is how long the parts of an exchange took.
type Timing struct {
	DNS       time.Duration `json:"dns,omitempty"`
	Connect   time.Duration `json:"connect,omitempty"`
	TLS       time.Duration `json:"tls,omitempty"`
	FirstByte time.Duration `json:"firstByte,omitempty"`
	Total     time.Duration `json:"total"`
	Reused    bool          `json:"reused,omitempty"`
}

// Wait is one wait for a mail.
type Wait struct {
	// Step is the planned step, for example "mail/robert.zak".
	Step   string `json:"step"`
	Trader string `json:"trader"`
	// For is the step of the awaited mail.
	For      string        `json:"for"`
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration"`
	Deadline time.Duration `json:"deadline"`
	// Mail is the id of the mail to end the wait, "" if none came.
	Mail string `json:"mail,omitempty"`
	// Problem says why the inbox could not be read, "" if it could.
	Problem string `json:"problem,omitempty"`
}

// Mail is one mail to a declared trader during the run.
type Mail struct {
	ID string `json:"id"`
	// Traders are the logins of the declared traders it reached.
	Traders []string `json:"traders"`
	// Seen is when it was first seen in the inbox.
	Seen time.Time `json:"seen"`
	// ResetsSent is how many of the run's Resets had been sent when the mail was seen: no later one
	// can have brought it.
	ResetsSent int `json:"resetsSent"`
	// Source is the mail (RFC 5322).
	Source []byte `json:"source,omitempty"`
	// Subject and Text are the decoded, readable ones.
	Subject string `json:"subject"`
	Text    string `json:"text"`
	// Codes are the placeholders of the mail's recognised codes, most likely first.
	Codes []placeholder.Placeholder `json:"codes,omitempty"`
	// Candidates are the placeholders of other possible codes in the mail.
	Candidates []placeholder.Placeholder `json:"candidates,omitempty"`
	// HTML says how the mail's HTML presents the code of its plain text, one of the words below; ""
	// if the mail has not both, or its text presents no code.
	HTML string `json:"html,omitempty"`
}

// How the HTML of a mail presents the code of its plain text.
const (
	HTMLSame    = "same"
	HTMLOther   = "other"
	HTMLMissing = "missing"
)

// Secret describes a placeholder's secret, as far as judging needs it.
type Secret struct {
	// Placeholder replaces the secret, for example "‹code 1›".
	Placeholder placeholder.Placeholder `json:"placeholder"`
	// Length is in characters.
	Length int `json:"length"`
	// Alphabet is "digits", "hex", "letters", "letters and digits" or "any".
	Alphabet string `json:"alphabet"`
}

// Shape describes the secret in words, for example "6 digits".
func (s Secret) Shape() string {
	if s.Alphabet == "any" {
		return fmt.Sprintf("%d characters", s.Length)
	}
	return fmt.Sprintf("%d %s", s.Length, s.Alphabet)
}

// The steps by which codes follow each other, read as numbers.
const (
	StepConstant = "constant"
	StepSmall    = "small"
	StepRising   = "rising"
)

// Sequence describes codes in the order of arrival, as far as judging needs it.
type Sequence struct {
	// Trader is the login of the codes' trader, "" for those of all.
	Trader string `json:"trader,omitempty"`
	// Codes counts the different ones; only those as long as the first, of Length characters,
	// count.
	Codes  int `json:"codes"`
	Length int `json:"length"`
	// Symbols counts the different characters in all codes, Varying the positions with more than
	// one.
	Symbols int `json:"symbols"`
	Varying int `json:"varying"`
	// Step is the constant above for how the codes follow each other, "" if none fits or there are
	// fewer than three codes.
	Step string `json:"step,omitempty"`
}
