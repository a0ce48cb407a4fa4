// Package evidence holds what one run observed: exchanges, mails and waits,
// with every secret already replaced by a placeholder. It is enough to judge
// the run again without the deployment.
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
	// Tool is the name and version of the tool that collected the evidence.
	Tool        string        `json:"tool"`
	Contract    Contract      `json:"contract"`
	Started     time.Time     `json:"started"`
	Duration    time.Duration `json:"duration"`
	Interrupted bool          `json:"interrupted,omitempty"`
	Target      Target        `json:"target"`
	Exchanges   []Exchange    `json:"exchanges"`
	Waits       []Wait        `json:"waits"`
	Mails       []Mail        `json:"mails"`
	// Resets are the steps that may bring a mail, in the order in which they were sent; those that
	// were planned and not sent come last.
	Resets []string `json:"resets,omitempty"`
	// InboxPurged is true where mails vanished from the inbox during the run: others may have
	// vanished unseen.
	InboxPurged bool `json:"inboxPurged,omitempty"`
	// Bisect is how surplus codes were looked into, nil where there were none.
	Bisect *Bisect `json:"bisect,omitempty"`
	// Secrets is the legend of the placeholders.
	Secrets []Secret `json:"secrets"`
	// Sequences say how the codes of the mails follow each other: those of all mails, then each
	// trader's.
	Sequences []Sequence `json:"sequences,omitempty"`
	// Observations are what somebody should know although no requirement
	// speaks of it: rate limits, lock-outs, odd mails.
	Observations []string `json:"observations,omitempty"`
	// LastLine says which declared password is valid for which trader, "" where the run changed
	// none.
	LastLine string `json:"lastLine,omitempty"`
	// Unsent says of planned steps that were not carried out why.
	Unsent map[string]string `json:"unsent,omitempty"`
}

// Contract names the contract that the run was planned from.
type Contract struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Target is what was under judgement, as configured, without its secrets.
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
	// NearKeys are the placeholders of keys that are nearly right.
	NearKeys []placeholder.Placeholder `json:"nearKeys,omitempty"`
	// Inbox is "mailhog http://…", or "" where none was declared.
	Inbox string `json:"inbox,omitempty"`
	// InboxProblem says why the declared inbox could not be read at all.
	InboxProblem string        `json:"inboxProblem,omitempty"`
	MailDeadline time.Duration `json:"mailDeadline"`
	// CodeTries is how many candidates of one mail the flow tries.
	CodeTries int `json:"codeTries,omitempty"`
	// BisectTime and BisectResets are the budget for finding out where surplus codes come from: the
	// time, and the accepted resets of each trader.
	BisectTime      time.Duration `json:"bisectTime,omitempty"`
	BisectResets    int           `json:"bisectResets,omitempty"`
	SecretQuestions string        `json:"secretQuestions"`
	// StepThree is "password" where step 3 is at its older path, "identifiers" where it was
	// declared to be at the newer one, "" where it was found there.
	StepThree string   `json:"stepThree,omitempty"`
	Profiles  []string `json:"profiles"`
	// Only and Labels are the selection that the run was asked for.
	Only    []string `json:"only,omitempty"`
	Labels  string   `json:"labels,omitempty"`
	Traders []Trader `json:"traders"`
	// Decoys are the values that the run sent wrong on purpose, nil in evidence from before they
	// varied.
	Decoys *Decoys `json:"decoys,omitempty"`
	// Nonce is that of the challenge that the run responded to, "" where there was none.
	Nonce string `json:"nonce,omitempty"`
	// Discreet is true of a run that did not say what it was.
	Discreet bool `json:"discreet,omitempty"`
}

