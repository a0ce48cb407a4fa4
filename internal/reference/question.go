package reference

import (
	"net/http"
	"net/url"
)

// questionResponse is the response of "Retrieve the Secret Question".
type questionResponse struct {
	Model     string
	Errors    []string
	IsSucceed bool
}

// secretQuestion is step 2, "Retrieve the Secret Question". An unknown user is
// answered as a trader without a question is: with the empty string.
func (d *Deployment) secretQuestion(r *http.Request) (response, error) {
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
		return response{}, err
	}
	return ok(questionResponse{Model: trader.Question, IsSucceed: true}), nil
}
