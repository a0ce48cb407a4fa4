package inbox

import (
	"bufio"
	"bytes"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// isAddressed tells whether the address is among the recipients.
func isAddressed(recipients []string, address string) bool {
	return slices.ContainsFunc(recipients, func(r string) bool {
		return SameAddress(bareAddress(r), address)
	})
}

// SameAddress tells whether two mail addresses are one: without regard to case, by which no mail
// system in use tells addresses apart, and with the domain in Unicode or in ASCII (RFC 5890), as
// "bücher.example" is delivered to "xn--bcher-kva.example".
func SameAddress(a, b string) bool {
	return strings.EqualFold(a, b) || oneForm(a) == oneForm(b)
}

// oneForm returns the address in lower case with its domain in ASCII.
func oneForm(address string) string {
	local, domain := cutAddress(address)
	if !isASCII(domain) {
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
			domain = ascii
		}
	}
	return norm.NFC.String(strings.ToLower(local + "@" + domain))
}

// anyForm returns what all forms of the address have in common, to search for: the whole address,
// or where its domain has two forms, what stands before it.
func anyForm(address string) string {
	local, domain := cutAddress(address)
	if isASCII(domain) && !strings.Contains(strings.ToLower(domain), "xn--") {
		return address
	}
	return local + "@"
}

func cutAddress(address string) (local, domain string) {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return address[:at], address[at+1:]
	}
	return address, ""
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// bareAddress drops what SMTP lets surround an address (RFC 5321, 4.1.2).
func bareAddress(path string) string {
	path = strings.Trim(path, " \t<>")
	if strings.HasPrefix(path, "@") {
		_, path, _ = strings.Cut(path, ":")
	}
	return path
}

// headerRecipients returns the addresses in a mail's To, Cc and Bcc.
func headerRecipients(source []byte) []string {
	var found []string
	for _, field := range headerFields(source) {
		name, value, _ := strings.Cut(field, ":")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "to", "cc", "bcc":
			found = append(found, addressesIn(value)...)
		}
	}
	return found
}

// headerFields unfolds the header (RFC 5322, 2.2.3).
func headerFields(source []byte) []string {
	var fields []string
	lines := bufio.NewReader(bytes.NewReader(source))
	for {
		line, err := lines.ReadString('\n')
		trimmed := strings.TrimRight(line, "\r\n")
		if trimmed == "" {
			return fields
		}
		if (trimmed[0] == ' ' || trimmed[0] == '\t') && len(fields) > 0 {
			fields[len(fields)-1] += trimmed
		} else {
			fields = append(fields, trimmed)
		}
		if err == io.EOF {
			return fields
		}
	}
}

// addressesIn reads what is no proper list as well as it can be read.
func addressesIn(list string) []string {
	var found []string
	if parsed, err := mail.ParseAddressList(list); err == nil {
		for _, p := range parsed {
			found = append(found, p.Address)
		}
		return found
	}
	for _, word := range strings.FieldsFunc(list, func(r rune) bool {
		return strings.ContainsRune(" \t,;:<>()\"'", r)
	}) {
		if strings.Contains(word, "@") {
			found = append(found, word)
		}
	}
	return found
}

// longestWithout is what to search for where a search can't have some characters.
func longestWithout(address, characters string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(address, func(r rune) bool {
		return strings.ContainsRune(characters, r)
	}) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
