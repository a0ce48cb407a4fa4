package reference

import "net/http"

// signInAnswer is the answer of signing in.
type signInAnswer struct {
	State  string
	Step   string `json:",omitempty"`
	Reason string `json:",omitempty"`
	Token  string `json:",omitempty"`
}

// signIn is "signing in": credentials in the headers Username (the login) and
// Password. The token it gives opens nothing, because no further operation is
// documented, so it is not stored. An unknown user is answered as a wrong
// password is, in the same time.
func (d *Deployment) signIn(r *http.Request) (answer, error) {
	// Nobody has an empty login or password, so what is missing is wrong.
	username, _ := single(r.Header.Values("Username"))
	password, _ := single(r.Header.Values("Password"))
	trader, _, err := d.store.trader(username)
	if err != nil {
		return answer{}, err
	}
	right, err := d.matches(trader.Password, password)
	switch {
	case err != nil:
		return answer{}, err
	case !right:
		return wrongCredentials(), nil
	case trader.TwoFactor:
		return answer{status: http.StatusAccepted, body: signInAnswer{
			State: "Expecting", Step: "VerificationCode", Reason: "Verification code is required", Token: newToken(),
		}}, nil
	}
	return ok(signInAnswer{State: "Succeeded", Token: newToken()}), nil
}

func wrongCredentials() answer {
	body := signInAnswer{State: "Failed", Step: "BaseAuthentication", Reason: "Invalid credentials"}
	return answer{status: http.StatusUnauthorized, body: body}.
		with("WWW-Authenticate", `Username-Password realm="ETNA Trader"`)
}
