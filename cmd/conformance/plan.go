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

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/suites"
)

func planCommand() *cobra.Command {
	var pace plan.Pace
	var asJSON *bool
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what a run would cost and send; nothing is sent",
		Long: `Show what a run would cost, and what it would send to whom; nothing is sent.

The cost stands first, then the steps of each trader; --quiet shows the cost
alone, --verbose also the requirements that look at each step, and the points at
which steps wait for each other.`,
		Example: `  conformance plan --config conformance.yaml --latency 300ms --mail-time 5s
  conformance plan --config conformance.yaml --json | jq .cost`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(config.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			if pace.Latency < 0 || pace.Mail < 0 {
				return cli.Usagef("--latency, --mail-time: expected a duration such as 300ms or 5s")
			}
			_, stop, err := embed(&cfg)
			if err != nil {
				return err
			}
			defer stop()
			planned, err := app.Plan(cfg)
			if err != nil {
				return err
			}
			pace.Concurrency, pace.Rate = cfg.Concurrency, cfg.Rate
			shown := planOf(planned.Suite, pace)
			if *asJSON {
				return cli.PrintJSON(c.OutOrStdout(), shown)
			}
			return showPlan(c.OutOrStdout(), shown, cfg)
		},
	}
	addOptions(c.Flags())
	c.Flags().DurationVar(&pace.Latency, "latency", 100*time.Millisecond,
		"how long a response is taken to need, for the expected time")
	c.Flags().DurationVar(&pace.Mail, "mail-time", time.Second,
		"how long a mail is taken to need after the response")
	asJSON = cli.AddJSON(c)
	return c
}

// shownPlan is a plan as people and programs read it.
type shownPlan struct {
	URL      string   `json:"url"`
	Profiles []string `json:"profiles"`
	// Cost is at most what is spent in any case; Surplus what is spent besides if more codes come
	// than resets were accepted, within SurplusMs; MixedUp if mails seem to be mixed up.
	Cost      cost  `json:"cost"`
	Surplus   cost  `json:"ifSurplusCodes"`
	SurplusMs int64 `json:"ifSurplusCodesMs"`
	MixedUp   cost  `json:"ifMixedUp"`
	// Expected is how long the run takes where a response needs Latency, and a mail Mail after it.
	ExpectedMs int64 `json:"expectedMs"`
	LatencyMs  int64 `json:"latencyMs"`
	MailMs     int64 `json:"mailMs"`
	// Traders ends with what touches none.
	Traders []shownTrader `json:"traders"`
	// Paths say of operations with two published paths at which they are asked.
	Paths []string `json:"paths,omitempty"`
}

type cost struct {
	Requests      int `json:"requests"`
	Mails         int `json:"mails"`
	WrongAnswers  int `json:"wrongAnswers"`
	WrongCodes    int `json:"wrongCodes"`
	FailedSignIns int `json:"failedSignIns"`
	Changes       int `json:"passwordChanges"`
}

type shownTrader struct {
	Trader string      `json:"trader,omitempty"`
	Cost   cost        `json:"cost"`
	Steps  []shownStep `json:"steps"`
}

type shownStep struct {
	Step         string   `json:"step"`
	What         string   `json:"what"`
	Requirements []string `json:"requirements,omitempty"`
	Cost         cost     `json:"cost"`

	sends bool
}

func planOf(s *suites.Suite, pace plan.Pace) shownPlan {
	sum, surplus, mixedUp := s.Plan.Cost()
	p := shownPlan{
		URL: s.Target.URL, Profiles: s.Target.Profiles, Cost: cost(sum), Surplus: cost(surplus),
		MixedUp:    cost(mixedUp),
		SurplusMs:  bisectTime(s.Plan).Milliseconds(),
		ExpectedMs: s.Plan.Estimate(pace).Milliseconds(),
		LatencyMs:  pace.Latency.Milliseconds(), MailMs: pace.Mail.Milliseconds(),
		Paths: pathsOf(s),
	}
	for _, lane := range s.Plan.CostByTrader() {
		t := shownTrader{Trader: lane.Trader, Cost: cost(lane.Cost)}
		for _, step := range s.Plan.Steps {
			if step.Trader == lane.Trader {
				t.Steps = append(t.Steps, shownStep{step.ID, describeStep(step), step.Requirements,
					cost(step.Cost), step.Request != nil || step.Await != nil})
			}
		}
		p.Traders = append(p.Traders, t)
	}
	return p
}

func bisectTime(p *plan.Plan) time.Duration {
	for _, s := range p.Steps {
		if s.Bisect != nil {
			return s.Bisect.Time
		}
	}
	return 0
}

// pathsOf says where the operations are asked that have two published paths.
func pathsOf(s *suites.Suite) []string {
	var paths []string
	for _, o := range s.Contract.Operations {
		asked := slices.ContainsFunc(s.Plan.Steps, func(p plan.Step) bool {
			return p.Request != nil && p.Request.Operation == o.ID
		})
		if text := whereAsked(o, s.Target.StepThree); asked && text != "" {
			paths = append(paths, o.ID+" is asked at "+text+".")
		}
	}
	return paths
}

