package contract

import "slices"

// Kind says what a response means. The kinds that x-outcome may name stand in the contract.
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
	// ServerError is the failure that is documented for requests that lack what they need.
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
	// Unreadable is all that the contract gives no meaning: no JSON, no object, no documented
	// member.
	Unreadable Kind = "unreadable"
)

// Kinds are those that x-outcome may name.
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

// Outcome is what a response means, with the facts that it was told by. Members are read
// forgivingly: whether they have the documented type is for [Shape.Check].
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
	// StatesOutcome is true where Errors or IsSucceed is there, the members that tell success from refusal.
	StatesOutcome bool
	// HasError is true where there is a member error, Error its text.
	HasError bool
	Error    string
	// Model is the text of the member Model, Token that of the member by which the operation opens
	// something.
	Model, Token string
	// named is the kind that the contract's own texts tell, "" where they tell none.
	named Kind
	// words are all texts in which a refusal may say why.
	words string
}

// Success reports whether the response says that the request was carried out.
func (o Outcome) Success() bool { return o.Kind.isSuccess() }

// Refused reports whether the response turns the request down and says nothing else.
func (o Outcome) Refused() bool { return o.Kind.isRefusal() }

// TurnedDown reports whether the request was not accepted, in whatever words. A response that lists
// errors beside IsSucceed true may be read either way: it is a success and turned down.
func (o Outcome) TurnedDown() bool {
	return o.Refused() || len(o.Errors) > 0 || o.Status >= 400 && !o.StatesOutcome
}

// Accepted reports whether the response claims success and nothing that speaks against it.
func (o Outcome) Accepted() bool { return o.Success() && !o.TurnedDown() }

// Named reports whether the response has the texts by which the contract tells outcomes apart.
func (o Outcome) Named() bool { return o.named != "" }
