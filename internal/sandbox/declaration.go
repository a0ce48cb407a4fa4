package sandbox

import "strings"

// Trader is a trader as configuration files declare one.
type Trader struct {
	Login       string `json:"login" yaml:"login"`
	Email       string `json:"email" yaml:"email"`
	Question    string `json:"question,omitempty" yaml:"question,omitempty"`
	Answer      string `json:"answer,omitempty" yaml:"answer,omitempty"`
	Password    string `json:"password,omitempty" yaml:"password,omitempty"`
	NewPassword string `json:"newPassword,omitempty" yaml:"newPassword,omitempty"`
}

// Declaration is what a configuration file says of the sandbox, by its keys: all but the app key,
// and the passwords only where they are asked for.
func (s *Sandbox) Declaration(passwords bool) map[string]any {
	declared := map[string]any{"url": s.URL, "traders": s.Declared(passwords, literally)}
	if s.InboxURL != "" {
		declared["inbox"] = map[string]string{"mailhog": s.InboxURL}
	}
	return declared
}

// Declared are the sandbox's traders, each text as the function writes it.
func (s *Sandbox) Declared(passwords bool, written func(string) string) []Trader {
	var traders []Trader
	for _, t := range s.Traders {
		trader := Trader{Login: written(t.Login), Email: written(t.Email)}
		if t.Answer != "" {
			trader.Question, trader.Answer = written(t.Question), written(t.Answer)
		}
		if passwords && t.Password != "" {
			trader.Password, trader.NewPassword = written(t.Password),
				written(NewPassword(t.Password))
		}
		traders = append(traders, trader)
	}
	return traders
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
