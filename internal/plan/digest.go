package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// digestEntry is the part of a step that a deployment sees, and the reset of an awaited mail.
type digestEntry struct {
	ID                                string
	Operation, KeyName, Key, Raw, For string
	Values                            map[string]any
	Header                            map[string]string
	NoBody, Refusable                 bool
	Breaks                            string
}

// Digest identifies the plan's requests and waits: evidence of plans with the same digest can be
// judged alike. Order, costs and bisecting do not count.
func (p *Plan) Digest() string {
	var all []digestEntry
	for _, s := range p.Steps {
		switch {
		case s.Request != nil:
			all = append(all, digestEntry{
				ID: s.ID, Operation: s.Request.Operation, KeyName: s.Request.KeyName,
				Key: s.Request.Key, Raw: s.Request.Raw, Values: s.Request.Values,
				Header: s.Request.Header, NoBody: s.Request.NoBody,
				Refusable: s.Request.MustBeRefused, Breaks: s.Request.Breaks,
			})
		case s.Await != nil:
			all = append(all, digestEntry{ID: s.ID, For: s.Await.For})
		}
	}
	slices.SortFunc(all, func(a, b digestEntry) int { return cmp.Compare(a.ID, b.ID) })
	text, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("a plan that is no JSON: %v", err)) // Values are texts and numbers.
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
