package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

const token = "a-token-of-this-test"

// TestServer has a real API server judge the manifests: it refuses what schemas accept. The server
// is what make test-kubernetes builds.
func TestServer(t *testing.T) {
	s := startServer(t)
	namespace := contents(t, manifests+"/base/namespace.yaml")
	if refusal := s.create(namespace, ""); refusal != "" {
		t.Fatal(refusal)
	}
	example := documents(text(t, build(t, manifests+"/example")))
	for _, document := range append(append(example, documents(text(t, build(t, overlay(t))))...),
		contents(t, manifests+"/fetch.yaml")) {
		if headOf(t, document).Kind == "Namespace" {
			continue
		}
		if refusal := s.create(document, dryRun); refusal != "" {
			t.Error(refusal)
		}
		if headOf(t, document).Kind == "CronJob" {
			if refusal := s.create(podOf(t, document), dryRun); refusal != "" {
				t.Errorf("its pod: %s", refusal)
			}
		}
	}
	run := cronJob(t, example, "conformance")
	pod := podOf(t, run)
	for _, change := range []struct{ document, from, to, expected string }{
		{run, "completionMode: Indexed", "completionMode: NonIndexed", "backoffLimitPerIndex"},
		{run, "backoffLimitPerIndex: 1", "maxFailedIndexes: 1", "maxFailedIndexes"},
		{run, "restartPolicy: Never", "restartPolicy: OnFailure", "podFailurePolicy"},
		{run, "podReplacementPolicy: Failed", "podReplacementPolicy: TerminatingOrFailed",
			"podReplacementPolicy"},
		{run, "schedule: 0 2 * * *", "schedule: 0 25 * * *", "schedule"},
		{run, "name: results\n", "name: result\n", "volumeMounts"},
		{run, "fieldPath: metadata.labels", "fieldPath: metadata.lables", "fieldPath"},
		{run, "operator: In", "operator: Within", "operator"},
		{pod, "seccompProfile:", "seLinuxOptions: {}\n  x:", "unknown field"},
		{pod, "type: RuntimeDefault", "type: Unconfined", "restricted"},
		{pod, "runAsNonRoot: true", "runAsNonRoot: false", "restricted"},
		{pod, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "restricted"},
	} {
		broken := strings.Replace(change.document, change.from, change.to, 1)
		if broken == change.document {
			t.Errorf("%q stands nowhere", change.from)
		}
		if refusal := s.create(broken, dryRun); refusal == "" ||
			!strings.Contains(refusal, change.expected) {
			t.Errorf("%q: expected a refusal for %q, got: %s", change.to, change.expected, refusal)
		}
	}
}

type head struct {
	APIVersion, Kind string
	Metadata         struct{ Name, Namespace string }
}

func headOf(t *testing.T, document string) head {
	t.Helper()
	var h head
	if err := yaml.Unmarshal([]byte(document), &h); err != nil {
		t.Fatal(err)
	}
	return h
}

func documents(all string) []string { return strings.Split(all, "\n---\n") }

func cronJob(t *testing.T, all []string, name string) string {
	t.Helper()
	for _, document := range all {
		if h := headOf(t, document); h.Kind == "CronJob" && h.Metadata.Name == name {
			return document
		}
	}
	t.Fatalf("there is no CronJob %s", name)
	return ""
}

// podOf is the pod of a CronJob: the server checks the namespace's pod security standard only of
// pods.
func podOf(t *testing.T, document string) string {
	t.Helper()
	var cron struct {
		Spec struct {
			JobTemplate struct {
				Spec struct{ Template map[string]any }
			}
		}
	}
	if err := yaml.Unmarshal([]byte(document), &cron); err != nil {
		t.Fatal(err)
	}
	pod := cron.Spec.JobTemplate.Spec.Template
	pod["apiVersion"], pod["kind"] = "v1", "Pod"
	pod["metadata"].(map[string]any)["name"] = "pod"
	pod["metadata"].(map[string]any)["namespace"] = "conformance"
	made, err := yaml.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}

const dryRun = "dryRun=All"

