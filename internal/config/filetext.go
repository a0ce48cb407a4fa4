package config

import (
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// textOf returns the text of a file as UTF-8 without a byte-order mark, which editors and shells of
// Windows put before it; they also write UTF-16.
func textOf(content []byte) []byte {
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	if err != nil {
		return content
	}
	return text
}