// whereAsked is "" for an operation with one path.
func whereAsked(o contract.Operation, declared string) string {
	switch {
	case o.Older != nil && declared == "":
		return fmt.Sprintf("%s or, where that is not there, at the older %s (stepThree says which)",
			o, o.Older)
	case o.Older != nil, o.IsOlder():
		return fmt.Sprintf("%s, as declared (stepThree)", o)
	}
	return ""
}

// planColumns is how wide a plan is shown.
const planColumns = 80

func showPlan(w io.Writer, p shownPlan, cfg config.Config) error {
	var b strings.Builder
	paragraph := func(format string, args ...any) {
		for i, line := range report.Wrap(fmt.Sprintf(format, args...), planColumns-2) {
			b.WriteString([]string{"", "  "}[min(i, 1)] + line + "\n")
		}
	}
	fmt.Fprintf(&b, "A run of %s costs\n\n", p.URL)
	paragraph("at most %s,", p.Cost)
	paragraph("about %s, where a response takes %s and a mail %s more (--latency, --mail-time).",
		seconds(p.ExpectedMs), seconds(p.LatencyMs), seconds(p.MailMs))
	if p.Surplus.Requests > 0 {
		paragraph("If more codes come than resets were accepted, to find out why: at most %s and %s more.", seconds(p.SurplusMs), p.Surplus)
	}
	if p.MixedUp.Requests > 0 {
		paragraph("If mails of the resets at the same time seem to be mixed up: at most %s more.",
			p.MixedUp)
	}
	for _, text := range p.Paths {
		paragraph("%s", text)
	}
	showCosts(&b, p.Traders)
	for _, t := range p.Traders {
		if !cfg.Quiet {
			showSteps(&b, t, cfg.Verbose)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// seconds is a duration for people.
func seconds(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}

// String lists what is not nothing.
func (c cost) String() string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{c.Requests, "request", "requests"}, {c.Mails, "mail", "mails"},
		{c.WrongAnswers, "wrong answer", "wrong answers"},
		{c.WrongCodes, "wrong code", "wrong codes"},
		{c.FailedSignIns, "failed sign-in", "failed sign-ins"},
		{c.Changes, "password change", "password changes"},
	} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.many))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// showCosts says what each trader's account goes through at most.
func showCosts(w io.Writer, traders []shownTrader) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table,
		"\nat most\trequests\tmails\tbad answers\tbad codes\tbad sign-ins\tchanges\t")
	for _, t := range traders {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", t.name(), t.Cost.Requests,
			t.Cost.Mails, t.Cost.WrongAnswers, t.Cost.WrongCodes, t.Cost.FailedSignIns,
			t.Cost.Changes)
	}
	_ = table.Flush() // The writer below has no errors.
}

func (t shownTrader) name() string {
	if t.Trader == "" {
		return "no trader"
	}
	return t.Trader
}

// showSteps lists the trader's steps; where all is shown, also those that only keep others in order,
// their ids and the requirements that look at them.
func showSteps(w io.Writer, t shownTrader, all bool) {
	indented := func(indent, text string) {
		for i, line := range report.Wrap(text, planColumns-len(indent)-2) {
			fmt.Fprintln(w, indent+[]string{"", "  "}[min(i, 1)]+line)
		}
	}
	fmt.Fprintf(w, "\n%s\n", t.name())
	for _, s := range t.Steps {
		if !all && !s.sends && s.Cost == (cost{}) {
			continue
		}
		indented("  ", s.What)
		if all {
			indented("      ", strings.TrimSpace(s.Step+" "+strings.Join(s.Requirements, " ")))
		}
	}
}

func describeStep(s plan.Step) string {
	var parts []string
	switch {
	case s.Request != nil:
		parts = append(parts, suites.Title(s))
	case s.Await != nil:
		parts = append(parts, "wait for the "+suites.Title(s))
	case s.Bisect != nil:
		parts = append(parts, "repeats requests, only if surplus codes came")
	case s.Doubt != nil:
		parts = append(parts, "looks whether mails seem to be mixed up")
	default:
		parts = append(parts, "a point that others wait for")
	}
	if s.OnlyInDoubt {
		parts = append(parts, "only if mails seem to be mixed up")
	}
	if s.PasswordChoice != nil {
		parts = append(parts[:len(parts)-1], "says which declared password is valid")
	}
	if s.Cost.Changes > 0 {
		parts = append(parts, "carries a declared password")
	}
	if s.Cleanup {
		parts = append(parts, "also after an interruption")
	}
	if s.Cost.Mails > 0 {
		parts = append(parts, "brings a mail")
	}
	return strings.Join(parts, ", ")
}
