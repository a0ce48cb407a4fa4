package certificate_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/etna-conformance/conformance/internal/certificate"
	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/evidence"
)

func testContext() context.Context { return context.Background() }

func TestAnHonestCertificateHolds(t *testing.T) {
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	c := observe().challenge
	d.Challenge, d.Require, d.MaxAge = &c, []string{"core", "flow"}, time.Hour
	for _, path := range []string{dir, bundle(t, dir)} {
		r := verify(path, d)
		wantFailing(t, r, nil)
		if text := r.Lines[2].Text; !strings.Contains(text,
			"the address 127.0.0.1 is one of the signer's own network") {
			t.Errorf("coverage does not say that the address is the machine's own: %s", text)
		}
		want := map[string]certificate.State{
			"signature": certificate.Holds, "digests": certificate.Holds,
			"coverage":  certificate.Holds,
			"re-judged": certificate.Holds, "fresh": certificate.Holds,
			"witnessed": certificate.None,
		}
		for name, state := range want {
			if got := states(r)[name]; got != state {
				t.Errorf("%s: %s is %q, want %q", path, name, got, state)
			}
		}
	}
}

// TestNoLineTakesOverAnothersResult changes one thing after another, of what is signed or with the
// signer's key: exactly the lines that look at it fail.
func TestNoLineTakesOverAnothersResult(t *testing.T) {
	key, _ := newKey(t)
	foreign, _ := newKey(t)
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		demand func(*certificate.Demand)
		want   map[string]string
	}{
		"a changed mail": {
			change: func(t *testing.T, dir string) {
				put(t, dir, "mails/001.eml", func(s string) string { return s + "x" })
			},
			want: map[string]string{"digests": "mails/001.eml was changed after it was certified",
				"coverage": "incomplete", "re-judged": `says "conformant"`},
		},
		"a changed report": {
			change: func(t *testing.T, dir string) {
				put(t, dir, "report.json", replacing(`"passed"`, `"failed"`))
			},
			want: map[string]string{"digests": "report.json was changed after it was certified"},
		},
		"a JUnit file edited by hand": {
			change: func(t *testing.T, dir string) {
				put(t, dir, "junit.xml", replacing("testcase", "testcase "))
			},
			want: map[string]string{"digests": "junit.xml was changed"},
		},
		"a changed certificate": {
			change: func(t *testing.T, dir string) {
				put(t, dir, certificate.FileName, replacing("Acme", "Acne"))
			},
			want: map[string]string{"signature": "it is not of this content",
				"coverage": "the certificate is of Acne Trader"},
		},
		"verdicts edited and signed": {
			change: func(t *testing.T, dir string) {
				resign(t, dir, key, replacing(`"RESET-6": "passed"`, `"RESET-6": "failed"`))
			},
			want: map[string]string{"re-judged": `of RESET-6 the certificate says "failed", and the evidence "passed"`},
		},
		"a version that was never tested": {
			change: func(t *testing.T, dir string) {
				resign(t, dir, key, replacing("4.2.1", "5.0.0"))
			},
			want: map[string]string{"coverage": "the certificate is of Acme Trader 5.0.0"},
		},
		"another bundle": {
			change: func(t *testing.T, dir string) {
				put(t, dir, certificate.BundleName, replacing(`"payload": "`, `"payload": "e30`))
			},
			want: map[string]string{"signature": certificate.BundleName},
		},
		"signed by a stranger": {
			change: func(t *testing.T, dir string) {
				resign(t, dir, foreign, func(s string) string { return s + "\n" })
			},
			want: map[string]string{"signature": "no line of the allowed signers has the key"},
		},
		"no signature": {
			change: func(t *testing.T, dir string) {
				_ = os.Remove(filepath.Join(dir, certificate.SignatureName))
			},
			want: map[string]string{"signature": "certificate.json.sig is missing"},
		},
		"expired": {
			demand: func(d *certificate.Demand) { d.Now = d.Now.Add(400 * 24 * time.Hour) },
			want:   map[string]string{"fresh": "the certificate expired at"},
		},
		"stale": {
			demand: func(d *certificate.Demand) {
				d.Now, d.MaxAge = d.Now.Add(2*time.Hour), time.Hour
			},
			want: map[string]string{"fresh": "longer ago than demanded"},
		},
		"a profile that was not judged": {
			demand: func(d *certificate.Demand) { d.Require = []string{"hardening"} },
			want:   map[string]string{"coverage": "profile hardening was not judged"},
		},
		"no witness": {
			demand: func(d *certificate.Demand) { d.Require = []string{certificate.Witness} },
			want:   map[string]string{"witnessed": "no witness has signed"},
		},
		"another challenge": {
			demand: func(d *certificate.Demand) {
				c := challenge.New("Acme Trader", []string{"core"}, time.Now().Add(-time.Hour),
					2*time.Hour)
				d.Challenge = &c
			},
			want: map[string]string{"fresh": "the run responded to another challenge"},
		},
		"an unknown version": {
			change: func(t *testing.T, dir string) {
				resign(t, dir, key, replacing(`"schemaVersion": 1`, `"schemaVersion": 7`))
			},
			want: map[string]string{"signature": "version 7; this version reads"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, nil)
			certify(t, dir, options(key))
			d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
			if c.change != nil {
				c.change(t, dir)
			}
			if c.demand != nil {
				c.demand(&d)
			}
			wantFailing(t, verify(dir, d), c.want)
		})
	}
}

