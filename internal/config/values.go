package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// The errors of this file say what was expected, never what was found: a value
// may be a secret in the wrong place. Only what is nearly a word of a closed
// list is repeated.

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) (err error) {
		*field(c), err = plain(value)
		return err
	}
}

func truth(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		switch value {
		case "true", "1":
			*field(c) = true
		case "false", "0":
			*field(c) = false
		default:
			return errors.New("expected true or false")
		}
		return nil
	}
}

// plain refuses what can't stand on one line.
func plain(value string) (string, error) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "", errors.New("expected text without line breaks and control characters")
	}
	return value, nil
}

// trimmed refuses what HTTP would lose on the way.
func trimmed(value string) (string, error) {
	if strings.TrimSpace(value) != value {
		return "", errors.New("expected no space at the beginning or the end")
	}
	return plain(value)
}

func baseURL(value string) (string, error) { return urlLike(value, "https://staging.example/api") }

// urlLike returns a base URL without a trailing slash; its errors show the example.
func urlLike(value, example string) (string, error) {
	want := "expected an absolute URL such as " + example
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return "", errors.New(want)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", errors.New(want)
	case strings.ContainsFunc(value, unicode.IsSpace):
		return "", errors.New("expected a URL without spaces (%20 in a path)")
	case u.User != nil:
		return "",
			errors.New("expected a URL without user name and password; send them with the key headers (Authorization)")
	case strings.ContainsAny(value, "?#"):
		return "", errors.New("expected a URL without query and fragment")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		return "",
			errors.New("expected a host name in ASCII (an international name in its xn-- form)")
	case !validPort(u.Port()):
		return "", errors.New("expected a port from 1 to 65535")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func validPort(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && 1 <= n && n <= 65535
}

func duration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, errors.New("expected a duration above zero, such as 60s or 1m30s")
	}
	return d, nil
}

func setBisectTime(c *Config, value string) (err error) {
	if d, zero := time.ParseDuration(value); zero == nil && d == 0 {
		c.BisectTime = -1
		return nil
	}
	c.BisectTime, err = duration(value)
	return err
}

func setBisectResets(c *Config, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 100 {
		return errors.New("expected a whole number from 0 to 100")
	}
	c.BisectResets = n
	return nil
}

func emailAddress(value string) (string, error) {
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value {
		return "", errors.New("expected an email address such as robert.zak@example.com")
	}
	return value, nil
}

// list reads "a,b": what flags and the environment have for a list.
func list(value string) ([]string, error) {
	value, err := plain(value)
	return forgetEmpty(strings.Split(value, ",")), err
}

// oneOf refuses words that aren't known, with the nearest that is.
func oneOf(what, value string, known ...string) error {
	for _, k := range known {
		if value == k {
			return nil
		}
	}
	if hint := nearest.Hint(value, known); hint != "" {
		return fmt.Errorf("unknown %s %q%s", what, value, hint)
	}
	return fmt.Errorf("unknown %s; expected one of %s", what, strings.Join(known, ", "))
}

func setAppKey(c *Config, value string) (err error) {
	c.AppKeyFile = ""
	c.AppKey, err = trimmed(strings.TrimPrefix(value, byteOrderMark))
	return err
}

// byteOrderMark stands before what $(cat key.txt) takes from a file of Windows.
const byteOrderMark = "\ufeff"

func setAppKeyFile(c *Config, value string) (err error) {
	c.AppKey = ""
	c.AppKeyFile, err = plain(value)
	return err
}

func setInbox(c *Config, value string) error {
	kind, address, found := strings.Cut(value, "=")
	if !found {
		return errors.New("expected mailhog=URL or mailpit=URL")
	}
	return setInboxOf(c, kind, address)
}

func setInboxOf(c *Config, kind, address string) error {
	if err := oneOf("kind of inbox", kind, "mailhog", "mailpit"); err != nil {
		return err
	}
	u, err := inboxURL(address)
	c.Inbox = Inbox{Kind: kind, URL: u}
	return err
}

// inboxURL is a base URL that may carry a user name and a password: inboxes know no other way.
func inboxURL(value string) (string, error) {
	const example = "http://mailhog.example:8025"
	u, err := url.Parse(value)
	if err != nil || u.User == nil {
		return urlLike(value, example)
	}
	login := u.User
	u.User = nil
	plain, err := urlLike(u.String(), example)
	if err != nil {
		return "", err
	}
	if u, err = url.Parse(plain); err != nil {
		return "", err
	}
	u.User = login
	return u.String(), nil
}

func setSecretQuestions(c *Config, value string) error {
	c.SecretQuestions = SecretQuestions(value)
	return oneOf("value", value, string(SecretQuestionsOptional), string(SecretQuestionsRequired),
		string(SecretQuestionsNone))
}

func setStepThree(c *Config, value string) error {
	c.StepThree = StepThree(value)
	return oneOf("value", value, string(StepThreeIdentifiers), string(StepThreePassword))
}

func setAPIVersion(c *Config, value string) error {
	c.APIVersion = value
	if value == "" || strings.ContainsFunc(value, func(r rune) bool {
		return !strings.ContainsRune(pathSafe, r)
	}) {
		return errors.New("expected a version such as 1.0")
	}
	if number, letter := strings.CutPrefix(value, "v"); letter && number != "" &&
		unicode.IsDigit(rune(number[0])) {
		return fmt.Errorf("expected the version without its v, which every path has already: %s",
			number)
	}
	return nil
}

const pathSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

func setCodePattern(c *Config, value string) error {
	c.CodePattern = value
	if _, err := regexp.Compile(value); err != nil {
		return fmt.Errorf("expected a regular expression (RE2 syntax): %s", patternFault(err))
	}
	return nil
}

// patternFault is why a regular expression is none, without its text: that may come from a
// variable.
func patternFault(err error) string {
	if fault, ok := errors.AsType[*syntax.Error](err); ok {
		return fault.Code.String()
	}
	return "it can't be read"
}

func setCodeTries(c *Config, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 16 {
		return errors.New("expected a whole number from 1 to 16")
	}
	c.CodeTries = n
	return nil
}

func setOnly(c *Config, value string) (err error) {
	c.Only, err = list(value)
	if err == nil && len(c.Only) == 0 {
		return errors.New("expected ids such as RESET-6 or RESET-*, with commas between")
	}
	return err
}

func setProfiles(c *Config, value string) error {
	profiles, err := list(value)
	if err != nil {
		return err
	}
	if len(profiles) == 0 {
		return errors.New("expected one or more of core, flow, hardening")
	}
	for _, p := range profiles {
		if err := oneOf("profile", p, "core", "flow", "hardening"); err != nil {
			return err
		}
	}
	c.Profiles = profiles
	return nil
}

func setConcurrency(c *Config, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 256 {
		return errors.New("expected a whole number from 1 to 256")
	}
	c.Concurrency = n
	return nil
}

func setRate(c *Config, value string) error {
	r, err := strconv.ParseFloat(value, 64)
	if err != nil || r != 0 && !(0.01 <= r && r <= 1e6) {
		return errors.New("expected a number of requests a second from 0.01 up, or 0 for no limit")
	}
	c.Rate = r
	return nil
}
