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

// builtIn is read once: many runs in one process share the contract, and it never changes.
var builtIn = sync.OnceValues(func() (*contract.Contract, error) {
	return contract.Load("openapi.yaml", conformance.OpenAPI)
})

// Contract returns the contract at the path, by default the built-in one.
func Contract(path string) (*contract.Contract, error) {
	if path == "" {
		return builtIn()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &config.Error{Where: path, Text: "the contract can't be read: " +
			errorWithoutPath(err)}
	}
	c, err := contract.Load(path, data)
	if err != nil {
		return nil, &config.Error{Where: path, Text: "not a contract: " + err.Error()}
	}
	return c, nil
}

// Ledger returns the contract at the path with its requirements alone, by default the built-in one.
func Ledger(path string) (*contract.Contract, error) {
	if path == "" {
		return contract.Ledger("openapi.yaml", conformance.OpenAPI)
	}
	return Contract(path)
}

// errorWithoutPath is an error's text without the path, for messages with the path in them.
func errorWithoutPath(err error) string {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// Plan plans a run; nothing is sent. A *config.Error describes a mistake in the configuration.
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

// Embedded marks the evidence as that of the tool's own reference deployment.
func (r *Run) Embedded() { r.Suite.Target.Embedded = true }

// Share makes the run reuse inbox connections of other runs.
func (r *Run) Share(inboxes *Inboxes) { r.inboxes = inboxes }

// Note adds an observation to the report.
func (r *Run) Note(text string) { r.notes = append(r.notes, text) }

// Collect carries out the plan and returns the evidence. If the run found step 3 at another path,
// the suite is planned anew for it.
func (r *Run) Collect(ctx context.Context, version string,
	progress func(runner.Progress)) (*evidence.Run, error) {
	found, err := r.collect(ctx, version, progress)
	if err != nil || found.Target.StepThree == r.Suite.Target.StepThree {
		return found, err
	}
	r.Suite, err = suites.New(r.Suite.Contract, found.Target)
	return found, err
}

func (r *Run) collect(ctx context.Context, version string,
	progress func(runner.Progress)) (*evidence.Run, error) {
	id := rand.Text()[:12]
	client, err := r.cfg.Client(r.userAgent(version, id), r.Suite.Target.Nonce)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	options := runner.Options{
		RunID: id, Tool: "conformance " + version, Contract: r.Suite.Contract, Plan: r.Suite.Plan,
		Target: r.Suite.Target, Redactor: r.redactor, Client: client, Progress: progress,
		Notes:   r.notes,
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

// ordinaryUserAgent is that of a widespread HTTP library.
const ordinaryUserAgent = "okhttp/4.12.0"

func (r *Run) userAgent(version, id string) string {
	if r.cfg.Discreet {
		return ordinaryUserAgent
	}
	return fmt.Sprintf("conformance/%s (run %s)", version, id)
}

// collectWithInbox reads the configured inbox; a panic in its background work is a fault of the
// run.
func (r *Run) collectWithInbox(ctx context.Context, options runner.Options) (*evidence.Run, error) {
	reader, giveBack, err := r.inboxes.openReader(r.cfg)
	if err != nil {
		return nil, err
	}
	options.Inbox = reader
	found, err := runner.Run(ctx, options)
	return found, errors.Join(err, giveBack())
}

// Again plans the run of the evidence once more, to judge it by the contract at the path ("": the
// built-in one).
func Again(found evidence.Run, path string) (*suites.Suite, error) {
	c, err := Contract(path)
	if err != nil {
		return nil, err
	}
	return suites.New(c, found.Target)
}
