package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// Command returns a runner that starts each case's deployment and judges it with the binary, and
// then judges the written evidence again by the contract. Directories below dir keep what the runs
// left.
func Command(contract *contract.Contract, binary, dir string, arguments ...string) Runner {
	return func(ctx context.Context, c Case) Outcome {
		o := Outcome{Case: c}
		dir := filepath.Join(dir, c.id())
		if o.Err = o.run(ctx, binary, dir, arguments); o.Err == nil {
			o.Err = o.judgeAgain(contract, dir)
		}
		return o
	}
}

func (o *Outcome) run(ctx context.Context, binary, dir string, arguments []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	s, err := sandbox.Start(options(o.Case))
	if err != nil {
		return err
	}
	defer s.Close()
	environment := []string{"CONFORMANCE_APP_KEY=" + s.AppKey}
	if o.Case.Fault != nil && o.Case.Fault.Elsewhere != "" {
		environment = append(environment, "HTTP_PROXY="+s.URL)
		s.URL = "http://" + o.Case.Fault.Elsewhere
	}
	config, err := configure(dir, s, o.Case.profile())
	if err != nil {
		return err
	}
	arguments = append([]string{"run", "--quiet", "--config", config, "--out", dir}, arguments...)
	if o.Exit, err = call(ctx, binary, environment, arguments); err != nil {
		return err
	}
	return read(filepath.Join(dir, "report.json"), &o.Report)
}

// judgeAgain judges the written evidence in this process.
func (o *Outcome) judgeAgain(c *contract.Contract, dir string) error {
	found, err := evidence.Read(dir)
	if err != nil {
		return err
	}
	suite, err := suites.New(c, found.Target)
	if err != nil {
		return err
	}
	again, err := app.Judge(suite, &found, o.Report.Tool.Version)
	if err != nil {
		return err
	}
	o.Again, o.Evidence = *again, &found
	return nil
}

func options(c Case) sandbox.Options {
	if c.Fault != nil {
		return sandbox.Options{Around: faults.Set{Faults: []faults.Fault{*c.Fault}}}
	}
	return sandbox.Options{Around: faults.Set{Variants: []faults.Variant{*c.Variant}}}
}

// configure writes the configuration file of the case; the key goes through the environment.
func configure(dir string, s *sandbox.Sandbox, profile string) (string, error) {
	profiles := []string{"core"}
	if profile != "core" {
		profiles = append(profiles, "flow")
	}
	if profile == "hardening" {
		profiles = append(profiles, profile)
	}
	declared := s.Declaration(profile != "core")
	declared["appKey"], declared["profile"] = "${CONFORMANCE_APP_KEY}", profiles
	data, err := yaml.Marshal(declared)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "conformance.yaml")
	return path, os.WriteFile(path, data, 0o600)
}

// call runs the binary; an exit code is no error unless it says that the tool itself failed.
func call(ctx context.Context, binary string, environment, arguments []string) (int, error) {
	command := exec.CommandContext(ctx, binary, arguments...)
	command.Env = append(os.Environ(), environment...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	code := command.ProcessState.ExitCode()
	switch code {
	case verdict.ExitConformant, verdict.ExitNotConformant, verdict.ExitIncomplete:
		return code, nil
	}
	return code, fmt.Errorf("conformance %s: exit code %d: %s", arguments[0], code,
		strings.TrimSpace(stderr.String()))
}

func read(path string, into *verdict.Report) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
