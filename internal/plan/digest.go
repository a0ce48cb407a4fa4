package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// asked is what a deployment sees of a step, and which mail is waited for.
type asked struct {
	ID                                string
	Operation, KeyName, Key, Raw, For string
	Values                            map[string]any
	Header                            map[string]string
	NoBody, Refusable                 bool
	Breaks                            string
}

// Digest names what the plan sends and waits for: evidence of plans with one digest can be judged
// alike. Order, costs and what is done when surplus mail comes do not count.
func (p *Plan) Digest() string {
	var all []asked
	for _, s := range p.Steps {
		switch {
		case s.Ask != nil:
			all = append(all, asked{
				ID: s.ID, Operation: s.Ask.Operation, KeyName: s.Ask.KeyName, Key: s.Ask.Key, Raw: s.Ask.Raw, Values: s.Ask.Values,
				Header: s.Ask.Header, NoBody: s.Ask.NoBody, Refusable: s.Ask.Refusable, Breaks: s.Ask.Breaks,
			})
		case s.Await != nil:
			all = append(all, asked{ID: s.ID, For: s.Await.For})
		}
	}
	slices.SortFunc(all, func(a, b asked) int { return cmp.Compare(a.ID, b.ID) })
	text, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("a plan that is no JSON: %v", err)) // Values are texts and numbers.
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
