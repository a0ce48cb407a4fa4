package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/run"
	"github.com/etna-conformance/conformance/suites"
)

func planCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what a run would send, to whom, and what it would cost; nothing is sent",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := deployment.Load(deployment.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			_, stop, err := embed(&config)
			if err != nil {
				return err
			}
			defer stop()
			planned, err := run.Plan(config)
			if err != nil {
				return err
			}
			if err := showPlan(c.OutOrStdout(), planned.Suite.Plan); err != nil {
				return err
			}
			return showPaths(c.OutOrStdout(), planned.Suite)
		},
	}
	addOptions(c.Flags())
	return c
}

func showPlan(w io.Writer, p *plan.Plan) error {
	for _, s := range p.Steps {
		if _, err := fmt.Fprintf(w, "%-52s %s\n", s.ID, describeStep(s)); err != nil {
			return err
		}
	}
	if err := showCosts(w, p); err != nil {
		return err
	}
	sum, again, doubted := p.Cost()
	_, err := fmt.Fprintf(w, "\nAt most %d requests, %d accepted resets (a mail each) and %d wrong answers.\n",
		sum.Requests, sum.Mails, sum.WrongAnswers)
	if err == nil && sum.Changes+sum.FailedSignIns+sum.WrongCodes > 0 {
		_, err = fmt.Fprintf(w, "At most %d wrong codes, %d failed sign-ins and %d requests that set a declared password.\n",
			sum.WrongCodes, sum.FailedSignIns, sum.Changes)
	}
	if err == nil && again.Requests > 0 {
		_, err = fmt.Fprintf(w, "Only if more codes come than resets were accepted, to find out why: for at most %s\nat most %d more requests, of them %d wrong answers and %d accepted resets.\n",
			bisectTime(p), again.Requests, again.WrongAnswers, again.Mails)
	}
	if err == nil && doubted.Requests > 0 {
		_, err = fmt.Fprintf(w, "Only if mails of the resets at the same time seem to be mixed up: %d more accepted resets.\n", doubted.Mails)
	}
	return err
}

func bisectTime(p *plan.Plan) time.Duration {
	for _, s := range p.Steps {
		if s.Bisect != nil {
			return s.Bisect.Time
		}
	}
	return 0
}

// showPaths says where the operations are asked that have two published paths.
func showPaths(w io.Writer, s *suites.Suite) error {
	for _, o := range s.Contract.Operations {
		asked := slices.ContainsFunc(s.Plan.Steps, func(p plan.Step) bool { return p.Ask != nil && p.Ask.Operation == o.ID })
		if text := whereAsked(o, s.Target.StepThree); asked && text != "" {
			if _, err := fmt.Fprintf(w, "\n%s is asked at %s.\n", o.ID, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// whereAsked is "" for an operation with one path.
func whereAsked(o contract.Operation, declared string) string {
	switch {
	case o.Older != nil && declared == "":
		return fmt.Sprintf("%s\nor, where that is not there, at the older %s (stepThree says which)", o, o.Older)
	case o.Older != nil, o.IsOlder():
		return fmt.Sprintf("%s, as declared (stepThree)", o)
	}
	return ""
}

// showCosts says what each trader's account goes through at most; what touches no trader stands last.
func showCosts(w io.Writer, p *plan.Plan) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nat most\trequests\tmails\twrong answers\twrong codes\tfailed sign-ins\tupdates\t")
	for _, lane := range p.Lanes() {
		c, name := lane.Cost, lane.Trader
		if name == "" {
			name = "of no trader"
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, c.Requests, c.Mails, c.WrongAnswers, c.WrongCodes, c.FailedSignIns, c.Changes)
	}
	return table.Flush()
}

func describeStep(s plan.Step) string {
	var parts []string
	switch {
	case s.Ask != nil:
		parts = append(parts, s.Ask.Operation)
		if s.Chooses {
			parts = append(parts, "finds out at which of its two paths it is")
		}
	case s.Await != nil:
		parts = append(parts, "waits for the mail of "+s.Await.For)
	case s.Bisect != nil:
		parts = append(parts, fmt.Sprintf("only if surplus codes came: for at most %s repeats requests, at most %d resets of each trader among them", s.Bisect.Time, s.Bisect.Resets))
	case s.Doubt != nil:
		parts = append(parts, "looks whether mails seem to be mixed up")
	default:
		parts = append(parts, "a point that others wait for")
	}
	if s.Doubted {
		parts = append(parts, "only if mails seem to be mixed up")
	}
	if s.Ask != nil && s.Ask.Together != "" {
		parts = append(parts, "at the same time as others")
	}
	if s.Settle != nil {
		parts = append(parts[:len(parts)-1], "says which declared password is valid")
	}
	if s.Cost.Changes > 0 {
		parts = append(parts, "carries a declared password")
	}
	if s.Finally {
		parts = append(parts, "also after an interruption")
	}
	if s.Cost.Mails > 0 {
		parts = append(parts, "brings a mail")
	}
	if s.Ask != nil && s.Cost.WrongAnswers > 0 {
		parts = append(parts, "a wrong answer")
	}
	if len(s.Requirements) > 0 {
		parts = append(parts, strings.Join(s.Requirements, " "))
	}
	return strings.Join(parts, ", ")
}
