// Package suites says what is asked of a deployment and what is demanded of its responses: one file
// for each page of the documents, the promise, the request and the check side by side. The checks are Ginkgo specs that read evidence and talk to nobody.
package suites

import (
	"path"
	"slices"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// Suite is the requests and demands of one run.
type Suite struct {
	Contract *contract.Contract
	Target   evidence.Target
	// Plan is the steps needed by the selected checks.
	Plan *plan.Plan
	// Checks stand in the order of the ledger, a requirement each.
	Checks []Check

	comparisons []comparison
}

// Check is one requirement with its subjects.
type Check struct {
	Requirement contract.Requirement
	// Subjects are empty where the requirement is not applicable.
	Subjects []Subject
	// Missing says why there are no subjects, and how to declare some.
	Missing string
	// ByDocuments is true if the documents themselves rule the requirement out.
	ByDocuments bool
}

// Subject is one thing to judge a requirement on: a trader, an operation, a kind of request.
type Subject struct {
	Name string
	// Steps are the steps needed to judge it.
	Steps []string
	// Judge adds its findings to the look; it is pure.
	Judge func(*Look)
}

// New plans the selection of profiles, --only and label filter.
func New(c *contract.Contract, target evidence.Target) (*Suite, error) {
	if target.StepThree == olderPath {
		c = c.AtOlderPaths()
	}
	b := &builder{contract: c, target: target, decoys: decoysFor(target),
		checks: map[string]*Check{}, owners: map[string]string{}}
	b.sortTraders()
	b.planPathChoice()
	for _, page := range []func(*builder){planAppKey, planSecretQuestion, planSignIn, planGenerateToken, planUpdatePassword, planResetPassword, planConfirmationMail, planResponses, planHardening} {
		page(b)
	}
	s := &Suite{Contract: c, Target: target}
	if err := b.selectChecks(s); err != nil {
		return nil, err
	}
	s.Plan, s.comparisons = b.selectPlan(s.Checks), b.comparisons
	return s, nil
}

// decoysFor returns the wrong values of the run; earlier runs had fixed ones.
func decoysFor(t evidence.Target) evidence.Decoys {
	if t.Decoys == nil {
		return decoy.Fixed()
	}
	return *t.Decoys
}

// builder collects steps and checks while the pages are read.
type builder struct {
	contract *contract.Contract
	target   evidence.Target
	// decoys are the run's wrong values.
	decoys evidence.Decoys
	steps  []plan.Step
	checks map[string]*Check
	// order is the order of the accepted resets; first is the index of the first trader with a
	// secret question.
	order []evidence.Trader
	first int
	// passworded are those of them with passwords.
	passworded []evidence.Trader
	// owners are the declared questions, each with one of its traders.
	owners      map[string]string
	comparisons []comparison
}

func (b *builder) addStep(s plan.Step) string {
	if s.Request != nil {
		s.Cost.Requests++
		s.After = append(slices.Clone(s.After), b.pathStepsBefore(s)...)
	}
	b.steps = append(b.steps, s)
	return s.ID
}

// addCheck adds a subject to a requirement.
func (b *builder) addCheck(requirement, subject string, steps []string, judge func(*Look)) {
	c := b.checkFor(requirement)
	c.Subjects = append(c.Subjects, Subject{Name: subject, Steps: steps, Judge: judge})
}

// setMissing gives the reason for requirements without a subject.
func (b *builder) setMissing(reason string, requirements ...string) {
	for _, id := range requirements {
		b.checkFor(id).Missing = reason
	}
}

func (b *builder) ruleOut(reason string, requirements ...string) {
	b.setMissing(reason, requirements...)
	for _, id := range requirements {
		b.checkFor(id).ByDocuments = true
	}
}

func (b *builder) checkFor(id string) *Check {
	if b.checks[id] == nil {
		b.checks[id] = &Check{}
	}
	return b.checks[id]
}

// selectRequests returns the ids of the planned requests picked by the filter.
func (b *builder) selectRequests(pick func(plan.Step) bool) []string {
	var ids []string
	for _, s := range b.steps {
		if s.Request != nil && pick(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// selectChecks puts the selected checks in the order of the ledger.
func (b *builder) selectChecks(s *Suite) error {
	filter, err := types.ParseLabelFilter(s.Target.Labels)
	if err != nil {
		return err
	}
	for _, r := range s.Contract.Requirements {
		check := b.checks[r.ID]
		if check == nil {
			check = &Check{Missing: "no check of this version looks at it"}
		}
		check.Requirement = r
		if slices.Contains(s.Target.Profiles, r.Profile) && Selected(r.ID, s.Target.Only) &&
			filter(Labels(r)) {
			s.Checks = append(s.Checks, *check)
		}
	}
	return nil
}

// Selected reports whether --only picks the requirement; patterns may end in *.
func Selected(id string, only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(pattern string) bool {
		matched, err := path.Match(pattern, id)
		return err == nil && matched
	})
}

// Labels are the Ginkgo labels of a requirement's specs.
func Labels(r contract.Requirement) []string {
	return []string{r.ID, r.Group(), r.Level, r.Profile}
}

// selectPlan selects the steps needed by the checks and notes the requirements of each.
func (b *builder) selectPlan(checks []Check) *plan.Plan {
	looked := map[string][]string{}
	var needed []string
	for _, check := range checks {
		for _, subject := range check.Subjects {
			needed = append(needed, subject.Steps...)
			for _, id := range subject.Steps {
				if !slices.Contains(looked[id], check.Requirement.ID) {
					looked[id] = append(looked[id], check.Requirement.ID)
				}
			}
		}
	}
	all := &plan.Plan{Steps: b.steps}
	selected := all.Select(needed)
	for i, s := range selected.Steps {
		selected.Steps[i].Requirements = looked[s.ID]
	}
	return selected
}
