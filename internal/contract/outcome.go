package contract

import "slices"

// Kind is the meaning of a response. The kinds allowed in x-outcome stand in the contract.
type Kind string

// The kinds of success.
const (
	Accepted Kind = "accepted"
	Question Kind = "question"
	Token    Kind = "token"
	Updated  Kind = "updated"
	SignedIn Kind = "signed in"
	// Success is that of an operation whose shapes have no other name.
	Success Kind = "success"
)

// The kinds of refusal.
const (
	IncorrectAnswer  Kind = "incorrect answer"
	WrongCredentials Kind = "wrong credentials"
	KeyError         Kind = "key error"
	// ServerError is the documented failure for incomplete requests.
	ServerError Kind = "server error"
	// Refused is any other refusal.
	Refused Kind = "refused"
	// RateLimited asks to come back later, by status or in words.
	RateLimited Kind = "rate limited"
	// Locked says that the account does not take part for a while, or at all.
	Locked Kind = "locked"
)

// The kinds that are neither a success nor a refusal.
const (
	// SecondFactor and ExpiredPassword are right credentials that do not sign in yet.
	SecondFactor    Kind = "second factor"
	ExpiredPassword Kind = "expired password"
	// NotTheAPI is a page of something in front of the deployment.
	NotTheAPI Kind = "not the API"
	// Unreadable is a response without a meaning in the contract: no JSON, no object, no documented
	// member.
	Unreadable Kind = "unreadable"
)

// Kinds are those allowed in x-outcome.
func Kinds() []Kind {
	return []Kind{
		Accepted, Question, Token, Updated, SignedIn, Success,
		IncorrectAnswer, WrongCredentials, KeyError, ServerError, Refused, SecondFactor,
		ExpiredPassword,
	}
}

func (k Kind) isSuccess() bool {
	return slices.Contains([]Kind{Accepted, Question, Token, Updated, SignedIn, Success}, k)
}

func (k Kind) isRefusal() bool {
	return slices.Contains([]Kind{IncorrectAnswer, WrongCredentials, KeyError, ServerError, Refused,
		RateLimited, Locked}, k)
}

// Outcome is the meaning of a response, with the facts behind it. Members are read forgivingly:
// [Shape.Check] judges their types.
type Outcome struct {
	Kind   Kind
	Status int
	// JSON is true where the body is JSON, Page where it may be that of something in front of the
	// deployment: see [Outcome.OfTheAPI].
	JSON, Page bool
	// HTML is true where the response is no JSON, but a page in HTML.
	HTML bool
	// Errors and Codes are the texts of Errors and ErrorsCode; Invalid are those of ModelState.
	Errors, Codes, Invalid []string
	// Succeeded is true where IsSucceed is true, Denied where it is false.
	Succeeded, Denied bool
	// StatesOutcome is true if the response has Errors or IsSucceed.
	StatesOutcome bool
	// HasError is true where there is a member error, Error its text.
	HasError bool
	Error    string
	// Model is the text of the member Model, Token that of the member by which the operation opens
	// something.
	Model, Token string
	// named is the kind told by the contract's own texts, "" if they tell none.
	named Kind
	// words are the explaining texts of a refusal.
	words string
}

// Success reports whether the response reports success.
func (o Outcome) Success() bool { return o.Kind.isSuccess() }

// Refused reports whether the response turns the request down and says nothing else.
func (o Outcome) Refused() bool { return o.Kind.isRefusal() }

// TurnedDown reports whether the request was not accepted, in any words. A response with errors
// beside IsSucceed true may be read either way: it is a success and turned down.
func (o Outcome) TurnedDown() bool {
	return o.Refused() || len(o.Errors) > 0 || o.Status >= 400 && !o.StatesOutcome
}

// Accepted reports whether the response claims success and does not contradict it.
func (o Outcome) Accepted() bool { return o.Success() && !o.TurnedDown() }

// Named reports whether the response has the texts by which the contract tells outcomes apart.
func (o Outcome) Named() bool { return o.named != "" }