// TestForgedEvidenceIsJudgedAnew signs a statement of an honest run over evidence that was changed
// with all its sums.
func TestForgedEvidenceIsJudgedAnew(t *testing.T) {
	key, _ := newKey(t)
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	c := observe().challenge
	d.Challenge = &c
	for name, forged := range map[string]struct {
		change func(*evidence.Run)
		line   string
	}{
		"exchanges deleted": {func(r *evidence.Run) {
			r.Exchanges = r.Exchanges[:len(r.Exchanges)/2]
		}, "coverage"},
		"marked unsent": {func(r *evidence.Run) {
			x := r.Exchanges[3]
			r.Unsent = map[string]string{x.Step: "the run was over"}
			r.Exchanges = slices.DeleteFunc(r.Exchanges, func(y evidence.Exchange) bool {
				return y.Step == x.Step
			})
		}, "coverage"},
		"recorded before the challenge": {func(r *evidence.Run) {
			r.Started = c.Issued.Add(-time.Hour)
		}, "fresh"},
		"the nonce written in later": {func(r *evidence.Run) {
			for i := range r.Exchanges {
				r.Exchanges[i].Header = slices.DeleteFunc(slices.Clone(r.Exchanges[i].Header),
					func(f evidence.Field) bool { return strings.EqualFold(f.Name, "traceparent") })
			}
		}, "fresh"},
		"wrong values of an earlier run": {func(r *evidence.Run) {
			d := *r.Target.Decoys
			d.Key = "ykxm2pl7vqa4zrtw3bnf6hcd8sjg5eiu"
			r.Target.Decoys = &d
		}, "fresh"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, forged.change)
			if _, err := certificate.Certify(dir, options(key)); err != nil {
				t.Fatalf("not certified: %v", err)
			}
			if states(verify(dir, d))[forged.line] != certificate.Fails {
				t.Errorf("the line %s does not fail: %+v", forged.line, verify(dir, d).Lines)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	key, _ := newKey(t)
	for want, change := range map[string]func(*evidence.Run){
		"no must requirement was judged": func(r *evidence.Run) {
			r.Exchanges, r.Mails, r.Waits = nil, nil, nil
		},
		"the run was interrupted": func(r *evidence.Run) { r.Interrupted = true },
		"the run judged a selection only": func(r *evidence.Run) {
			r.Target.Only = []string{"RESET-1"}
		},
		"judged a selection only (": func(r *evidence.Run) {
			r.Target.Labels = "must"
		},
		"the tool's own reference": func(r *evidence.Run) {
			r.Target.Embedded = true
		},
		"no name or no version": func(r *evidence.Run) { r.Target.Version = "" },
		"another contract than the built-in one": func(r *evidence.Run) {
			r.Contract.SHA256 = strings.Repeat("0", 64)
		},
		"may hold a confirmation code that is not": func(r *evidence.Run) {
			r.Mails = slices.Clone(r.Mails)
			r.Mails[0].Source = []byte("Subject: Your code\r\n\r\nYour confirmation code is 482913.\r\n")
		},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := certificate.Certify(write(t, change), options(key))
			var refused certificate.RefusedError
			if err == nil || !strings.Contains(err.Error(), want) || !isRefused(err, &refused) {
				t.Errorf("got %v, want a refusal: %s", err, want)
			}
		})
	}
	for want, change := range map[string]func(dir string){
		"was changed after the run": func(dir string) {
			put(t, dir, "mails/001.eml", func(s string) string { return s + "x" })
		},
		"report.json says": func(dir string) {
			put(t, dir, "report.json", replacing(`"conformant"`, `"partly judged"`))
		},
		"of KEY-1 report.json says": func(dir string) { editVerdict(t, dir) },
		"a baseline accepts": func(dir string) {
			put(t, dir, "report.json",
				replacing(`"requirements"`, `"staleBaseline": ["x"], "requirements"`))
		},
		"report.json can't be read": func(dir string) {
			_ = os.Remove(filepath.Join(dir, "report.json"))
		},
	} {
		dir := write(t, nil)
		change(dir)
		if _, err := certificate.Certify(dir, options(key)); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a refusal: %s", err, want)
		}
	}
}

