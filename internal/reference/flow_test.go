package reference_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	oldPassword = "demo-password-robert"
	newPassword = "new demo password, długie"
	doneJSON    = `{"Errors":[],"IsSucceed":true}`
)

func TestWholeFlow(t *testing.T) {
	s := start(t)
	code := s.code(t)
	got := s.ask(t, http.MethodPost, codePath, `{"Code":"`+code+`","Identifier":"ResetPassword"}`)
	shape := regexp.MustCompile(`^{"Model":"([\w-]{43})","Errors":\[\],"ErrorsCode":\[\],"StatusCode":"Continue","IsSucceed":true}$`)
	match := shape.FindStringSubmatch(got.body)
	if got.status != http.StatusOK || match == nil {
		t.Fatalf("step 3: %d %s", got.status, got.body)
	}
	expect(t, s.update(t, match[1], newPassword, newPassword), http.StatusOK, doneJSON)
	if state := s.state(t, "robert.zak", newPassword); state != "Succeeded" {
		t.Errorf("new password: %s", state)
	}
	if state := s.state(t, "robert.zak", oldPassword); state != "Failed" {
		t.Errorf("old password: %s", state)
	}
	if state := s.state(t, "ann.lee", "demo-password-ann"); state != "Succeeded" {
		t.Errorf("another trader's password: %s", state)
	}
}

func TestCodeIsSingleUse(t *testing.T) {
	s := start(t)
	code := s.code(t)
	if s.redeem(t, code) == "" {
		t.Fatal("the code was refused")
	}
	if s.redeem(t, code) != "" {
		t.Error("the code was taken twice")
	}
}

func TestNewCodeReplacesTheOlder(t *testing.T) {
	s := start(t)
	older, newer := s.code(t), s.code(t)
	if older != newer && s.redeem(t, older) != "" {
		t.Error("the older code was taken")
	}
	if s.redeem(t, newer) == "" {
		t.Error("the newer code was refused")
	}
}

func TestRefusedResetLeavesTheCodeAlone(t *testing.T) {
	s := start(t)
	code := s.code(t)
	expect(t, s.reset(t, `{"User":"robert.zak"}`), http.StatusBadRequest, wrongJSON)
	expect(t, s.reset(t, `{"User":"nobody"}`), http.StatusOK, acceptedJSON)
	if s.redeem(t, code) == "" {
		t.Error("the code was refused")
	}
}

func TestOtherIdentifiersGiveNoToken(t *testing.T) {
	s := start(t)
	code := s.code(t)
	for _, identifier := range []string{"ResetPinCode", "resetpassword", "Other", ""} {
		body := `{"Code":"` + code + `","Identifier":"` + identifier + `"}`
		refused(t, s.ask(t, http.MethodPost, codePath, body), http.StatusBadRequest)
	}
	if s.redeem(t, code) == "" {
		t.Error("the code was spent by another identifier")
	}
}

func TestWrongCodesSpendTheLiveOne(t *testing.T) {
	c, inbox := config(t)
	c.CodeTries = 3
	s := startWith(t, c, inbox)
	for misses, want := range map[int]bool{2: true, 3: false} {
		code := s.code(t)
		for range misses {
			if s.redeem(t, other(code)) != "" {
				t.Fatal("a wrong code was taken")
			}
		}
		if taken := s.redeem(t, code) != ""; taken != want {
			t.Errorf("after %d wrong codes: taken is %t", misses, taken)
		}
	}
}

func TestMalformedCodesAreNoTries(t *testing.T) {
	c, inbox := config(t)
	c.CodeTries = 1
	s := startWith(t, c, inbox)
	code := s.code(t)
	for _, wrong := range []string{"", "12345", "1234567", "abcdef", " " + code, code + " ",
		"１２３４５６"} {
		if s.redeem(t, wrong) != "" {
			t.Errorf("%q was taken", wrong)
		}
	}
	if s.redeem(t, code) == "" {
		t.Error("the code was refused")
	}
}

func TestCodesAndTokensExpire(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Now().UnixNano())
	c, inbox := config(t)
	c.Now = func() time.Time { return time.Unix(0, clock.Load()) }
	s := startWith(t, c, inbox)

	code := s.code(t)
	clock.Add(int64(15*time.Minute - time.Second))
	token := s.redeem(t, code)
	if token == "" {
		t.Fatal("the code was refused before its time")
	}
	clock.Add(int64(15 * time.Minute))
	refused(t, s.update(t, token, newPassword, newPassword), http.StatusBadRequest)

	code = s.code(t)
	clock.Add(int64(15 * time.Minute))
	if s.redeem(t, code) != "" {
		t.Error("an expired code was taken")
	}
}

