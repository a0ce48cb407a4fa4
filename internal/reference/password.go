package reference

import (
	"net/http"
	"strings"
	"unicode"
)

// passwordBody is the body of step 4.
type passwordBody struct {
	Token                string
	Password             string
	PasswordConfirmation string
}

// updatePassword is step 4, "update the password". A refused update leaves the
// password and the token as they are; an accepted one spends the token and any
// code that the trader still holds.
func (d *Deployment) updatePassword(r *http.Request) (response, error) {
	body, readable := decode[passwordBody](r)
	switch {
	case !readable:
		return badRequest(malformedBody), nil
	case body.Password == "":
		return badRequest("Password is required."), nil
	case body.Password != body.PasswordConfirmation:
		return refusal(http.StatusBadRequest, "ErrorPasswordMismatch",
			"Password and PasswordConfirmation must be identical."), nil
	case !fitsHeader(body.Password):
		return refusal(http.StatusBadRequest, "ErrorInvalidPassword",
			"Password must not hold control characters, nor begin or end with white space."), nil
	}
	changed, err := d.changePassword(body)
	if err != nil {
		return response{}, err
	}
	if !changed {
		return refusal(http.StatusBadRequest, "ErrorInvalidToken",
			"Token is invalid or has expired."), nil
	}
	return ok(result{IsSucceed: true}), nil
}

func (d *Deployment) changePassword(body passwordBody) (bool, error) {
	tokenID, err := d.store.voucherID(body.Token)
	if err != nil {
		return false, err
	}
	password, err := seal(body.Password, d.config.Iterations)
	if err != nil {
		return false, err
	}
	return d.store.changePassword(tokenID, password, d.config.Now())
}

// fitsHeader is true when signing in can carry the password: it travels in a
// header field (RFC 9110, section 5.5).
func fitsHeader(password string) bool {
	return strings.TrimSpace(password) == password &&
		!strings.ContainsFunc(password, unicode.IsControl)
}
