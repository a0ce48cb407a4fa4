package reference_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// Whatever is asked, an unknown user looks like a trader without a question:
// in status, body and headers.
func TestUnknownUsersLookLikeTradersWithoutAQuestion(t *testing.T) {
	s := start(t)
	requests := []struct{ method, path, body string }{
		{http.MethodPost, resetPath, `{"User":"USER"}`},
		{http.MethodPost, resetPath, `{"User":"USER","SecretQuestionAnswer":""}`},
		{http.MethodPost, resetPath, `{"User":"USER","SecretQuestionAnswer":"Peterson"}`},
		{http.MethodGet, questionPath + "?username=USER", ""},
		{http.MethodGet, questionPath + "?username=USER%40example.com", ""},
	}
	for _, r := range requests {
		ask := func(user string) reply {
			got := s.ask(t, r.method, strings.ReplaceAll(r.path, "USER", user),
				strings.ReplaceAll(r.body, "USER", user))
			got.header.Del("Date")
			return got
		}
		known, unknown := ask("no.question"), ask("unknown.user")
		expect(t, unknown, known.status, known.body)
		if !sameHeader(known.header, unknown.header) {
			t.Errorf("headers differ: %v and %v", known.header, unknown.header)
		}
	}
}

func sameHeader(a, b http.Header) bool {
	var x, y bytes.Buffer
	return a.Write(&x) == nil && b.Write(&y) == nil && x.String() == y.String()
}

func TestUnknownUsersCodesOpenNothing(t *testing.T) {
	s := start(t)
	for range 3 {
		expect(t, s.reset(t, `{"User":"unknown.user"}`), http.StatusOK, acceptedJSON)
	}
	if s.redeem(t, s.code(t)) == "" {
		t.Error("a known trader's code was refused")
	}
}

func TestFileHoldsNoSecrets(t *testing.T) {
	c, inbox := config(t)
	s := startWith(t, c, inbox)
	code := s.code(t)
	token := s.redeem(t, code)
	expect(t, s.update(t, token, newPassword, newPassword), http.StatusOK, doneJSON)
	later := s.code(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Peterson", oldPassword, newPassword, code, later, token,
		appKey} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if !bytes.Contains(file, []byte("robert.zak")) {
		t.Error("the file does not hold what it should; the test sees nothing")
	}
	if info, err := os.Stat(c.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v %v", info, err)
	}
}

func TestResponsesAreNotCached(t *testing.T) {
	s := start(t)
	for _, o := range operations {
		if cache := s.ask(t, o.method, o.path,
			"{}").header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control is %q", o.path, cache)
		}
	}
}

func BenchmarkReset(b *testing.B) {
	c := quietConfig(b)
	d := open(b, c)
	for name, body := range map[string]string{"accepted": rightReset,
		"refused": `{"User":"robert.zak"}`, "unknown": `{"User":"nobody"}`} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPost, resetPath, strings.NewReader(body))
				request.Header.Set("Et-App-Key", appKey)
				d.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}
}
