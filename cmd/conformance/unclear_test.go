package main_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/mailtext"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

// linkCodes remembers the codes that links of the mails carry.
type linkCodes struct {
	mu    sync.Mutex
	codes []string
}

type mailerFunc func(context.Context, reference.Mail) error

func (f mailerFunc) Send(ctx context.Context, m reference.Mail) error { return f(ctx, m) }

func (l *linkCodes) watch(_ faults.World, mailer reference.Mailer) reference.Mailer {
	return mailerFunc(func(ctx context.Context, m reference.Mail) error {
		links := strings.Join(mailtext.Parse(m.Data).Links, " ")
		l.mu.Lock()
		for _, found := range regexp.MustCompile(`code=(\d{6})`).FindAllStringSubmatch(links, -1) {
			l.codes = append(l.codes, found[1])
		}
		l.mu.Unlock()
		return mailer.Send(ctx, m)
	})
}

// TestUnclearCodesAreToldByTheirShapeAndMasked judges a deployment whose codes stand in links only:
// nobody reads them, but they may be right, and are as secret as any.
func TestUnclearCodesAreToldByTheirShapeAndMasked(t *testing.T) {
	t.Parallel()
	inLink, found := faults.FindVariant("code-in-link-only")
	if !found {
		t.Fatal("there is no variant code-in-link-only")
	}
	var sent linkCodes
	s := sandboxtest.Start(t, sandbox.Options{AppKey: secretKey,
		Around: faults.Set{Variants: []faults.Variant{inLink, {Name: "watch", Mail: sent.watch}}}})
	out := t.TempDir()
	r := call{
		args: []string{"run", "--config", declare(t, s), "--out", out, "--format",
			strings.Join(report.Names(), ",")}, env: []string{"CONFORMANCE_APP_KEY=" + secretKey},
	}.run(t).wantExit(t, 3)
	r.wantOut(t, "no code is recognised in the mail", "6 digits", "codePattern", "conformance mail")
	if len(sent.codes) == 0 {
		t.Fatal("no code was mailed in a link: this test can't fail")
	}
	places := files(t, out)
	places["stdout"], places["stderr"] = []byte(r.stdout), []byte(r.stderr)
	for place, text := range places {
		for _, code := range sent.codes {
			if regexp.MustCompile(`\b` + code + `\b`).Match(text) {
				t.Errorf("%s shows the code %s", place, code)
			}
		}
	}
}