func isRefused(err error, into *certificate.RefusedError) bool {
	r, ok := err.(certificate.RefusedError) //nolint:errorlint // it is returned as it is
	*into = r
	return ok
}

func editVerdict(t *testing.T, dir string) {
	put(t, dir, "report.json", func(text string) string {
		i := strings.Index(text, `"id": "KEY-1"`)
		return text[:i] + replacing(`"verdict": "passed"`, `"verdict": "failed"`)(text[i:])
	})
}

// TestUnfitRunsDoNotPassVerifyEither signs statements of runs that certify refuses, as a patched
// tool would.
func TestUnfitRunsDoNotPassVerifyEither(t *testing.T) {
	key, _ := newKey(t)
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	honest := write(t, nil)
	certify(t, honest, options(key))
	for want, change := range map[string]func(*evidence.Run){
		"selection only": func(r *evidence.Run) {
			r.Target.Only = []string{"RESET-*"}
		},
		"no must requirement was judged": func(r *evidence.Run) { r.Exchanges, r.Mails, r.Waits = nil, nil, nil }, // 0 passed
		"was interrupted":                func(r *evidence.Run) { r.Interrupted = true },
		"reference deployment":           func(r *evidence.Run) { r.Target.Embedded = true },
		"no name or no version":          func(r *evidence.Run) { r.Target.Name = "" },
	} {
		dir := write(t, change)
		text, err := os.ReadFile(filepath.Join(honest, certificate.FileName))
		if err != nil {
			t.Fatal(err)
		}
		if err := certificate.WriteSigned(dir, key, text); err != nil {
			t.Fatal(err)
		}
		r := verify(dir, d)
		if i := slices.IndexFunc(r.Lines, func(l certificate.Line) bool {
			return l.Name == "coverage"
		}); !strings.Contains(r.Lines[i].Text, want) {
			t.Errorf("coverage says %q, want %q", r.Lines[i].Text, want)
		}
	}
}

func TestAWitnessIsWhoeverTheSignersName(t *testing.T) {
	vendor, _ := newKey(t)
	lab, _ := newKey(t)
	named := signers(t, line(vendorName, "", vendor.PublicKey()),
		line(witnessName, `namespaces="conformance-certificate,conformance-witness"`,
			lab.PublicKey()))
	d := demand(t, named)
	d.Require = []string{certificate.Witness}

	own := write(t, nil)
	o := options(lab)
	o.As = certificate.Witness
	certify(t, own, o)
	wantFailing(t, verify(own, d), nil)

	claimed := write(t, nil)
	o.Key = vendor
	certify(t, claimed, o)
	wantFailing(t, verify(claimed, d), map[string]string{"witnessed": vendorName})

	checked := write(t, nil)
	certify(t, checked, options(vendor))
	if err := certificate.Summarise(checked, verify(checked, demand(t, named)),
		options(lab)); err != nil {
		t.Fatal(err)
	}
	wantFailing(t, verify(checked, d), nil)
	wantFailing(t, verify(bundle(t, checked), d), nil)
	put(t, checked, certificate.WitnessName, replacing("PASSED", "FAILED"))
	wantFailing(t, verify(checked, d), map[string]string{"witnessed": "not of this content"})

	bad := write(t, nil)
	certify(t, bad, options(vendor))
	put(t, bad, "report.json", replacing("passed", "failed"))
	if err := certificate.Summarise(bad, verify(bad, demand(t, named)), options(lab)); err == nil {
		t.Error("a certificate that does not hold was summarised")
	}
}

