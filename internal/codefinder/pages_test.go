package codefinder

import (
	"os"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

func TestCodesInPages(t *testing.T) {
	checkPresented(t, []presented{
		{"bold", `<p>Confirmation code: <b>231408</b></p>`, "231408"},
		{"bold on its own line", `<p>Confirmation code:<br><strong>231408</strong></p>`, "231408"},
		{"label in its own block",
			`<div>Your confirmation code</div><div style="font-size:32px;letter-spacing:8px">231408</div>`, "231408"},
		{"digits in spans",
			`<p>Your code is <span>2</span><span>3</span><span>1</span><span>4</span><span>0</span><span>8</span></p>`, "231408"},
		{"groups in spans",
			`<p>Your code is <span>231</span><span style="margin-left:8px">408</span></p>`,
			"231408"},
		{"groups with an entity", `<p>Your code is <b>231&nbsp;408</b></p>`, "231408"},
		{"digits in cells",
			`<p>Your code</p><table><tr><td>2</td><td>3</td><td>1</td><td>4</td><td>0</td><td>8</td></tr></table>`, "231408"},
		{"digits in blocks",
			`<p>Your code</p><div>2</div><div>3</div><div>1</div><div>4</div><div>0</div><div>8</div>`, "231408"},
		{"digits in boxes",
			`<p>Your code</p><div><div style="display:inline-block">2</div> <div style="display:inline-block">3</div><div style="display: inline-block">1</div><div style="display:inline-block">4</div></div>`, "2314"},
		{"digits in nested tables",
			`<p>Your code</p><table><tr><td><table><tr><td>2</td></tr></table></td><td><table><tr><td>3</td></tr></table></td><td><table><tr><td>1</td></tr></table></td><td><table><tr><td>4</td></tr></table></td></tr></table>`, "2314"},
		{"label and code in cells",
			`<table><tr><td>Account</td><td>48392011</td></tr><tr><td>Confirmation code</td><td><b>231408</b></td></tr><tr><td>Ticket</td><td>774411</td></tr></table>`, "231408"},
		{"label and code in cells with blocks",
			`<table><tr><td><p>Confirmation code:</p></td><td><p>231408</p></td></tr></table>`,
			"231408"},
		{"code below its heading",
			`<table><tr><th>Ticket</th><th>Code</th></tr><tr><td>483920</td><td>231408</td></tr></table>`, "231408"},
		{"code below its heading, first",
			`<table><tr><th>Code</th><th>Ticket</th></tr><tr><td>231408</td><td>483920</td></tr></table>`, "231408"},
		{"layout table",
			`<table><tr><td><table><tr><td><img src="x.png" width="600" alt="483920"></td></tr><tr><td style="color:#774411">Hi Robert,</td></tr><tr><td>Someone has requested a password reset for your account.<br>Confirmation code:</td></tr><tr><td align="center"><b>231408</b></td></tr><tr><td>© 2026 ETNA, NY 10004</td></tr></table></td></tr></table>`, "231408"},
		{"hidden preview",
			`<div style="display:none;max-height:0">Your code is 774411</div><p>Your code is <b>231408</b></p>`, "231408"},
		{"hidden by class",
			`<style>@media screen{.a{color:red}} .preview{display:none}</style><p class="preview">Your code is 774411</p><p class="a">Your code is <b>231408</b></p>`, "231408"},
		{"zero font around",
			`<table><tr><td style="font-size:0px"><div style="font-size:14px">Your code is 231408</div></td></tr></table>`, "231408"},
		{"comment inside", `<p>Your code is 231<!-- x -->408</p>`, "231408"},
		{"entities", `<p>Your code is &#50;&#51;&#49;&#x34;08</p>`, "231408"},
		{"zero-width entities", `<p>Your code is 231&zwnj;408&#8203;</p>`, "231408"},
		{"break opportunity", `<p>Your code is 231<wbr>408</p>`, "231408"},
		{"link text", `<p>Your code: <a href="https://etna.example/t/774411">231408</a></p>`,
			"231408"},
		{"button",
			`<p>Confirm your new password</p><a style="display:block" href="https://etna.example/?c=774411">231408</a>`, "231408"},
		{"heading",
			`<h2>Your verification code</h2><h1>231408</h1><p>It expires in 15 minutes.</p>`,
			"231408"},
		{"preformatted", "<pre>Hi Robert\nConfirmation code:\n231408\nTicket 483920</pre>",
			"231408"},
		{"definition list", `<dl><dt>Ticket</dt><dd>483920</dd><dt>Code</dt><dd>231408</dd></dl>`,
			"231408"},
		{"list", `<ul><li>Ticket: 483920</li><li>Code: 231408</li><li>IP: 10.0.0.1</li></ul>`,
			"231408"},
		{"code element", `<p>Enter the following code:</p><code>231408</code>`, "231408"},
		{"unclosed", `<p>Your code is <b>231408<p>Thanks`, "231408"},
		{"page as plain text",
			"\n<!DOCTYPE html><html><body><p>Your code is <b>231408</b></p></body></html>",
			"231408"},
		{"conditional comments",
			`<!--[if mso]><p>Your code is 774411</p><![endif]--><![if !mso]><p>Your code is 231408</p><![endif]>`, "231408"},
		{"noscript", `<noscript><p>Your code is 231408</p></noscript>`, "231408"},
	})
}

func TestSameCodeInBothPartsCountsOnce(t *testing.T) {
	source, err := os.ReadFile("../mailtext/testdata/alternative.eml")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Find(mailtext.Parse(source), nil).Codes, " "); got != "231408" {
		t.Errorf("got %q", got)
	}
}
