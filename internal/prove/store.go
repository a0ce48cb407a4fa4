package prove

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/corpus"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/suites"
)

// Store is a corpus with the evidence of cases.
type Store struct {
	dir      string
	contract *contract.Contract

	mu      sync.Mutex
	entries map[string]corpus.Entry
}

// OpenStore reads the corpus in the directory; the contract says what is asked today.
func OpenStore(dir string, c *contract.Contract) (*Store, error) {
	list, err := corpus.Read(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, contract: c, entries: map[string]corpus.Entry{}}
	for _, e := range list {
		s.entries[e.Name] = e
	}
	return s, nil
}

// The reasons for which a case has no evidence to judge.
var (
	ErrMissing   = errors.New("no evidence is stored")
	ErrOtherForm = errors.New("the evidence was stored in another form")
	ErrOtherPlan = errors.New("the evidence is of another plan")
)

// Stored is the stored evidence of a case, with the suite that judges it.
type Stored struct {
	Case     Case
	Evidence *evidence.Run
	Suite    *suites.Suite
}

// Read returns the stored evidence of the case. An error wraps one of the reasons above.
func (s *Store) Read(of Case) (Stored, error) {
	s.mu.Lock()
	entry, known := s.entries[of.id()]
	s.mu.Unlock()
	if !known {
		return Stored{}, ErrMissing
	}
	found, err := entry.Run()
	if err != nil {
		return Stored{}, fmt.Errorf("%w: %w", ErrOtherForm, err)
	}
	suite, err := suites.New(s.contract, found.Target)
	if err == nil && suite.Plan.Digest() != entry.Plan {
		err = ErrOtherPlan
	}
	return Stored{of, &found, suite}, err
}

// Judge judges the evidence in this process, as if the command line had collected it now.
func (s Stored) Judge() Outcome {
	report, err := app.Judge(s.Suite, s.Evidence, "")
	if err != nil {
		return Outcome{Case: s.Case, Err: err}
	}
	return Outcome{Case: s.Case, Report: *report, Again: *report,
		Exit: report.ExitCode(false, false)}
}

// Stale returns the cases without evidence to judge.
func (s *Store) Stale(cases []Case) []Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool {
		_, err := s.Read(c)
		return err == nil
	})
}

// Keep stores the evidence of a case that was judged rightly. An error says that it can't be
// stored, or that what is stored would be judged otherwise.
func (s *Store) Keep(o Outcome) error {
	suite, err := suites.New(s.contract, o.Evidence.Target)
	if err != nil {
		return err
	}
	entry, err := corpus.Pack(o.Case.id(), suite.Plan.Digest(), *o.Evidence)
	if err != nil {
		return err
	}
	lean, err := entry.Run()
	if err != nil {
		return err
	}
	stored := Stored{o.Case, &lean, suite}.Judge()
	if other := differences(o.Again, stored.Report); len(other) > 0 {
		return fmt.Errorf("the stored evidence is judged otherwise than the run: %s",
			strings.Join(other, "; "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[entry.Name] = entry
	return nil
}

// Write writes the corpus, without cases that there are no more.
func (s *Store) Write() error {
	groups := map[string]string{}
	for _, c := range Cases("", "") {
		groups[c.id()] = c.group()
	}
	maps.DeleteFunc(s.entries, func(id string, _ corpus.Entry) bool { return groups[id] == "" })
	entries := slices.Collect(maps.Values(s.entries))
	return corpus.Write(s.dir, entries, func(id string) string { return groups[id] })
}

// Keeping returns the runner with the evidence of each rightly judged case stored.
func (s *Store) Keeping(runner Runner) Runner {
	return func(ctx context.Context, c Case) Outcome {
		o := runner(ctx, c)
		if o.Err == nil && len(o.Problems()) == 0 {
			o.Err = s.Keep(o)
		}
		o.Evidence = nil // All runs together would take too much memory.
		return o
	}
}

// id tells cases apart; a fault and a variant may have the same name.
func (c Case) id() string {
	if c.Fault != nil {
		return "faults/" + c.Name
	}
	return "variants/" + c.Name
}

// group is the file of the corpus that holds the case: one for each group of requirements.
func (c Case) group() string {
	if c.Fault == nil {
		return "variants-" + c.profile()
	}
	group, _, _ := strings.Cut(c.Fault.Breaks, "-")
	return "faults-" + strings.ToLower(group)
}
