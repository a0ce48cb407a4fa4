package contract

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Page is a source of requirements.
type Page struct {
	// Title is the page's own.
	Title string `yaml:"title"`
	// File is the name by which the two documents link to it, URL where everybody can read it; ""
	// where nobody has said.
	File string `yaml:"file"`
	URL  string `yaml:"url"`
}

// Withdrawal is a requirement no longer judged. Its id is never used again.
type Withdrawal struct {
	ID string `yaml:"id"`
	// Instead are the requirements that took its place.
	Instead []string `yaml:"instead"`
	Reason  string   `yaml:"reason"`
}

// PageSentences are the sentences of one of the two documents, in their order.
type PageSentences struct {
	Page      string     `yaml:"page"`
	Sentences []Sentence `yaml:"sentences"`
}

// Sentence is one sentence, sample or template of a document.
type Sentence struct {
	// Says are some of its words.
	Says string `yaml:"says"`
	// Required are the requirements of the sentence; Excluded says why there are none, "" if there
	// are some.
	Required []string `yaml:"required"`
	Excluded string   `yaml:"excluded"`
}

// Withdrawal returns the withdrawn requirement with the id.
func (c *Contract) Withdrawal(id string) (Withdrawal, bool) {
	i := slices.IndexFunc(c.Withdrawn, func(w Withdrawal) bool { return w.ID == id })
	if i < 0 {
		return Withdrawal{}, false
	}
	return c.Withdrawn[i], true
}

// Page returns the page with the title.
func (c *Contract) Page(title string) (Page, bool) {
	i := slices.IndexFunc(c.Pages, func(p Page) bool { return p.Title == title })
	if i < 0 {
		return Page{}, false
	}
	return c.Pages[i], true
}

// Excluded are the documents' sentences without a requirement.
func (c *Contract) Excluded() []Sentence {
	var list []Sentence
	for _, d := range c.Sentences {
		for _, s := range d.Sentences {
			if s.Excluded != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

// hasPage reports whether the title is a page's; a contract that lists no pages may name any.
func (c *Contract) hasPage(title string) bool {
	_, found := c.Page(title)
	return found || len(c.Pages) == 0
}

func (c *Contract) titles() []string {
	var titles []string
	for _, p := range c.Pages {
		titles = append(titles, p.Title)
	}
	return titles
}

// addSentences adds a document whose sentences are each either required or excluded.
func (c *Contract) addSentences(d PageSentences, _ int) error {
	for _, s := range d.Sentences {
		if s.Says == "" || (len(s.Required) == 0) == (s.Excluded == "") {
			return fmt.Errorf("%s: the sentence %q: expected says, and either required or excluded",
				d.Page, s.Says)
		}
	}
	c.Sentences = append(c.Sentences, d)
	return nil
}

// Sample is a documented response.
type Sample struct {
	// Documented says where, for example "Page 1, Response".
	Documented string `json:"documented"`
	Response   any    `json:"response"`
}

// Samples are the operation's documented responses: those of the section or, where it has none, all
// but the key error. A sample that stands under 2XX and default is one.
func (c *Contract) Samples(o Operation, section string) []Sample {
	var here, others []Sample
	for _, example := range o.examples() {
		s := Sample{Documented: example.Summary, Response: example.Value}
		switch {
		case strings.HasSuffix(s.Documented, section):
			here = addSample(here, s)
		case len(c.KeyError.Check(s.Response)) > 0:
			others = addSample(others, s)
		}
	}
	if len(here) > 0 {
		return here
	}
	return others
}

func addSample(list []Sample, s Sample) []Sample {
	if slices.ContainsFunc(list, func(other Sample) bool { return reflect.DeepEqual(other, s) }) {
		return list
	}
	return append(list, s)
}
