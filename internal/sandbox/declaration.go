package sandbox

import "strings"

// Declaration is what a configuration file says of the sandbox, by its keys: all but the app key, and
// the passwords only where they are asked for.
func (s *Sandbox) Declaration(passwords bool) map[string]any {
	var traders []map[string]string
	for _, t := range s.Traders {
		trader := map[string]string{"login": literally(t.Login), "email": literally(t.Email)}
		if t.Answer != "" {
			trader["question"], trader["answer"] = literally(t.Question), literally(t.Answer)
		}
		if passwords && t.Password != "" {
			trader["password"], trader["newPassword"] = literally(t.Password), literally(NewPassword(t.Password))
		}
		traders = append(traders, trader)
	}
	return map[string]any{"url": s.URL, "inbox": map[string]string{"mailhog": s.InboxURL}, "traders": traders}
}

// NewPassword is what a trader's password may be changed to, "" where the trader has none.
func NewPassword(password string) string {
	if password == "" {
		return ""
	}
	return "changed-" + password
}

// literally keeps a text from being read as one with variables.
func literally(text string) string { return strings.ReplaceAll(text, "${", "$${") }
