package reference

import "net/http"

// signInResponse is the response of signing in.
type signInResponse struct {
	State  string
	Step   string `json:",omitempty"`
	Reason string `json:",omitempty"`
	Token  string `json:",omitempty"`
}

// signIn is "signing in": credentials in the headers Username (the login) and
// Password. The token it gives opens nothing, because no further operation is
// documented, so it is not stored. An unknown user gets what a wrong
// password is, in the same time.
func (d *Deployment) signIn(r *http.Request) (response, error) {
	// Nobody has an empty login or password, so what is missing is wrong.
	username, _ := single(r.Header.Values("Username"))
	password, _ := single(r.Header.Values("Password"))
	trader, _, err := d.store.trader(username)
	if err != nil {
		return response{}, err
	}
	right, err := d.matches(trader.Password, password)
	switch {
	case err != nil:
		return response{}, err
	case !right:
		return wrongCredentials(), nil
	case trader.TwoFactor:
		return response{status: http.StatusAccepted, body: signInResponse{
			State: "Expecting", Step: "VerificationCode", Reason: "Verification code is required",
			Token: newToken(),
		}}, nil
	}
	return ok(signInResponse{State: "Succeeded", Token: newToken()}), nil
}

func wrongCredentials() response {
	body := signInResponse{State: "Failed", Step: "BaseAuthentication",
		Reason: "Invalid credentials"}
	return response{status: http.StatusUnauthorized, body: body}.
		with("WWW-Authenticate", `Username-Password realm="ETNA Trader"`)
}
