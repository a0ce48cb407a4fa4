package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed page
var pageFiles embed.FS

// HTML writes one self-contained page for people: no network, no script or
// style but its own, which its Content-Security-Policy names by their hashes.
// Whatever came from the deployment is text in it, bounded so that the page
// stays below a megabyte.
func HTML(w io.Writer, v View) error {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return err
	}
	pages, err := template.ParseFS(pageFiles, "page/*.tmpl")
	if err != nil {
		return err
	}
	data := newPage(v)
	data.Style = template.CSS(style)
	data.Script = template.JS(script)
	data.Policy = Policy(style, script)
	return pages.ExecuteTemplate(w, "page.tmpl", data)
}

// Policy lets the page's own style and script run, and nothing else: nothing
// is loaded, sent or framed.
func Policy(style, script []byte) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		sourceHash(style), sourceHash(script))
}

func sourceHash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
