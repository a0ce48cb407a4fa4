package certificate

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Demand is what is demanded of certificates.
type Demand struct {
	Signers Signers
	// Revoked may be nil.
	Revoked *Revoked
	// Require are profiles that must be kept whole, and [Witness].
	Require []string
	// Challenge is what the run must have responded to; nil is none.
	Challenge *challenge.Challenge
	// MaxAge is how long ago the run may have been; 0 is any time.
	MaxAge time.Duration
	Now    time.Time
	// Judge judges the evidence anew. Older judges it by the contract of the certificate where that
	// is not today's; nil does not.
	Judge, Older *Judge
}

// State is what came of one line.
type State string

// The states of a line.
const (
	Holds State = "holds"
	Fails State = "fails"
	// None is the state of what was neither demanded nor shown.
	None State = "none"
)

// Line is one thing that was checked. No line takes over another's result.
type Line struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Text  string `json:"text"`
}

// Result is what came of one certificate.
type Result struct {
	// Path is the directory or the bundle.
	Path  string `json:"path"`
	Holds bool   `json:"holds"`
	Lines []Line `json:"lines"`
	// RunID is that of the certificate, "" where it can't be read.
	RunID string `json:"runId,omitempty"`

	deployment verdict.Deployment
}

// failure is the first line that does not hold.
func (r Result) failure() string {
	for _, l := range r.Lines {
		if l.State == Fails {
			return l.Name + ": " + l.Text
		}
	}
	return ""
}

func (r *Result) add(name string, problem error, text string) {
	line := Line{name, Holds, text}
	if problem != nil {
		line.State, line.Text = Fails, problem.Error()
	}
	r.Lines = append(r.Lines, line)
	r.Holds = r.Holds && problem == nil
}

// Verify checks the certificates in directories and bundles, as many at a time as there are
// processors. The results stand in the order of the paths.
func Verify(paths []string, d Demand) []Result {
	results := make([]Result, len(paths))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, path := range paths {
		all.Go(func() error {
			results[i] = verifyPath(path, d)
			return nil
		})
	}
	_ = all.Wait() // The results hold the errors.
	return results
}

func verifyPath(path string, d Demand) Result {
	r := Result{Path: path, Holds: true}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.add("digests", errors.New("it can't be read: "+cause(err)), "")
	case info.IsDir():
		r.verify(path, d)
	default:
		r.verifyBundle(path, d)
	}
	return r
}

func cause(err error) string {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

func (r *Result) verifyBundle(path string, d Demand) {
	dir, err := os.MkdirTemp("", "conformance-verify-*")
	if err != nil {
		r.add("digests", err, "")
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := unpackFile(path, dir); err != nil {
		r.add("digests", errors.New("it can't be read: "+err.Error()), "")
		return
	}
	r.verify(dir, d)
}

func unpackFile(path, dir string) error {
	file, err := os.Open(path)
	if err != nil {
		return errors.New(cause(err))
	}
	defer file.Close()
	return Unpack(file, dir)
}

// verify checks the certificate in the directory, line by line.
func (r *Result) verify(dir string, d Demand) {
	text, err := readMember(dir, FileName)
	var s Statement
	if err == nil {
		s, err = parseStatement(text)
	}
	if err != nil {
		r.add("signature", err, "")
		return
	}
	e := s.Predicate.Conformance
	r.RunID, r.deployment = e.RunID, e.Deployment
	key, who, err := signedBy(dir, text, d)
	r.add("signature", err, "by "+who)
	r.add("digests", r.digests(dir, s),
		fmt.Sprintf("%d files are those that the certificate speaks of", len(s.Subject)))
	found, report, err := d.Judge.judge(dir)
	if err != nil {
		r.add("coverage", err, "")
		r.add("re-judged", err, "")
	} else {
		r.add("coverage", covers(s, found, report, d.Require), coverageText(report)+
			reach(found.Target.URL))
		r.rejudge(s, found, report, dir, d)
	}
	r.add("fresh", fresh(e, found, d), freshText(e, d))
	r.witness(dir, text, key, e, d)
}

// readMember reads a file of the certificate, which is no link and not huge.
func readMember(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errors.New(name + " is missing")
	case err != nil:
		return nil, errors.New(name + " can't be read: " + cause(err))
	case !info.Mode().IsRegular() || info.Size() > mostBytes:
		return nil, errors.New(name + " is no regular file, or too large")
	}
	return os.ReadFile(path)
}

// signedBy checks both signatures, and who vouches for the key.
func signedBy(dir string, statement []byte, d Demand) (ssh.PublicKey, string, error) {
	signature, err := readMember(dir, SignatureName)
	if err != nil {
		return nil, "", err
	}
	key, err := checkSignature(signature, Namespace, statement)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", SignatureName, err)
	}
	bundle, err := readMember(dir, BundleName)
	if err == nil {
		if err = checkBundle(bundle, statement, key); err != nil {
			err = fmt.Errorf("%s: %w", BundleName, err)
		}
	}
	if err != nil {
		return nil, "", err
	}
	who, err := d.vouched(key, Namespace, false)
	return key, who, err
}