func TestRegistry(t *testing.T) {
	key, _ := newKey(t)
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	root := filepath.Join(t.TempDir(), certificate.RegistryName)
	place := func(folder string, change func(*evidence.Run)) string {
		dir := write(t, change)
		certify(t, dir, options(key))
		to := filepath.Join(root, folder)
		if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		return to
	}
	right := place("acme-trader-4.2.1", nil)
	again := place("acme-trader-4.2.1--again", nil)
	wrong := place("acme-trader-5.0.0", func(r *evidence.Run) { r.ID = "OTHER" })
	strange := place("acme-trader-4.2.1--strange", func(r *evidence.Run) { r.ID = "STRANGE" })
	if err := os.WriteFile(filepath.Join(strange, "report.html"), []byte("CONFORMANT"),
		0o600); err != nil {
		t.Fatal(err)
	}
	results := certificate.Verify([]string{right, again, wrong, strange}, d)
	certificate.CheckTogether(results)
	wantFailing(t, results[0], nil)
	wantFailing(t, results[1], map[string]string{"registry": "is certified in " + right +
		" already"})
	wantFailing(t, results[2], map[string]string{"registry": `expected "acme-trader-4.2.1"`})
	wantFailing(t, results[3], map[string]string{"digests": `does not speak of "report.html"`})
}

func TestAnOlderContractIsJudgedByBoth(t *testing.T) {
	key, _ := newKey(t)
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	dir := write(t, nil)
	certify(t, dir, options(key))
	older := strings.Repeat("0", 64)
	resign(t, dir, key, replacing(observe().run.Contract.SHA256, older))
	wantFailing(t, verify(dir, d), nil)
	var err error
	if d.Older, err = certificate.NewJudge(""); err != nil {
		t.Fatal(err)
	}
	wantFailing(t, verify(dir, d),
		map[string]string{"re-judged": "the contract given is not that of the certificate"})
	resign(t, dir, key, replacing(`"KEY-1": "passed"`, `"KEY-1": "failed"`))
	d.Older = nil
	wantFailing(t, verify(dir, d), map[string]string{"re-judged": "of KEY-1 the certificate says"})
}

// TestABundleHoldsNothingElse adds a file that nobody has signed.
func TestABundleHoldsNothingElse(t *testing.T) {
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	into := t.TempDir()
	if err := certificate.Unpack(bytes.NewReader(read(t, bundle(t, dir))), into); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(into, "report.html"), []byte("CONFORMANT"),
		0o600); err != nil {
		t.Fatal(err)
	}
	path := save(t, "more.tar.zst", string(packed(t, into)))
	d := demand(t, signers(t, line(vendorName, "", key.PublicKey())))
	wantFailing(t, verify(path, d), map[string]string{"digests": `does not speak of "report.html"`})
}

// packed is the directory as a bundle, with whatever is in it.
func packed(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(zipped)
	err = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		text := read(t, path)
		h := tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(name), Size: int64(len(text)),
			Mode: 0o644}
		if err := w.WriteHeader(&h); err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	if err := errors.Join(err, w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBundlesHoldNoSecretAndAreSmall(t *testing.T) {
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	path := bundle(t, dir)
	into := t.TempDir()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := certificate.Unpack(file, into); err != nil {
		t.Fatal(err)
	}
	looked := 0
	err = filepath.WalkDir(into, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for _, secret := range observe().secrets {
			if secret != "" && strings.Contains(string(text), secret) {
				t.Errorf("%s holds %q", filepath.Base(name), secret)
			}
		}
		looked++
		return err
	})
	if err != nil || looked < 8 {
		t.Errorf("%d files were looked at: %v", looked, err)
	}
	const most = 40 << 10
	if info, err := file.Stat(); err != nil || info.Size() > most {
		t.Errorf("the bundle of three traders has %d bytes, want at most %d: %v", info.Size(),
			most, err)
	} else {
		t.Logf("the bundle has %d bytes", info.Size())
	}
}
