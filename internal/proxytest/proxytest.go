//go:build linux

// Package proxytest starts real reverse proxies before a deployment, for tests of what they say in
// its place.
package proxytest

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nginx says what the real nginx, which listens on a free port of 127.0.0.1, does before a
// deployment.
type Nginx struct {
	// HTTP and Location are directives of the http block and of the location that passes requests
	// on.
	HTTP, Location string
	// Listen are parameters of the listen directive, such as ssl, Server further directives of the
	// server block.
	Listen, Server string
}

// Start starts nginx before the base URL and returns its address; the test is skipped where it is
// not installed.
func (n Nginx) Start(t *testing.T, upstream string) string {
	t.Helper()
	program := installed(t, "nginx")
	dir, listener := t.TempDir(), listen(t)
	address := listener.Addr().String()
	config := fmt.Sprintf(`daemon off; worker_processes 1; %[8]s pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	%[2]s
	server { listen %[3]s %[4]s; %[5]s location / { proxy_pass %[6]s; %[7]s } }
}
`, dir, n.HTTP, address, n.Listen, n.Server, origin(t, upstream), n.Location, asMyself())
	file := filepath.Join(dir, "nginx.conf")
	write(t, file, config)
	c := exec.Command(program, "-c", file, "-e", filepath.Join(dir, "error.log"))
	// nginx takes over the sockets that this variable names, from 3 on.
	c.Env = append(os.Environ(), "NGINX=3;")
	run(t, c, listener)
	return address
}

// asMyself keeps nginx, where it is root's, from becoming somebody who may not use the test's
// files.
func asMyself() string {
	if os.Geteuid() == 0 {
		return "user root;"
	}
	return ""
}

// HAProxy are lines of the frontend of the real HAProxy, which listens on a free port of 127.0.0.1,
// before a deployment; Sections are further sections.
type HAProxy struct {
	Frontend, Sections string
	// Bind are parameters of the bind line.
	Bind string
}

// Start starts HAProxy before the base URL and returns its address; the test is skipped where it is
// not installed.
func (h HAProxy) Start(t *testing.T, upstream string) string {
	t.Helper()
	program := installed(t, "haproxy")
	listener := listen(t)
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`defaults
	mode http
	timeout connect 5s
	timeout client 30s
	timeout server 30s
frontend front
	bind fd@3 %s
%s
	default_backend deployment
backend deployment
	server deployment %s
%s
`, h.Bind, h.Frontend, u.Host, h.Sections)
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	write(t, file, config)
	run(t, exec.Command(program, "-db", "-f", file), listener)
	return listener.Addr().String()
}

// installed finds the program. CI installs it; elsewhere the test is skipped.
func installed(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no %s is installed; CI needs one", name)
	}
	t.Skipf("no %s is installed: what it says in a deployment's place is not tested", name)
	return ""
}

// listen opens the socket that the proxy takes over: so that its port is nobody else's, and
// requests wait until it has started.
func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.(*net.TCPListener)
}

func origin(t *testing.T, base string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run starts the proxy with the socket as its file 3, and ends it with the test.
func run(t *testing.T, c *exec.Cmd, listener *net.TCPListener) {
	t.Helper()
	socket, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	var said bytes.Buffer
	c.Stdout, c.Stderr, c.ExtraFiles = &said, &said, []*os.File{socket}
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // By which nginx ends its workers, too.
		_ = c.Wait()
		if t.Failed() && said.Len() > 0 {
			t.Logf("%s said:\n%s", filepath.Base(c.Path), strings.TrimSpace(said.String()))
		}
	})
}