// vouched says whose the key is.
func (d Demand) vouched(key ssh.PublicKey, namespace string, named bool) (string, error) {
	if d.Revoked != nil && d.Revoked.Has(key) {
		return "", errors.New("the key " + ssh.FingerprintSHA256(plainKey(key)) + " is revoked")
	}
	who, err := d.Signers.Principal(key, namespace, d.Now, named)
	return who + ", " + ssh.FingerprintSHA256(plainKey(key)), err
}

// digests checks that all files of the evidence and the report are those that the certificate
// speaks of, and that no other file is in a bundle or in a registry's folder.
func (r *Result) digests(dir string, s Statement) error {
	spoken, err := subjects(dir, s)
	if err != nil {
		return err
	}
	files, err := evidence.Files(dir)
	if err != nil {
		return err
	}
	names := []string{reportName}
	for _, f := range files {
		names = append(names, f.Path)
	}
	if exists(dir, junitName) {
		names = append(names, junitName)
	}
	if dir != r.Path || isRegistered(dir) {
		all, err := allFiles(dir)
		if err != nil {
			return err
		}
		names = append(names, all...)
	}
	for _, name := range names {
		if !spoken[name] {
			return fmt.Errorf("the certificate does not speak of %.120q", name)
		}
	}
	if problem := evidence.Check(dir).Problem; problem != "" {
		return errors.New(problem)
	}
	return nil
}

// subjects checks the files that the certificate speaks of and returns their names, with those of
// its own files.
func subjects(dir string, s Statement) (map[string]bool, error) {
	spoken := map[string]bool{}
	for _, name := range ownFiles() {
		spoken[name] = true
	}
	for _, subject := range s.Subject {
		if !member.MatchString(subject.Name) {
			return nil, fmt.Errorf("the certificate speaks of %.120q, which no run leaves",
				subject.Name)
		}
		spoken[subject.Name] = true
		text, err := readMember(dir, subject.Name)
		if err != nil && subject.Name == junitName && !exists(dir, junitName) {
			continue // A bundle leaves it out.
		}
		if err != nil {
			return nil, err
		}
		if digest(text) != subject.Digest.SHA256 {
			return nil, errors.New(subject.Name + " was changed after it was certified")
		}
	}
	return spoken, nil
}

// ownFiles are the names of a certificate's own files.
func ownFiles() []string {
	return []string{FileName, SignatureName, BundleName, WitnessName, WitnessSignatureName}
}

// allFiles are the names of all that is in the directory, but for directories.
func allFiles(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

// covers checks that what is certified is what the run judged, and enough of it.
func covers(s Statement, found evidence.Run, report *verdict.Report, require []string) error {
	e := s.Predicate.Conformance
	if reason := Unfit(found, report); reason != "" {
		return errors.New(reason)
	}
	is := verdict.Deployment{URL: found.Target.URL, Name: found.Target.Name,
		Version: found.Target.Version}
	switch {
	case e.Deployment != is:
		return fmt.Errorf("the certificate is of %s, and the evidence of %s", nameOf(e.Deployment),
			nameOf(is))
	case e.RunID != found.ID || !e.Started.Equal(found.Started):
		return errors.New("the certificate is of another run than the evidence")
	case !slices.Equal(e.Coverage.Profiles, found.Target.Profiles):
		return fmt.Errorf("the certificate is of the profiles %s, and the evidence of %s",
			strings.Join(e.Coverage.Profiles, ", "), strings.Join(found.Target.Profiles, ", "))
	case e.Challenge != found.Target.Nonce || e.Discreet != found.Target.Discreet:
		return errors.New("the certificate speaks of another challenge than the evidence")
	case report.Verdict != verdict.Conformant:
		return fmt.Errorf("the verdict is %q: %s", report.Verdict, coverageText(report))
	}
	for _, profile := range require {
		if profile != Witness && !slices.Contains(found.Target.Profiles, profile) {
			return errors.New("profile " + profile + " was not judged")
		}
	}
	return nil
}

// reach says that a deployment's address means nothing to others, "" where it does.
func reach(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsPrivate()) {
		return "; the address " + host +
			" is one of the signer's own network, which others can't reach"
	}
	return ""
}

func nameOf(d verdict.Deployment) string {
	return strings.TrimSpace(d.Name+" "+d.Version) + " at " + d.URL
}

func coverageText(report *verdict.Report) string {
	judged, all := report.Musts()
	return fmt.Sprintf("%d of %d musts of %s judged, %d failed; %d of all requirements passed, %d not applicable, %d untestable",
		judged, all, strings.Join(report.Profiles, ", "), report.Counts.Musts.Failed,
		report.Counts.Passed, report.Counts.NotApplicable, report.Counts.Untestable)
}

