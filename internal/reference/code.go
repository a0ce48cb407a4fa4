package reference

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"time"
)

const (
	codeLifetime     = 15 * time.Minute
	tokenLifetime    = 15 * time.Minute
	defaultCodeTries = 10
	// codeDraws is how often a code is drawn anew because it is already live.
	codeDraws = 100
)

var wellFormedCode = regexp.MustCompile(`^[0-9]{6}$`)

// codeBody is the body of step 3.
type codeBody struct {
	Code       string
	Identifier string
}

// tokenResponse is the response of step 3, accepted or refused.
type tokenResponse struct {
	Model      string
	Errors     []string
	ErrorsCode []string
	StatusCode string
	IsSucceed  bool
}

// redeemCode is step 3, "generate a token for a new password". A code is worth
// one token; [Config.CodeTries] limits guessing. There are no pin codes here:
// ResetPinCode is refused and leaves the code as it is.
func (d *Deployment) redeemCode(r *http.Request) (response, error) {
	body, readable := decode[codeBody](r)
	switch {
	case !readable:
		return noToken("ErrorInvalidRequest", malformedBody), nil
	case body.Identifier != "ResetPassword":
		return noToken("ErrorInvalidIdentifier", "Identifier must be ResetPassword."), nil
	case !wellFormedCode.MatchString(body.Code):
		return wrongCode(), nil
	}
	token, redeemed, err := d.tokenFor(body.Code)
	if err != nil {
		return response{}, err
	}
	if !redeemed {
		return wrongCode(), nil
	}
	return ok(tokenResponse{Model: token, StatusCode: "Continue", IsSucceed: true}), nil
}

func wrongCode() response {
	return noToken("ErrorInvalidCode", "Confirmation code is invalid or has expired.")
}

func noToken(code, text string) response {
	return response{status: http.StatusBadRequest, body: tokenResponse{
		Errors: []string{text}, ErrorsCode: []string{code}, StatusCode: "BadRequest",
	}}
}

// tokenFor exchanges a live code for a new token.
func (d *Deployment) tokenFor(code string) (token string, redeemed bool, err error) {
	codeID, err := d.store.voucherID(code)
	if err != nil {
		return "", false, err
	}
	token = newToken()
	tokenID, err := d.store.voucherID(token)
	if err != nil {
		return "", false, err
	}
	now := d.config.Now()
	redeemed, err = d.store.exchangeCode(codeID, tokenID, now, now.Add(tokenLifetime),
		d.config.CodeTries)
	return token, redeemed, err
}

// issueCode draws a code that no other trader holds, because step 3 names no
// trader, and stores it for the holder instead of any older one.
func (d *Deployment) issueCode(holder string, now, expires time.Time) (string, error) {
	for range codeDraws {
		code, err := newCode()
		if err != nil {
			return "", err
		}
		id, err := d.store.voucherID(code)
		if err != nil {
			return "", err
		}
		err = d.store.issueCode(id, holder, now, expires)
		if !errors.Is(err, errTaken) {
			return code, err
		}
	}
	return "", errors.New("reference: nearly all codes are in use")
}

// newCode draws six digits, as in the documents' screenshot of the mail.
func newCode() (string, error) {
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("reference: drawing a code: %w", err)
	}
	return fmt.Sprintf("%06d", number), nil
}

// newToken draws 256 bits.
func newToken() string {
	var bits [32]byte
	// rand.Read never returns an error.
	_, _ = rand.Read(bits[:])
	return base64.RawURLEncoding.EncodeToString(bits[:])
}