// server is a Kubernetes API server.
type server struct {
	t      *testing.T
	url    string
	client *http.Client
}

// create returns why the server refuses the document, "" where it does not.
func (s server) create(document, query string) string {
	s.t.Helper()
	h := headOf(s.t, document)
	path := "/apis/" + h.APIVersion
	if h.APIVersion == "v1" {
		path = "/api/v1"
	}
	if h.Metadata.Namespace != "" {
		path += "/namespaces/" + h.Metadata.Namespace
	}
	plural := strings.TrimSuffix(strings.ToLower(h.Kind), "y") + "ies"
	if !strings.HasSuffix(h.Kind, "y") {
		plural = strings.ToLower(h.Kind) + "s"
	}
	body, err := yaml.YAMLToJSON([]byte(document))
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path+"/"+
		plural+"?fieldValidation=Strict&"+query, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	status, answer := s.do(request)
	if status == http.StatusCreated {
		return ""
	}
	return fmt.Sprintf("%s %s: %d %s", h.Kind, h.Metadata.Name, status, answer)
}

func (s server) do(request *http.Request) (int, string) {
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(body)
}

// program finds one that make test-kubernetes has built, or a package of the system.
func program(t *testing.T, name string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	if built, err := filepath.Glob(filepath.Join(cache, "conformance-kubernetes", "*",
		name)); err == nil && len(built) > 0 {
		return built[len(built)-1]
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not here: make test-kubernetes builds it", name)
	}
	return path
}

func startServer(t *testing.T) server {
	apiserver, etcd := program(t, "kube-apiserver"), program(t, "etcd")
	dir := t.TempDir()
	storage, peers, port := freePort(t), freePort(t), freePort(t)
	etcdEnd := start(t, etcd, "--data-dir="+dir+"/etcd", "--unsafe-no-fsync",
		"--listen-client-urls=http://127.0.0.1:"+storage,
		"--advertise-client-urls=http://127.0.0.1:"+storage,
		"--listen-peer-urls=http://127.0.0.1:"+peers,
		"--initial-advertise-peer-urls=http://127.0.0.1:"+peers,
		"--initial-cluster=default=http://127.0.0.1:"+peers)
	s := server{t, "http://127.0.0.1:" + storage, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}} // The API server makes its certificate itself.
	s.waitUntilOK("/health", etcdEnd)
	key := filepath.Join(dir, "accounts.key")
	writeKey(t, key)
	tokens := filepath.Join(dir, "tokens.csv")
	if err := os.WriteFile(tokens, []byte(token+`,admin,1,"system:masters"`+"\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	end := start(t, apiserver, "--etcd-servers=http://127.0.0.1:"+storage,
		"--bind-address=127.0.0.1", "--secure-port="+port, "--cert-dir="+dir+"/certificates",
		"--token-auth-file="+tokens, "--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.96.0.0/24",
		"--disable-admission-plugins=ServiceAccount", // Nobody makes accounts here.
		"--service-account-issuer=https://127.0.0.1", "--service-account-key-file="+key,
		"--service-account-signing-key-file="+key)
	s.url = "https://127.0.0.1:" + port
	s.waitUntilOK("/readyz", end)
	return s
}

// waitUntilOK waits for a program that serves the path, or for its end.
func (s server) waitUntilOK(path string, end <-chan error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		status, answer := s.do(request)
		if status == http.StatusOK {
			return
		}
		select {
		case err := <-end:
			s.t.Fatalf("it ended before it was ready: %v", err)
		case <-ctx.Done():
			s.t.Fatal("it did not become ready: ", answer)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// start runs a program until the test ends; where the test fails, its last lines are shown.
func start(t *testing.T, path string, args ...string) <-chan error {
	t.Helper()
	var out bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	end, gone := make(chan error, 1), make(chan struct{})
	go func() {
		end <- c.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-gone
		if lines := strings.Split(out.String(), "\n"); t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(path),
				strings.Join(lines[max(0, len(lines)-20):], "\n"))
		}
	})
	return end
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func writeKey(t *testing.T, path string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY",
		Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
}