// rejudge compares the certificate's verdicts with those of the evidence: by the certificate's
// contract where it is at hand, and by today's.
func (r *Result) rejudge(s Statement, found evidence.Run, report *verdict.Report, dir string,
	d Demand) {
	claimed := s.Predicate.Conformance.Coverage.Requirements
	if s.contract() == report.Contract.SHA256 {
		r.add("re-judged", sameVerdicts(s, report), "the evidence comes to the same verdicts")
		return
	}
	if d.Older != nil {
		older, err := d.Older.judgeRun(found, dir)
		if err == nil && older.Contract.SHA256 != s.contract() {
			err = errors.New("the contract given is not that of the certificate, " + s.contract())
		}
		if err == nil {
			err = sameVerdicts(s, older)
		}
		r.add("re-judged", err,
			"by the certificate's contract the evidence comes to the same verdicts")
	}
	both := map[string]verdict.Outcome{}
	today := coverageOf(report).Requirements
	for id := range today {
		if outcome, known := claimed[id]; known {
			both[id] = outcome
		} else {
			delete(today, id)
		}
	}
	var err error
	if difference := differs(both, today, "the certificate",
		"the evidence by today's contract"); difference != "" {
		err = errors.New(difference)
	}
	r.add("re-judged", err,
		fmt.Sprintf("by today's contract the evidence comes to the same verdicts on all %d requirements that both have", len(both)))
}

func sameVerdicts(s Statement, report *verdict.Report) error {
	e := s.Predicate.Conformance
	is := coverageOf(report)
	if difference := differs(e.Coverage.Requirements, is.Requirements, "the certificate",
		"the evidence"); difference != "" {
		return errors.New(difference)
	}
	passed := s.Predicate.Result == "PASSED"
	if e.Verdict != report.Verdict || passed != (report.Verdict == verdict.Conformant) {
		return fmt.Errorf("the certificate says %q (%s), and the evidence %q", e.Verdict,
			s.Predicate.Result, report.Verdict)
	}
	if e.Coverage.MustsJudged != is.MustsJudged || e.Coverage.Musts != is.Musts {
		return fmt.Errorf("the certificate counts %d of %d musts, and the evidence %d of %d",
			e.Coverage.MustsJudged, e.Coverage.Musts, is.MustsJudged, is.Musts)
	}
	return nil
}

// clocks is by how much two machines' clocks may differ.
const clocks = 5 * time.Minute

// fresh checks the times, and the challenge where one is demanded.
func fresh(e Extension, found evidence.Run, d Demand) error {
	switch {
	case e.Expires.Before(d.Now):
		return errors.New("the certificate expired at " + e.Expires.Format(time.RFC3339))
	case e.Issued.After(d.Now.Add(clocks)) || e.Started.After(e.Issued.Add(clocks)):
		return errors.New("the certificate was issued before its run, or in the future")
	case d.MaxAge > 0 && d.Now.Sub(e.Started) > d.MaxAge:
		return fmt.Errorf("the run was at %s, longer ago than demanded",
			e.Started.Format(time.RFC3339))
	case d.Challenge == nil:
		return nil
	}
	if problem := responds(*d.Challenge, found); problem != "" {
		return errors.New(problem)
	}
	return nil
}

func freshText(e Extension, d Demand) string {
	text := fmt.Sprintf("the run was at %s, the certificate expires at %s",
		e.Started.Format(time.RFC3339), e.Expires.Format(time.RFC3339))
	if d.Challenge != nil {
		return text + "; the run responded to the challenge"
	}
	return text + "; no challenge was demanded, so the times are the signer's word"
}

// witness says whether somebody who is named a witness has signed: the certificate of an own run,
// or a statement on the vendor's.
func (r *Result) witness(dir string, certificate []byte, key ssh.PublicKey, e Extension, d Demand) {
	text, err := witnessed(dir, certificate, key, e, d)
	if err == nil && text == "" {
		err = errors.New("no witness has signed: the run was its vendor's alone")
	}
	if err != nil && !slices.Contains(d.Require, Witness) {
		r.Lines = append(r.Lines, Line{"witnessed", None, err.Error()})
		return
	}
	r.add("witnessed", err, text)
}

func witnessed(dir string, certificate []byte, key ssh.PublicKey, e Extension, d Demand) (string,
	error) {
	if e.ObservedBy == Witness && key != nil {
		who, err := d.vouched(key, WitnessNamespace, true)
		return "the run was made by " + who, err
	}
	summary, err := readMember(dir, WitnessName)
	if err != nil {
		return "", nil //nolint:nilerr // Without the file there is no witness.
	}
	signature, err := readMember(dir, WitnessSignatureName)
	if err != nil {
		return "", err
	}
	by, err := checkSignature(signature, WitnessNamespace, summary)
	if err != nil {
		return "", fmt.Errorf("%s: %w", WitnessSignatureName, err)
	}
	if err := parseSummary(summary, certificate); err != nil {
		return "", err
	}
	who, err := d.vouched(by, WitnessNamespace, true)
	return "the vendor's certificate was checked by " + who + ", who did not make the run", err
}
