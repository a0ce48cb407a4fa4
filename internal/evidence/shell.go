package evidence

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// part is a piece of a text for the shell: either literal or a variable.
type part struct{ literal, variable string }

// splitPlaceholders separates a text from the placeholders in it.
func splitPlaceholders(text string) []part {
	return variables(placeholder.Split(text), "")
}

// urlParts does the same for a URL with percent-encoded placeholders, and encodes unprintable
// characters.
func urlParts(address string) []part {
	parts := variables(placeholder.SplitURL(address), "_URLENCODED")
	for i := range parts {
		parts[i].literal = encodeUnprintable(parts[i].literal)
	}
	return parts
}

func variables(parts []placeholder.Part, suffix string) []part {
	var list []part
	for _, p := range parts {
		switch {
		case p.Placeholder != "":
			list = append(list, part{variable: p.Placeholder.Variable() + suffix})
		case p.Text != "":
			list = append(list, part{literal: p.Text})
		}
	}
	return list
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// symbols replaces characters impossible in an argument or a header field.
var symbols = strings.NewReplacer("\x00", "␀", "\n", "␊", "\r", "␍")

// splitArgument splits a text for one argument.
func splitArgument(text string) []part { return splitPlaceholders(symbols.Replace(text)) }

// quoteWord quotes parts as one word of the shell.
func quoteWord(parts []part) string {
	switch {
	case !isPrintable(parts):
		return `"$(` + printf(parts) + `)"`
	case !hasVariable(parts):
		return quote(joinLiterals(parts))
	case strings.ContainsAny(joinLiterals(parts), "\"$`\\!"):
		return quoteMixed(parts)
	}
	return doubleQuoted(parts)
}

func quote(text string) string {
	if text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func quoteMixed(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.variable != "" {
			b.WriteString(`"$` + p.variable + `"`)
		} else {
			b.WriteString(quote(p.literal))
		}
	}
	return b.String()
}

func doubleQuoted(parts []part) string {
	var b strings.Builder
	for i, p := range parts {
		switch {
		case p.variable == "":
			b.WriteString(p.literal)
		case i+1 < len(parts) && parts[i+1].literal != "" && isNameByte(parts[i+1].literal[0]):
			b.WriteString("${" + p.variable + "}")
		default:
			b.WriteString("$" + p.variable)
		}
	}
	return `"` + b.String() + `"`
}

// printf returns a command to print the parts byte for byte, with octal escapes for bytes harmful
// to a terminal.
func printf(parts []part) string {
	var format, arguments strings.Builder
	for _, p := range parts {
		if p.variable != "" {
			format.WriteString("%s")
			arguments.WriteString(` "$` + p.variable + `"`)
		} else {
			writeFormat(&format, p.literal)
		}
	}
	text := format.String()
	if strings.HasPrefix(text, "-") {
		text = `\055` + text[1:]
	}
	return "printf " + quote(text) + arguments.String()
}

func writeFormat(b *strings.Builder, text string) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '%':
			b.WriteString("%%")
		case r == '\\':
			b.WriteString(`\\`)
		case isVisible(r, size):
			b.WriteString(text[i : i+size])
		default:
			for _, c := range []byte(text[i : i+size]) {
				fmt.Fprintf(b, `\%03o`, c)
			}
		}
		i += size
	}
}

func encodeUnprintable(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if isVisible(r, size) && r != ' ' {
			b.WriteString(text[i : i+size])
		} else {
			for _, c := range []byte(text[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		i += size
	}
	return b.String()
}

// isVisible reports whether a decoded rune may stand in the line as it is.
func isVisible(r rune, size int) bool {
	return unicode.IsPrint(r) && (r != utf8.RuneError || size > 1)
}

func isPrintable(parts []part) bool {
	for _, p := range parts {
		for text := p.literal; text != ""; {
			r, size := utf8.DecodeRuneInString(text)
			if !isVisible(r, size) {
				return false
			}
			text = text[size:]
		}
	}
	return true
}

func hasVariable(parts []part) bool {
	for _, p := range parts {
		if p.variable != "" {
			return true
		}
	}
	return false
}

func joinLiterals(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.literal)
	}
	return b.String()
}
