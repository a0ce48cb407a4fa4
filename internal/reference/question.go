package reference

import (
	"net/http"
	"net/url"
)

// questionAnswer is the answer of "Retrieve the Secret Question".
type questionAnswer struct {
	Model     string
	Errors    []string
	IsSucceed bool
}

// secretQuestion is step 2, "Retrieve the Secret Question". An unknown user is
// answered as a trader without a question is: with the empty string.
func (d *Deployment) secretQuestion(r *http.Request) (answer, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("The query must be percent-encoded."), nil
	}
	username, given := single(query["username"])
	if !given {
		return badRequest("One username is required."), nil
	}
	trader, err := d.store.traderByLoginOrEmail(username)
	if err != nil {
		return answer{}, err
	}
	return ok(questionAnswer{Model: trader.Question, IsSucceed: true}), nil
}