// Decoys are values that no deployment knows. They follow from the challenge's nonce, or from
// chance.
type Decoys struct {
	// Draw counts the draws before, which resembled something declared.
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
	// MailTo is where the deployment's mail for the trader arrives.
	MailTo string `json:"mailTo"`
	// Question is the declared secret question, "" where none was declared.
	Question string `json:"question,omitempty"`
	// Response is the placeholder of the declared answer, "" where the trader has no
	// secret question. Traders with the same answer share it.
	Answer placeholder.Placeholder `json:"answer,omitempty"`
	// NearAnswers are the placeholders of answers that are nearly right.
	NearAnswers []placeholder.Placeholder `json:"nearAnswers,omitempty"`
	// HasPasswords is true where both passwords of the flow profile were declared.
	HasPasswords bool `json:"hasPasswords,omitempty"`
	// Password, NewPassword and NearPasswords are their placeholders, and those of what is nearly
	// the first.
	Password      placeholder.Placeholder   `json:"password,omitempty"`
	NewPassword   placeholder.Placeholder   `json:"newPassword,omitempty"`
	NearPasswords []placeholder.Placeholder `json:"nearPasswords,omitempty"`
}

// Field is one header line.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Exchange is one request and its response, or the way in which no response came.
type Exchange struct {
	// Step is the planned step that the exchange belongs to, for example
	// "reset/right-answer/robert.zak". Attempts of one step share it.
	Step      string `json:"step"`
	Attempt   int    `json:"attempt"` // from 1
	Lane      string `json:"lane,omitempty"`
	Operation string `json:"operation"` // operationId in the contract
	// Requirements are the ids that look at the exchange.
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

// Response is what came back.
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
	// Unreachable is true when a known-good request, asked right after, was
	// no response either: the deployment, not this response, is the problem.
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
	// For is the step whose mail was awaited.
	For      string        `json:"for"`
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration"`
	Deadline time.Duration `json:"deadline"`
	// Mail is the id of the mail that ended the wait, "" where none came.
	Mail string `json:"mail,omitempty"`
	// Problem says why the inbox could not be read, "" where it could.
	Problem string `json:"problem,omitempty"`
}

// Mail is one mail that arrived for a declared trader during the run.
type Mail struct {
	ID string `json:"id"`
	// Traders are the logins of the declared traders that it reached.
	Traders []string `json:"traders"`
	// Seen is when it was first seen in the inbox.
	Seen time.Time `json:"seen"`
	// ResetsSent is how many of the run's Resets had been sent when the mail was seen: none of
	// the rest can be what brought it.
	ResetsSent int `json:"resetsSent"`
	// Source is the mail (RFC 5322).
	Source []byte `json:"source,omitempty"`
	// Subject and Text are what a person reads.
	Subject string `json:"subject"`
	Text    string `json:"text"`
	// Codes are the placeholders of what the mail presents as a code, most likely first.
	Codes []placeholder.Placeholder `json:"codes,omitempty"`
	// Candidates are the placeholders of what else in the mail could be the code.
	Candidates []placeholder.Placeholder `json:"candidates,omitempty"`
	// HTML says how the mail's HTML presents the code of its plain text, one of the words below; ""
	// where the mail has not both, or its text presents no code.
	HTML string `json:"html,omitempty"`
}

// How the HTML of a mail presents the code of its plain text.
const (
	HTMLSame    = "same"
	HTMLOther   = "other"
	HTMLMissing = "missing"
)

// Secret describes what a placeholder stands for, as far as judging needs it.
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

// Sequence describes codes in the order in which they came, as far as judging needs it.
type Sequence struct {
	// Trader is the login of the trader whose codes they are, "" where everybody's.
	Trader string `json:"trader,omitempty"`
	// Codes counts the different ones; only those as long as the first, of Length characters,
	// count.
	Codes  int `json:"codes"`
	Length int `json:"length"`
	// Symbols counts the different characters in all codes, Varying the places at which the codes
	// are not all the same.
	Symbols int `json:"symbols"`
	Varying int `json:"varying"`
	// Step is how the codes follow each other, one of the steps above, "" where no step shows or
	// there are fewer than three.
	Step string `json:"step,omitempty"`
}
