package mailhogtest_test

import (
	"io"
	"net/http"
	"net/smtp"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailhogtest"
)

func TestStartedMailHogTakesAndShowsMail(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)

	mail := []byte("Subject: hello\r\n\r\nbody\r\n")
	if err := smtp.SendMail(smtpAddr, nil, "a@example.com", []string{"b@example.com"},
		mail); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(url + "/api/v2/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"Subject":["hello"]`) {
		t.Errorf("the mail is not listed: %s", body)
	}
}

func TestTwoMailHogsDoNotShareMail(t *testing.T) {
	firstSMTP, firstURL := mailhogtest.Start(t)
	secondSMTP, secondURL := mailhogtest.Start(t)
	if firstSMTP == secondSMTP || firstURL == secondURL {
		t.Errorf("both at %s and %s", firstSMTP, firstURL)
	}
}
