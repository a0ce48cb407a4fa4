package main_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/certificate"
)

const certifierCheck = "../../deploy/certifier/certificates.yml"

// workflowStep is a step of a GitHub workflow, as far as a certifier's check needs it.
type workflowStep struct {
	Uses, Run, If string
	Env           map[string]string
}

// runWorkflow runs the steps of the certifier's check in the directory as GitHub would. Steps that
// install something are left out. Usage: workflow EVENT DIR BASE; BASE is the pull request's base
// commit.
func runWorkflow(ts *testscript.TestScript, neg bool, args []string) {
	event, dir, base := args[0], ts.MkAbs(args[1]), args[2]
	temporary := filepath.Join(dir, "..", "runner")
	ts.Check(os.MkdirAll(temporary, 0o755))
	failed := false
	for _, step := range workflowSteps(ts) {
		if step.Uses != "" || strings.HasPrefix(step.Run, "go install ") ||
			!applies(ts, step.If, event) {
			continue
		}
		command := []string{"-C", dir, "RUNNER_TEMP=" + temporary}
		for name, value := range step.Env {
			if value != "${{ github.event.pull_request.base.sha }}" {
				ts.Fatalf("env: expected the base's commit, got %s", value)
			}
			command = append(command, name+"="+base)
		}
		if failed = ts.Exec("env",
			append(command, "bash", "-e", "-c", step.Run)...) != nil; failed {
			break
		}
	}
	if failed != neg {
		ts.Fatalf("the check fails: %t", failed)
	}
}

func workflowSteps(ts *testscript.TestScript) []workflowStep {
	text, err := os.ReadFile(certifierCheck)
	ts.Check(err)
	var workflow struct {
		Jobs struct {
			Verify struct{ Steps []workflowStep }
		}
	}
	ts.Check(yaml.Unmarshal(text, &workflow))
	if len(workflow.Jobs.Verify.Steps) < 6 {
		ts.Fatalf("expected the steps of the check")
	}
	return workflow.Jobs.Verify.Steps
}

func applies(ts *testscript.TestScript, condition, event string) bool {
	switch condition {
	case "":
		return true
	case "github.event_name == 'pull_request'":
		return event == "pull_request"
	case "github.event_name != 'pull_request'":
		return event != "pull_request"
	}
	ts.Fatalf("expected a condition on the event, got %s", condition)
	return false
}

// unpackBundle is what "tar --zstd -xf FILE -C DIR" does: unpack FILE DIR.
func unpackBundle(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	ts.Check(os.MkdirAll(ts.MkAbs(args[1]), 0o755))
	ts.Check(certificate.Unpack(file, ts.MkAbs(args[1])))
}
