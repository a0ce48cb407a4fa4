package config

import (
	"io"
	"os"
	"strings"
)

// ReadTraders returns the traders of a configuration file, which needs nothing else. Every error is
// a *Error.
func ReadTraders(file string, env []string) ([]Trader, error) {
	l := loader{open: func(name string) (io.ReadCloser, error) { return os.Open(name) }}
	content, err := l.content(file, "--traders")
	if err != nil {
		return nil, err
	}
	var c Config
	d := &document{name: file, env: environment(env)}
	if err := d.decode(content, &c); err != nil {
		return nil, err
	}
	if len(c.Traders) == 0 {
		return nil, &Error{file, "expected traders, a list as in conformance.example.yaml"}
	}
	return c.Traders, nil
}

func readTraders(d *document, c *Config, n *node) error {
	entries, err := d.sequence("traders", n)
	if err != nil {
		return err
	}
	c.Traders = nil // A file's traders take the place of a fleet's.
	lines, emails := map[string]int{}, map[string]int{}
	for _, entry := range entries {
		t, err := d.trader(entry)
		if err != nil {
			return err
		}
		login := strings.ToLower(t.Login)
		if line, repeated := lines[login]; repeated {
			return d.wrong(entry,
				"traders: the login %s stands in line %d already; expected each once, in any case",
				t.Login, line)
		}
		lines[login] = entry.Line
		email := strings.ToLower(t.Email)
		if line, repeated := emails[email]; repeated {
			return d.wrong(entry,
				"traders: the email %s stands in line %d already; expected one address for each trader", t.Email, line)
		}
		emails[email] = entry.Line
		c.Traders = append(c.Traders, t)
	}
	return nil
}

func (d *document) trader(n *node) (Trader, error) {
	var t Trader
	err := d.mapping("traders", n,
		d.into("login", &t.Login, trimmed),
		d.into("email", &t.Email, emailAddress),
		d.into("mailTo", &t.MailTo, emailAddress),
		d.into("question", &t.Question, plain),
		d.into("answer", &t.Answer, trimmed),
		d.into("password", &t.Password, plain),
		d.into("newPassword", &t.NewPassword, plain))
	if err != nil {
		return t, err
	}
	if t.MailTo == "" {
		t.MailTo = t.Email
	}
	if reason := t.incomplete(); reason != "" {
		return t, d.wrong(n, "traders: %s", reason)
	}
	return t, nil
}

// incomplete says what the trader lacks, "" where it lacks nothing.
func (t Trader) incomplete() string {
	switch {
	case t.Login == "":
		return "expected a login"
	case t.Email == "":
		return "expected an email for " + t.Login
	case t.Question != "" && t.Answer == "":
		return t.Login +
			" has a question without an answer; declare the answer or drop the question"
	case (t.Password == "") != (t.NewPassword == ""):
		return t.Login + " has one of password and newPassword; expected both or none"
	case t.Password != "" && t.Password == t.NewPassword:
		return t.Login + " has a newPassword equal to the password; expected two different ones"
	}
	return ""
}
