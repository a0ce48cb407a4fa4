package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest names what the plan asks and in which order; plans that ask the same have the same digest.
// Which requirements look at a step does not count.
func (p *Plan) Digest() string {
	sum := sha256.New()
	encoder := json.NewEncoder(sum)
	for _, s := range p.Steps {
		s.Requirements = nil
		if err := encoder.Encode(s); err != nil {
			panic(fmt.Sprintf("step %s: %v", s.ID, err)) // Steps hold nothing but texts and numbers.
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