func TestRefusedUpdateChangesNothing(t *testing.T) {
	s := start(t)
	token := s.redeem(t, s.code(t))
	refused(t, s.update(t, token, newPassword, newPassword+"x"), http.StatusBadRequest)
	refused(t, s.update(t, token, "", ""), http.StatusBadRequest)
	refused(t, s.update(t, token, " padded ", " padded "), http.StatusBadRequest)
	refused(t, s.update(t, token, "two\nlines", "two\nlines"), http.StatusBadRequest)
	refused(t, s.update(t, token+"x", newPassword, newPassword), http.StatusBadRequest)
	refused(t, s.update(t, "", newPassword, newPassword), http.StatusBadRequest)
	if state := s.state(t, "robert.zak", oldPassword); state != "Succeeded" {
		t.Errorf("old password: %s", state)
	}
	expect(t, s.update(t, token, newPassword, newPassword), http.StatusOK, doneJSON)
}

func TestTokenIsSingleUse(t *testing.T) {
	s := start(t)
	token := s.redeem(t, s.code(t))
	expect(t, s.update(t, token, newPassword, newPassword), http.StatusOK, doneJSON)
	refused(t, s.update(t, token, "another", "another"), http.StatusBadRequest)
	if state := s.state(t, "robert.zak", newPassword); state != "Succeeded" {
		t.Errorf("new password: %s", state)
	}
}

func TestUpdateSpendsTheTradersCode(t *testing.T) {
	s := start(t)
	token := s.redeem(t, s.code(t))
	later := s.code(t)
	expect(t, s.update(t, token, newPassword, newPassword), http.StatusOK, doneJSON)
	if s.redeem(t, later) != "" {
		t.Error("a code outlived the change of the password")
	}
}

func TestOneOfManyRedeemsTheCode(t *testing.T) {
	c, inbox := config(t)
	c.CodeTries = 100
	s := startWith(t, c, inbox)
	code := s.code(t)
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if s.redeem(t, code) != "" {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("the code was taken %d times", taken.Load())
	}
}

// Under load every accepted reset has its mail, and of one trader's codes the
// last one mailed is the live one.
func TestManyResetsAtOnce(t *testing.T) {
	s := start(t)
	const resets = 20
	var all sync.WaitGroup
	for range resets {
		all.Go(func() { s.reset(t, rightReset) })
		all.Go(func() { s.reset(t, `{"User":"no.question"}`) })
		all.Go(func() { s.reset(t, `{"User":"nobody"}`) })
		all.Go(func() { s.reset(t, `{"User":"robert.zak"}`) })
		all.Go(func() { s.state(t, "ann.lee", "wrong") })
	}
	all.Wait()
	last, count := map[string]string{}, map[string]int{}
	for range 2 * resets {
		mail := s.inbox.next(t)
		last[mail.to] = codeIn(t, mail)
		count[mail.to]++
	}
	for _, to := range []string{"robert.zak@example.com", "no.question@example.com"} {
		if count[to] != resets || s.redeem(t, last[to]) == "" {
			t.Errorf("%s got %d mails, the last code of which was refused or not enough came", to,
				count[to])
		}
	}
}

func TestRestartKeepsTheData(t *testing.T) {
	c, inbox := config(t)
	first := startWith(t, c, inbox)
	expect(t, first.update(t, first.redeem(t, first.code(t)), newPassword, newPassword),
		http.StatusOK, doneJSON)
	spent, live := first.code(t), ""
	token := first.redeem(t, spent)
	live = first.code(t)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, first.ask(t, http.MethodGet, questionPath+"?username=robert.zak", ""),
		http.StatusInternalServerError)

	c.Iterations = 2 * reference.DefaultIterations
	c.Traders[0].Answer = "changed"
	c.Traders = append(c.Traders, reference.Trader{Login: "late", Email: "late@example.com",
		Password: "late-demo-password"})
	second := startWith(t, c, inbox)
	if state := second.state(t, "robert.zak", newPassword); state != "Succeeded" {
		t.Errorf("the new password: %s", state)
	}
	if state := second.state(t, "late", "late-demo-password"); state != "Succeeded" {
		t.Errorf("a trader added later: %s", state)
	}
	if spent != live && second.redeem(t, spent) != "" {
		t.Error("a spent code was taken after the restart")
	}
	if second.redeem(t, live) == "" {
		t.Error("the live code was refused after the restart")
	}
	refused(t, second.update(t, token, "another", "another"), http.StatusBadRequest) // replaced by the newer token
	expect(t, second.reset(t, rightReset), http.StatusOK, acceptedJSON)
}

// other returns a well-formed code that differs.
func other(code string) string {
	digit := "1"
	if strings.HasSuffix(code, digit) {
		digit = "2"
	}
	return code[:5] + digit
}
