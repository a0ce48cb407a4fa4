package config

import (
	"strings"
	"time"
)

// Config is what is under judgement and how: the validated sum of flags,
// environment, configuration file and defaults.
type Config struct {
	// URL is the base URL without a trailing slash, "" where none was declared.
	URL string
	// AppKey is the deployment's Et-App-Key, "" where none was declared. It is a secret.
	AppKey string
	// AppKeyFile is the file that AppKey was read from, "" where it was given otherwise.
	AppKeyFile string
	// Inbox is where the deployment's mail can be read.
	Inbox   Inbox
	Traders []Trader
	// MailDeadline is how long a promised mail may take, RequestTimeout how long
	// one exchange may take until the last byte of its response.
	MailDeadline, RequestTimeout time.Duration
	// BisectTime is how long requests may be repeated to find those that mail surplus codes: 0 is
	// twice the mail deadline, and below 0 none are. BisectResets is how many more accepted resets
	// each trader may get then.
	BisectTime   time.Duration
	BisectResets int
	// Concurrency is how many requests may be under way at once, 1 to 256.
	Concurrency int
	// Rate is how many requests may begin in a second; 0 is no limit.
	Rate float64
	// SecretQuestions says whether the deployment's traders have them.
	SecretQuestions SecretQuestions
	// APIVersion is the version in every path, as the documents write it: "1.0".
	APIVersion string
	// StepThree says at which of its two published paths the deployment has step 3; "" finds out.
	StepThree StepThree
	// Headers go with every request. Their values are secrets.
	Headers map[string]string
	// CodePattern is a regular expression (RE2) for the code in a mail, "" for
	// finding it as a person would.
	CodePattern string
	// CodeTries is how many candidates of one mail the flow profile tries as its code.
	CodeTries int
	// Deployment is what reports call the deployment.
	Deployment Label
	// CAFile holds further certificate authorities (PEM) to trust.
	CAFile string
	// Insecure turns the verification of certificates off.
	Insecure   bool
	ClientCert ClientCert
	// Profiles are one or more of "core", "flow" and "hardening".
	Profiles []string
	// Only are the requirement ids that the run is limited to.
	Only []string
	// LabelFilter limits the run by Ginkgo's label expressions.
	LabelFilter string
	// Out is the directory that reports go to.
	Out string
	// Strict and Complete are the gate's; Quiet, Verbose and NoColor are the console's.
	Strict, Complete, Quiet, Verbose, NoColor bool
	// File is the configuration file, "" where there is none, and URLLine the line of its url.
	File    string
	URLLine int
	// Challenge is the path of a certifier's challenge, "" where there is none.
	Challenge string
	// Discreet hides what the requests are.
	Discreet bool
	// Baseline is the path of the list of known failures.
	Baseline string
	// Contract is the path of a contract other than the built-in one.
	Contract string
}

// Inbox names the place where mail is caught. Its zero value is none.
type Inbox struct {
	// Kind is "mailhog" or "mailpit".
	Kind string
	// URL is the base URL of its API, without a trailing slash. It may carry a
	// user name and a password, which are a secret.
	URL string
}

// Trader is a test account.
type Trader struct {
	Login, Email string
	// MailTo is where the deployment's mail for the trader arrives: Email
	// unless something else was declared.
	MailTo string
	// Question is the secret question, "" where none was declared.
	Question string
	// Answer is the answer to it, "" where the trader has no secret question. It is a secret.
	Answer string
	// Password and NewPassword are both given or both "". They are secrets.
	Password, NewPassword string
}

// Label is a deployment's name and version, as its owner calls them, and labels to find it by among
// many.
type Label struct {
	Name, Version string
	Labels        map[string]string
}

// ClientCert names the files (PEM) of a TLS client certificate and its key.
type ClientCert struct{ Cert, Key string }

// SecretQuestions says whether a company's traders have secret questions
// ("Retrieve the Secret Question", introduction).
type SecretQuestions string

// The configurations of a company.
const (
	SecretQuestionsOptional SecretQuestions = "optional"
	SecretQuestionsRequired SecretQuestions = "required"
	SecretQuestionsNone     SecretQuestions = "none"
)

// StepThree names a path of step 3 by what tells it from the other.
type StepThree string

// The paths of step 3: users/identifiers/reset/code, and the older users/password/reset/code.
const (
	StepThreeIdentifiers StepThree = "identifiers"
	StepThreePassword    StepThree = "password"
)

// forgetEmpty drops empty entries and repeated ones.
func forgetEmpty(list []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, entry := range list {
		if entry = strings.TrimSpace(entry); entry != "" && !seen[entry] {
			seen[entry] = true
			kept = append(kept, entry)
		}
	}
	return kept
}
