package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const manifests = "../../deploy/kubernetes"

// build is kustomize build.
func build(t *testing.T, dir string) resmap.ResMap {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(),
		dir)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func text(t *testing.T, built resmap.ResMap) string {
	t.Helper()
	all, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func contents(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// overlay is the example with the component for volumes that several nodes can mount.
func overlay(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "kubernetes")
	if err := os.CopyFS(dir, os.DirFS(manifests)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "example", "kustomization.yaml")
	with := strings.Replace(contents(t, file), "# components:", "components:", 1)
	if err := os.WriteFile(file, []byte(with), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "example")
}

// refusals are what kubeconform has against the manifests; it reads each of them.
func refusals(t *testing.T, yaml string) []string {
	t.Helper()
	checker, err := validator.New([]string{"testdata/schemas/{{ .ResourceKind }}.json"},
		validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, result := range checker.Validate("manifests.yaml",
		io.NopCloser(strings.NewReader(yaml))) {
		if result.Status != validator.Valid && result.Status != validator.Empty {
			all = append(all, result.Err.Error())
		}
	}
	return all
}

func TestSchemas(t *testing.T) {
	example := text(t, build(t, manifests+"/example"))
	for name, manifests := range map[string]string{
		"example":       example,
		"shared volume": text(t, build(t, overlay(t))),
		"fetch":         contents(t, manifests+"/fetch.yaml"),
	} {
		for _, refusal := range refusals(t, manifests) {
			t.Errorf("%s: %s", name, refusal)
		}
	}
	for _, change := range []struct{ from, to string }{
		{"backoffLimitPerIndex:", "backoffLimitsPerIndex:"},
		{"readOnlyRootFilesystem: true", "readOnlyRootFilesystem: yes please"},
		{"completions: 8", "completions: eight"},
		{"operator: In", "operators: In"},
		{"cidr:", "cdr:"},
	} {
		broken := strings.Replace(example, change.from, change.to, 1)
		if broken == example {
			t.Errorf("%q stands nowhere", change.from)
		}
		if len(refusals(t, broken)) == 0 {
			t.Errorf("%q is accepted", change.to)
		}
	}
}

// container is what the tests need of one.
type container struct {
	Name, Image     string
	Args            []string
	SecurityContext struct {
		AllowPrivilegeEscalation, ReadOnlyRootFilesystem *bool
		Capabilities                                     struct{ Drop []string }
	}
}

type podSpec struct {
	SecurityContext struct {
		RunAsNonRoot   *bool
		RunAsUser      int
		SeccompProfile struct{ Type string }
	}
	AutomountServiceAccountToken, EnableServiceLinks *bool
	Containers                                       []container
	Affinity                                         *struct{}
}

type jobSpec struct {
	Completions, BackoffLimitPerIndex int
	PodFailurePolicy                  struct {
		Rules []struct {
			Action      string
			OnExitCodes struct{ Values []int }
		}
	}
	Template struct{ Spec podSpec }
}

func jobs(t *testing.T, built resmap.ResMap) map[string]jobSpec {
	t.Helper()
	all := map[string]jobSpec{}
	for _, r := range built.Resources() {
		var cron struct {
			Spec struct{ JobTemplate struct{ Spec jobSpec } }
		}
		if r.GetKind() == "CronJob" {
			if err := yaml.Unmarshal([]byte(r.MustYaml()), &cron); err != nil {
				t.Fatal(err)
			}
			all[r.GetName()] = cron.Spec.JobTemplate.Spec
		}
	}
	return all
}

func TestPodsAreRestricted(t *testing.T) {
	pods := map[string]podSpec{}
	for name, job := range jobs(t, build(t, manifests+"/example")) {
		pods[name] = job.Template.Spec
	}
	var fetch struct{ Spec podSpec }
	if err := yaml.Unmarshal([]byte(contents(t, manifests+"/fetch.yaml")), &fetch); err != nil {
		t.Fatal(err)
	}
	pods["fetch"] = fetch.Spec
	if len(pods) != 4 {
		t.Fatalf("expected 4 kinds of pods, got %d", len(pods))
	}
	for name, pod := range pods {
		about := pod.SecurityContext
		if !is(about.RunAsNonRoot, true) || about.RunAsUser != 65532 ||
			about.SeccompProfile.Type != "RuntimeDefault" ||
			!is(pod.AutomountServiceAccountToken, false) || !is(pod.EnableServiceLinks, false) ||
			pod.Affinity == nil {
			t.Errorf("%s: %+v", name, pod)
		}
		for _, c := range pod.Containers {
			own := c.SecurityContext
			if !is(own.AllowPrivilegeEscalation, false) || !is(own.ReadOnlyRootFilesystem, true) ||
				!slices.Equal(own.Capabilities.Drop, []string{"ALL"}) {
				t.Errorf("%s: %s: %+v", name, c.Name, own)
			}
		}
	}
	for name, job := range jobs(t, build(t, overlay(t))) {
		if job.Template.Spec.Affinity != nil {
			t.Errorf("%s: with a shared volume it has an affinity", name)
		}
	}
}

func is(value *bool, expected bool) bool { return value != nil && *value == expected }

// TestCommands runs what the containers run, outside of a cluster: all indexes, then the merging
// Job. Nothing listens where the deployments are.
func TestCommands(t *testing.T) {
	built := build(t, manifests+"/example")
	all := jobs(t, built)
	tool := filepath.Join(t.TempDir(), "conformance")
	compile := exec.Command("go", "build", "-o", tool, "./cmd/conformance")
	compile.Dir = filepath.Join("..", "..")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	root := t.TempDir()
	mountConfig(t, built, root)
	run := func(c container, index int) (string, int) {
		variables := strings.NewReplacer("$(RUN)", "nightly-1", "$(JOB_COMPLETION_INDEX)",
			strconv.Itoa(index),
			"/config/", root+"/config/", "/results", root+"/results")
		var args []string
		for _, arg := range c.Args {
			args = append(args, variables.Replace(arg))
		}
		return execute(tool, args, "JOB_COMPLETION_INDEX="+strconv.Itoa(index))
	}
	shards := all["conformance"]
	for index := range shards.Completions {
		out, code := run(shards.Template.Spec.Containers[0], index)
		expected, end := 0, "nothing to judge"
		if index < 2 {
			expected, end = 3, "1 incomplete"
		}
		if code != expected || !strings.Contains(out, end) {
			t.Errorf("index %d: exit code %d\n%s", index, code, out)
		}
		if code != 0 && !slices.Contains(shards.PodFailurePolicy.Rules[0].OnExitCodes.Values,
			code) {
			t.Errorf("index %d: exit code %d is tried again", index, code)
		}
	}
	merging := all["conformance-merge"].Template.Spec
	if page, code := run(merging.Containers[1], 0); code != 0 ||
		!strings.HasPrefix(page, "<!doctype html>") || !strings.Contains(page, "Acme eu") {
		t.Errorf("the page: exit code %d\n%.300s", code, page)
	}
	out, code := run(merging.Containers[0], 0)
	if code != 3 ||
		!regexp.MustCompile(`(?m)^Merged: 8 results of run nightly-1, `).MatchString(out) ||
		!strings.Contains(out, "2 deployments: 2 incomplete") {
		t.Errorf("merging: exit code %d\n%s", code, out)
	}
}

func execute(tool string, args []string, env string) (string, int) {
	c := exec.Command(tool, args...)
	c.Env = append(os.Environ(), env)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	_ = c.Run() // The exit code says it.
	return out.String(), c.ProcessState.ExitCode()
}

// mountConfig writes the ConfigMaps and a Secret as pods see them.
func mountConfig(t *testing.T, built resmap.ResMap, root string) {
	t.Helper()
	secrets := filepath.Join(root, "secrets")
	files := map[string]string{}
	for _, site := range []string{"ACME_EU", "ACME_US"} {
		files[filepath.Join(secrets, site+"_APP_KEY")] = "key-of-" + site + "\n"
		files[filepath.Join(secrets, site+"_ROBERT_ANSWER")] = "answer of " + site
	}
	for _, r := range built.Resources() {
		var config struct{ Data map[string]string }
		if r.GetKind() != "ConfigMap" {
			continue
		}
		if err := yaml.Unmarshal([]byte(r.MustYaml()), &config); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, "config")
		if strings.HasPrefix(r.GetName(), "conformance-sites") {
			dir = filepath.Join(dir, "sites")
		}
		for name, data := range config.Data {
			data = strings.ReplaceAll(data, "/run/secrets/conformance", secrets)
			files[filepath.Join(dir,
				name)] = regexp.MustCompile(`https://([a-z.-]+)\.example`).ReplaceAllString(data,
				"http://127.0.0.1:1/$1")
		}
	}
	for path, data := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
