package codefinder

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

func FuzzCodes(f *testing.F) {
	for _, seed := range []string{
		"Confirmation code: 231408", "231408 is your code", "2\t3\t1\t4",
		"Ticket\tCode\n483920\t231408", "验证码：２３１４０８", "Code:\n\nAB3D-9KQ2\n",
		"Your code (valid) is\n231 408.", "use q2Wx+9/Lm3ZpT7vK== to",
		"code - - 12-34 12:30 {{x}} ((", "https://x/?code=1234",
	} {
		f.Add("Password reset", seed)
	}
	f.Fuzz(func(t *testing.T, subject, text string) {
		if len(text) > 1<<16 {
			return
		}
		codes := Find(mailtext.Reading{Subject: subject, Text: text}, nil).Codes
		page, seen := characters(plainText(subject)+plainText(text)), map[string]bool{}
		for _, code := range codes {
			if len(code) < minCode || len(code) > maxCode || seen[code] {
				t.Errorf("code %q of %q", code, codes)
			}
			if !strings.Contains(page, characters(code)) {
				t.Errorf("code %q is not in the mail", code)
			}
			seen[code] = true
		}
		if len(codes) > maxCodes {
			t.Errorf("%d codes", len(codes))
		}
	})
}
