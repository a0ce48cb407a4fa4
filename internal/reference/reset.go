package reference

import "net/http"

// resetBody is the body of "Reset Trader's Password".
type resetBody struct {
	User                 string
	SecretQuestionAnswer string
}

// reset is step 1, "Reset Trader's Password". An accepted reset is answered
// with the documents' sample, word for word.
//
// An unknown user is answered, whatever the request says, as a trader without
// a secret question is: accepted, in status, headers, body and time (OWASP
// Forgot Password). With the empty question of step 2 for both, nobody can
// tell the two apart. Answering with the incorrect-answer error instead would
// give unknown users away, since step 2 has no question for them. What remains
// visible is who has a secret question, which is what step 2 is for.
func (d *Deployment) reset(r *http.Request) (response, error) {
	body, readable := decode[resetBody](r)
	if !readable {
		return badRequest(malformedBody), nil
	}
	if body.User == "" {
		return badRequest("User is required."), nil
	}
	trader, known, err := d.store.trader(body.User)
	if err != nil {
		return response{}, err
	}
	right, err := d.matches(trader.Response, body.SecretQuestionAnswer)
	if err != nil {
		return response{}, err
	}
	if trader.Question != "" && !right {
		return refusal(http.StatusBadRequest, "ErrorIncorrectAnswer",
			"Answer is incorrect, try again."), nil
	}
	return d.accept(trader, known)
}

// accept issues a code and mails it. For an unknown user it does the same work
// for nobody.
func (d *Deployment) accept(trader record, known bool) (response, error) {
	now := d.config.Now()
	holder, expires := key(trader.Login), now.Add(codeLifetime)
	if !known {
		holder, expires = nobody, now
	}
	// The newest code is the live one, so it has to be in the newest mail.
	d.inOrder.Lock()
	defer d.inOrder.Unlock()
	code, err := d.issueCode(holder, now, expires)
	if err != nil {
		return response{}, err
	}
	if known {
		d.post.send(letter{to: trader.Email, name: trader.Name, code: code, at: now})
	}
	return ok(result{IsSucceed: false}), nil
}

// matches compares a secret with its hash, or with the decoy where there is
// none, in the same time.
func (d *Deployment) matches(stored *sealed, secret string) (bool, error) {
	if stored == nil {
		stored = &d.decoy
	}
	return stored.matches(secret)
}
