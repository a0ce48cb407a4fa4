package certificate_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/etna-conformance/conformance/internal/certificate"
)

// tool returns a function that runs the program and reports whether it succeeded.
func tool(t *testing.T, name string) func(stdin []byte, args ...string) (bool, string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: what it accepts and refuses is not tested", name)
	}
	return func(stdin []byte, args ...string) (bool, string) {
		c := exec.Command(path, args...)
		c.Stdin = bytes.NewReader(stdin)
		out, err := c.CombinedOutput()
		return err == nil, string(out)
	}
}

func save(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, elements ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestOpenSSHAgrees asks ssh-keygen and verify the same: both accept, or both refuse.
func TestOpenSSHAgrees(t *testing.T) {
	keygen := tool(t, "ssh-keygen")
	key, file := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	statement := read(t, dir, certificate.FileName)
	krl := filepath.Join(t.TempDir(), "krl")
	if ok, out := keygen(nil, "-k", "-f", krl, file+".pub"); !ok {
		t.Fatal(out)
	}
	_, otherFile := newKey(t)
	otherKRL := filepath.Join(t.TempDir(), "krl")
	if ok, out := keygen(nil, "-k", "-f", otherKRL, otherFile+".pub"); !ok {
		t.Fatal(out)
	}
	hashed := save(t, "krl.txt", "hash: "+ssh.FingerprintSHA256(key.PublicKey())+"\n")
	hashedKRL := filepath.Join(t.TempDir(), "krl")
	if ok, out := keygen(nil, "-k", "-f", hashedKRL, hashed); !ok {
		t.Fatal(out)
	}
	for name, c := range map[string]struct {
		allowed, namespace, krl string
		change                  bool
		accepted                bool
	}{
		"right": {allowed: line(vendorName, "", key.PublicKey()), accepted: true},
		"of the namespace": {allowed: line(vendorName, `namespaces="conformance-certificate"`,
			key.PublicKey()), accepted: true},
		"of a pattern": {allowed: line("*@example.com", `namespaces="conformance-*"`,
			key.PublicKey()), accepted: true},
		"valid today": {allowed: line(vendorName,
			`valid-after="20200101Z",valid-before="29990101"`, key.PublicKey()), accepted: true},
		"another key is revoked": {allowed: line(vendorName, "", key.PublicKey()), krl: otherKRL,
			accepted: true},
		"a changed byte":    {allowed: line(vendorName, "", key.PublicKey()), change: true},
		"another namespace": {allowed: line(vendorName, `namespaces="file"`, key.PublicKey())},
		"an expired key": {allowed: line(vendorName, `valid-before="20200101Z"`,
			key.PublicKey())},
		"a key of the future": {allowed: line(vendorName, `valid-after="29990101"`,
			key.PublicKey())},
		"a revoked key":       {allowed: line(vendorName, "", key.PublicKey()), krl: krl},
		"revoked by its hash": {allowed: line(vendorName, "", key.PublicKey()), krl: hashedKRL},
		"revoked in a list":   {allowed: line(vendorName, "", key.PublicKey()), krl: file + ".pub"},
	} {
		text := bytes.Clone(statement)
		if c.change {
			text[len(text)/2] ^= 1
		}
		args := []string{"-Y", "verify", "-f", save(t, "allowed", c.allowed), "-I", vendorName,
			"-n", certificate.Namespace,
			"-s", filepath.Join(dir, certificate.SignatureName)}
		if c.krl != "" {
			args = append(args, "-r", c.krl)
		}
		if ok, out := keygen(text, args...); ok != c.accepted {
			t.Errorf("%s: ssh-keygen accepts: %t, want %t: %s", name, ok, c.accepted, out)
		}
		d := demand(t, signers(t, c.allowed))
		if c.krl != "" {
			revoked, err := certificate.ParseRevoked(read(t, c.krl))
			if err != nil {
				t.Fatal(err)
			}
			d.Revoked = &revoked
		}
		if c.change {
			continue // TestNoLineTakesOverAnothersResult changes the file itself.
		}
		if state := states(verify(dir,
			d))["signature"]; (state == certificate.Holds) != c.accepted {
			t.Errorf("%s: verify says %q, want it to accept: %t", name, state, c.accepted)
		}
	}
	if ok, _ := keygen(statement, "-Y", "verify", "-f",
		save(t, "allowed", line(vendorName, "", key.PublicKey())), "-I", vendorName,
		"-n", "file", "-s", filepath.Join(dir, certificate.SignatureName)); ok {
		t.Error("ssh-keygen accepts the signature in another namespace")
	}
}

// TestSignaturesOfOpenSSH takes what ssh-keygen has signed, with a plain key and with a certificate
// of an SSH authority.
func TestSignaturesOfOpenSSH(t *testing.T) {
	keygen := tool(t, "ssh-keygen")
	key, file := newKey(t)
	authority, authorityFile := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	if ok, out := keygen(nil, "-s", authorityFile, "-I", "acme 2026", "-n", vendorName, "-z", "7",
		"-V", "-1d:+1d", file+".pub"); !ok {
		t.Fatal(out)
	}
	sign := func(with string) {
		signature := filepath.Join(dir, certificate.SignatureName)
		_ = os.Remove(signature)
		if ok, out := keygen(nil, "-Y", "sign", "-f", with, "-n", certificate.Namespace,
			filepath.Join(dir, certificate.FileName)); !ok {
			t.Fatal(out)
		}
	}
	sign(file)
	wantFailing(t, verify(dir, demand(t, signers(t, line(vendorName, "", key.PublicKey())))), nil)

	sign(file + "-cert.pub")
	vouching := line("*@example.com", "cert-authority", authority.PublicKey())
	d := demand(t, signers(t, vouching))
	wantFailing(t, verify(dir, d), nil)
	wantFailing(t, verify(dir,
		demand(t, signers(t, line("*@other.example", "cert-authority", authority.PublicKey())))),
		map[string]string{"signature": "names no principal"})
	krl := filepath.Join(t.TempDir(), "krl")
	if ok, out := keygen(nil, "-k", "-f", krl, "-s", authorityFile+".pub",
		save(t, "serials", "serial: 5-9\n")); !ok {
		t.Fatal(out)
	}
	revoked, err := certificate.ParseRevoked(read(t, krl))
	if err != nil {
		t.Fatal(err)
	}
	d.Revoked = &revoked
	wantFailing(t, verify(dir, d), map[string]string{"signature": "is revoked"})

	certified, err := certificate.OpenKey(file+"-cert.pub", nil)
	if err != nil {
		t.Fatal(err)
	}
	certify(t, dir, options(certified))
	wantFailing(t, verify(dir, demand(t, signers(t, vouching))), nil)
	if ok, out := keygen(read(t, dir, certificate.FileName), "-Y", "verify", "-f",
		save(t, "allowed", vouching), "-I", vendorName,
		"-n", certificate.Namespace, "-s", filepath.Join(dir, certificate.SignatureName)); !ok {
		t.Errorf("ssh-keygen refuses the signature with an SSH certificate: %s", out)
	}
}

// payload is the DSSE payload of the bundle, its signature and the key in PEM.
func payload(t *testing.T, dir string, key ssh.Signer) (pae, signature, pub []byte) {
	t.Helper()
	var b struct {
		Envelope struct {
			Payload    string
			Signatures []struct{ Sig string }
		} `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(read(t, dir, certificate.BundleName), &b); err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(b.Envelope.Payload)
	if err != nil {
		t.Fatal(err)
	}
	if signature, err = base64.StdEncoding.DecodeString(b.Envelope.Signatures[0].Sig); err != nil {
		t.Fatal(err)
	}
	raw := key.PublicKey().(ssh.CryptoPublicKey).CryptoPublicKey().(ed25519.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return certificate.PAE(text), signature,
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestOpenSSLChecksTheEnvelope(t *testing.T) {
	openssl := tool(t, "openssl")
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	pae, signature, pub := payload(t, dir, key)
	check := func(pae []byte) bool {
		ok, _ := openssl(nil, "pkeyutl", "-verify", "-pubin", "-inkey",
			save(t, "pub.pem", string(pub)), "-rawin",
			"-in", save(t, "pae", string(pae)), "-sigfile", save(t, "sig", string(signature)))
		return ok
	}
	if !check(pae) {
		t.Error("openssl refuses the DSSE payload's signature")
	}
	pae[len(pae)/2] ^= 1
	if check(pae) {
		t.Error("openssl accepts a changed byte")
	}
}

// TestCosignChecksTheBundle runs the command of docs/certification.md. What cosign accepts, it
// accepts without a network: the key is given, and no log is asked.
func TestCosignChecksTheBundle(t *testing.T) {
	cosign := tool(t, "cosign")
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	check := func(key ssh.Signer) (bool, string) {
		_, _, pub := payload(t, dir, key)
		return cosign(nil, "verify-blob-attestation", "--key", save(t, "pub.pem", string(pub)),
			"--insecure-ignore-tlog",
			"--type", "https://in-toto.io/attestation/test-result/v0.1",
			"--bundle", filepath.Join(dir, certificate.BundleName),
			filepath.Join(dir, "report.json"))
	}
	refuses := func(why string, key ssh.Signer, want string) {
		t.Helper()
		if ok, out := check(key); ok || !strings.Contains(out, want) {
			t.Errorf("%s: cosign accepts: %t; want it to say %q: %s", why, ok, want, out)
		}
	}
	if ok, out := check(key); !ok || !strings.Contains(out, "Verified OK") {
		t.Errorf("cosign refuses the bundle: %s", out)
	}
	other, _ := newKey(t)
	refuses("another key", other, "could not verify envelope")
	honest := read(t, dir, "report.json")
	put(t, dir, "report.json", replacing("passed", "failed"))
	refuses("a changed report", key, "provided artifact digests do not match")
	if err := os.WriteFile(filepath.Join(dir, "report.json"), honest, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, dir, certificate.BundleName, func(bundle string) string {
		statement := read(t, dir, certificate.FileName)
		changed := bytes.Replace(statement, []byte("4.2.1"), []byte("4.2.2"), 1)
		return strings.Replace(bundle, base64.StdEncoding.EncodeToString(statement),
			base64.StdEncoding.EncodeToString(changed), 1)
	})
	refuses("a changed statement", key, "could not verify envelope")
}

// TestAnOpenSSHKeyInPEM makes the key for cosign as docs/certification.md says.
func TestAnOpenSSHKeyInPEM(t *testing.T) {
	bash := tool(t, "bash")
	key, file := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	_, _, want := payload(t, dir, key)
	docs := string(read(t, "..", "..", "docs", "certification.md"))
	from := strings.Index(docs, "    { echo '-----BEGIN PUBLIC KEY-----'")
	to := strings.Index(docs, "> vendor.pem")
	if from < 0 || to < from {
		t.Fatal("docs/certification.md does not say how")
	}
	script := strings.ReplaceAll(docs[from:to], "vendor.pub", `"$1"`)
	if ok, out := bash(nil, "-c", script, "bash", file+".pub"); !ok || out != string(want) {
		t.Errorf("got %s, want %s", out, want)
	}
}

func TestAllowedSignersThatCannotBeRead(t *testing.T) {
	key, _ := newKey(t)
	public := string(ssh.MarshalAuthorizedKey(key.PublicKey()))
	for text, want := range map[string]string{
		"":                                "it allows no signer",
		"acme@example.com\n":              "line 1: expected principals, options and a public key",
		"# x\nacme@example.com ssh-rsa\n": "line 2: expected principals",
		"acme@example.com valid-before=\"tomorrow\" " + public: `the time "tomorrow"`,
		"acme@example.com verify-required " +
			public: `there is no option "verify-required"`,
	} {
		if _, err := certificate.ParseSigners([]byte(text)); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
