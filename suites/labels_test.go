// Written by go test ./suites -run TestLabels -update, for ginkgo labels, which reads source.

package suites_test

import "github.com/onsi/ginkgo/v2"

var _ = ginkgo.Label(
	"ANSWER", "ANSWER-1", "ANSWER-2", "ANSWER-3", "ANSWER-4", "ANSWER-5", "ANSWER-6",
	"CODE", "CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-6", "CODE-7",
	"HARD", "HARD-1", "HARD-10", "HARD-2", "HARD-3", "HARD-4", "HARD-5", "HARD-6", "HARD-7", "HARD-8", "HARD-9",
	"KEY", "KEY-1", "KEY-2", "KEY-3", "KEY-4", "KEY-5", "KEY-6", "KEY-7", "KEY-8",
	"MAIL", "MAIL-1", "MAIL-2", "MAIL-3", "MAIL-4", "MAIL-5", "MAIL-6", "MAIL-7", "MAIL-8",
	"PASSWORD", "PASSWORD-1", "PASSWORD-10", "PASSWORD-2", "PASSWORD-3", "PASSWORD-4", "PASSWORD-5", "PASSWORD-6", "PASSWORD-7", "PASSWORD-8", "PASSWORD-9",
	"QUESTION", "QUESTION-1", "QUESTION-10", "QUESTION-2", "QUESTION-3", "QUESTION-4", "QUESTION-5", "QUESTION-6", "QUESTION-7", "QUESTION-8", "QUESTION-9",
	"RESET", "RESET-1", "RESET-10", "RESET-2", "RESET-3", "RESET-4", "RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9",
	"SIGNIN", "SIGNIN-1", "SIGNIN-2", "SIGNIN-3", "SIGNIN-4", "SIGNIN-5", "SIGNIN-6",
	"advice",
	"core",
	"flow",
	"hardening",
	"must",
	"should",
)
