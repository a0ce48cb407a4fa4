// Package app takes a configuration all the way to a verdict: contract, plan, evidence, judging.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"regexp"
	"sync"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/redact"
	"github.com/etna-conformance/conformance/internal/runner"
	"github.com/etna-conformance/conformance/suites"
)

// Run is a planned run.
type Run struct {
	Suite *suites.Suite

	cfg      config.Config
	redactor *redact.Redactor
	notes    []string
	inboxes  *Inboxes
}

// builtIn is read once: many runs in one process share it, and nothing changes a contract once it
// is read.
var builtIn = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load("openapi.yaml", conformance.OpenAPI) })

// Contract returns the contract that the configuration names, by default the built-in one.
func Contract(path string) (*contract.Contract, error) {
	if path == "" {
		return builtIn()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &config.Error{Where: path, Text: "the contract can't be read: " + errorWithoutPath(err)}
	}
	c, err := contract.Load(path, data)
	if err != nil {
		return nil, &config.Error{Where: path, Text: "not a contract: " + err.Error()}
	}
	return c, nil
}

// Ledger returns the requirements of the contract that the configuration names.
func Ledger(path string) (*contract.Contract, error) {
	if path == "" {
		return contract.Ledger("openapi.yaml", conformance.OpenAPI)
	}
	return Contract(path)
}

// errorWithoutPath is an error's text without the path, which the message names already.
func errorWithoutPath(err error) string {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// Plan plans a run; nothing is sent. A *config.Error says what is wrong with the call.
func Plan(cfg config.Config) (*Run, error) {
	c, err := Contract(cfg.Contract)
	if err != nil {
		return nil, err
	}
	if err := checkSelection(cfg, c); err != nil {
		return nil, err
	}
	target, redactor := runner.Describe(cfg, c)
	if err := chooseDecoys(&target, cfg); err != nil {
		return nil, err
	}
	suite, err := suites.New(c, target)
	if err != nil {
		return nil, err
	}
	return &Run{Suite: suite, cfg: cfg, redactor: redactor, inboxes: new(Inboxes)}, nil
}

// Embedded tells the evidence that the tool's own reference deployment is judged.
func (r *Run) Embedded() { r.Suite.Target.Embedded = true }

// Share makes the run read its inbox by what other runs have opened.
func (r *Run) Share(inboxes *Inboxes) { r.inboxes = inboxes }

// Note adds something that the report shows beside the verdicts.
func (r *Run) Note(text string) { r.notes = append(r.notes, text) }

// Collect carries out the plan and returns the evidence. What the run found out about the
// deployment (at which path step 3 is) is part of the suite from then on.
func (r *Run) Collect(ctx context.Context, version string, progress func(runner.Progress)) (*evidence.Run, error) {
	found, err := r.collect(ctx, version, progress)
	if err != nil || found.Target.StepThree == r.Suite.Target.StepThree {
		return found, err
	}
	r.Suite, err = suites.New(r.Suite.Contract, found.Target)
	return found, err
}

func (r *Run) collect(ctx context.Context, version string, progress func(runner.Progress)) (*evidence.Run, error) {
	id := rand.Text()[:12]
	client, err := r.cfg.Client(r.userAgent(version, id), r.Suite.Target.Nonce)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	options := runner.Options{
		RunID: id, Tool: "conformance " + version, Contract: r.Suite.Contract, Plan: r.Suite.Plan,
		Target: r.Suite.Target, Redactor: r.redactor, Client: client, Progress: progress, Notes: r.notes,
		Shuffle: r.cfg.Discreet,
	}
	if r.cfg.CodePattern != "" {
		if options.CodePattern, err = regexp.Compile(r.cfg.CodePattern); err != nil {
			return nil, err
		}
	}
	if r.cfg.Inbox.URL != "" {
		return r.collectWithInbox(ctx, options)
	}
	return runner.Run(ctx, options)
}

// ordinaryUserAgent is that of a library that many clients of such interfaces are built on.
const ordinaryUserAgent = "okhttp/4.12.0"

func (r *Run) userAgent(version, id string) string {
	if r.cfg.Discreet {
		return ordinaryUserAgent
	}
	return fmt.Sprintf("conformance/%s (run %s)", version, id)
}

// collectWithInbox reads the configured inbox; a fault of what goes on in the background there is
// one of the run's.
func (r *Run) collectWithInbox(ctx context.Context, options runner.Options) (*evidence.Run, error) {
	reader, giveBack, err := r.inboxes.openReader(r.cfg)
	if err != nil {
		return nil, err
	}
	options.Inbox = reader
	found, err := runner.Run(ctx, options)
	return found, errors.Join(err, giveBack())
}

// Again plans the run that the evidence is of, to judge it anew by the contract at the path ("":
// the built-in one).
func Again(found evidence.Run, path string) (*suites.Suite, error) {
	c, err := Contract(path)
	if err != nil {
		return nil, err
	}
	return suites.New(c, found.Target)
}
