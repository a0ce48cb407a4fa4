package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/crypto/ssh"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/codefinder"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// Options are what a certificate is made with.
type Options struct {
	Key ssh.Signer
	// As is who ran the tool: [Vendor] or [Witness].
	As string
	// Now is the time of issue, Expires how long the certificate holds from then on.
	Now     time.Time
	Expires time.Duration
	// Version is the tool's, Binary the SHA-256 of its file.
	Version, Binary string
}

// RefusedError is why a run can't be certified.
type RefusedError struct{ Reason string }

func (e RefusedError) Error() string { return "not certified: " + e.Reason }

// Certify adds a certificate to the run's directory and returns what it says. A [RefusedError] says
// why there can be none.
func Certify(dir string, o Options) (Extension, error) {
	j, err := NewJudge("")
	if err != nil {
		return Extension{}, err
	}
	found, report, err := j.judge(dir)
	if err != nil {
		return Extension{}, RefusedError{err.Error()}
	}
	if reason := refusal(dir, found, report); reason != "" {
		return Extension{}, RefusedError{reason}
	}
	subjects, err := subjectsOf(dir)
	if err != nil {
		return Extension{}, RefusedError{err.Error()}
	}
	s := newStatement(found, report, subjects, o)
	text, err := encode(s)
	if err != nil {
		return Extension{}, err
	}
	return s.Predicate.Conformance, write(dir, o.Key, text)
}

// write writes the statement with both signatures; what was said before of the directory no longer
// holds.
func write(dir string, key ssh.Signer, statement []byte) error {
	signature, err := Sign(key, Namespace, statement)
	if err != nil {
		return err
	}
	bundle, err := signBundle(key, statement)
	if err != nil {
		return err
	}
	for _, name := range []string{WitnessName, WitnessSignatureName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil &&
			!errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, FileName), statement, 0o644),
		os.WriteFile(filepath.Join(dir, SignatureName), signature, 0o644),
		os.WriteFile(filepath.Join(dir, BundleName), bundle, 0o644),
	)
}

// Judge judges evidence by one contract, read once. It may be used at the same time.
type Judge struct {
	suite func(evidence.Target) (*suites.Suite, string, error)
}

// NewJudge returns a judge by the contract in the file, "" being the built-in one.
func NewJudge(path string) (*Judge, error) {
	c, err := app.Contract(path)
	if err != nil {
		return nil, err
	}
	return &Judge{func(t evidence.Target) (*suites.Suite, string, error) {
		s, err := suites.New(c, t)
		return s, c.SHA256, err
	}}, nil
}

// judge reads the evidence in the directory and judges it.
func (j *Judge) judge(dir string) (evidence.Run, *verdict.Report, error) {
	found, err := evidence.Read(dir)
	if err != nil {
		return found, nil, err
	}
	report, err := j.judgeRun(found, dir)
	return found, report, err
}

func (j *Judge) judgeRun(found evidence.Run, dir string) (*verdict.Report, error) {
	suite, _, err := j.suite(found.Target)
	if err != nil {
		return nil, err
	}
	report, err := app.Judge(suite, &found, "")
	if err != nil {
		return nil, err
	}
	digest := evidence.Check(dir)
	report.JudgedBy(verdict.Evidence{SHA256: digest.SHA256, Problem: digest.Problem})
	return report, nil
}

// refusal says why the run can't be certified, "" where it can.
func refusal(dir string, found evidence.Run, report *verdict.Report) string {
	if reason := Unfit(found, report); reason != "" {
		return reason
	}
	if found.Contract.SHA256 != report.Contract.SHA256 || report.Contract.File != "" {
		return "the run was planned from another contract than the built-in one"
	}
	if report.Evidence.Problem != "" {
		return "the evidence is not what the run has written: " + report.Evidence.Problem
	}
	for i, m := range found.Mails {
		if code := unmasked(m); code != "" {
			return fmt.Sprintf("mail %d of the evidence may hold a confirmation code that is not masked (%d characters); set codePattern and run again", i+1, len(code))
		}
	}
	return reportDiffers(dir, report)
}

// Unfit says what about a run keeps it from being certified, by whomever: "" where nothing does.
func Unfit(found evidence.Run, report *verdict.Report) string {
	t := found.Target
	switch {
	case found.Interrupted:
		return "the run was interrupted"
	case len(t.Only) > 0 || t.Labels != "" || report.Selection != nil:
		return "the run judged a selection only (--only, --label-filter); a certificate is of whole profiles"
	case t.Embedded:
		return "the run judged the tool's own reference deployment"
	case t.Name == "" || t.Version == "":
		return "the deployment has no name or no version (deployment: {name, version} in the configuration)"
	case report.Fault != "":
		return "the tool broke while it judged: " + report.Fault
	case report.Counts.Musts.Passed+report.Counts.Musts.Failed == 0:
		return "no must requirement was judged"
	}
	return ""
}

// unmasked is what reads like a code in a mail of the evidence, where every code is a placeholder,
// "" for none.
func unmasked(m evidence.Mail) string {
	for _, code := range codefinder.Find(mailtext.Parse(m.Source), nil).Codes {
		if !strings.ContainsAny(code, "‹›") &&
			!strings.ContainsFunc(code, func(r rune) bool { return r > 0x7e }) && !known(m, code) {
			return code
		}
	}
	return ""
}

// known reports whether the text is part of a placeholder: "‹code 1›" reads like a code where its
// marks are left out.
func known(m evidence.Mail, code string) bool {
	return slices.ContainsFunc(slices.Concat(m.Codes, m.Candidates),
		func(p placeholder.Placeholder) bool {
			return strings.Contains(string(p), code)
		})
}

// reportDiffers says how report.json differs from what the evidence is judged as, "" where it does
// not.
func reportDiffers(dir string, report *verdict.Report) string {
	text, err := os.ReadFile(filepath.Join(dir, reportName))
	if err != nil {
		return reportName + " can't be read: it belongs to what is certified"
	}
	var stored verdict.Report
	if err := json.Unmarshal(text, &stored); err != nil {
		return reportName + " is no report of a run"
	}
	if len(stored.StaleBaseline) > 0 || slices.ContainsFunc(stored.Requirements,
		func(q verdict.Requirement) bool { return q.Known != "" }) {
		return "a baseline accepts failures of the run; a certificate has none"
	}
	said, is := coverageOf(&stored).Requirements, coverageOf(report).Requirements
	if difference := differs(said, is, reportName, "the evidence"); difference != "" {
		return difference
	}
	if stored.Verdict != report.Verdict || stored.RunID != report.RunID {
		return fmt.Sprintf("%s says %q of run %s, and the evidence %q of run %s", reportName,
			stored.Verdict, stored.RunID, report.Verdict, report.RunID)
	}
	return ""
}

// differs names the first requirement of which two say different things, "" for none.
func differs(a, b map[string]verdict.Outcome, nameA, nameB string) string {
	var ids []string
	for id := range a {
		ids = append(ids, id)
	}
	for id := range b {
		if _, both := a[id]; !both {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if a[id] != b[id] {
			return fmt.Sprintf("of %s %s says %q, and %s %q", id, nameA, orNothing(a[id]), nameB,
				orNothing(b[id]))
		}
	}
	return ""
}

func orNothing(o verdict.Outcome) verdict.Outcome {
	if o == "" {
		return "nothing"
	}
	return o
}

// subjectsOf are the files that a certificate speaks of: the evidence, the report and, where there
// is one, JUnit's.
func subjectsOf(dir string) ([]Subject, error) {
	files, err := evidence.Files(dir)
	if err != nil {
		return nil, err
	}
	var list []Subject
	for _, f := range files {
		list = append(list, Subject{f.Path, Digests{f.SHA256}})
	}
	for _, name := range []string{reportName, junitName} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) && name == junitName {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Subject{name, Digests{digest(text)}})
	}
	return list, nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Summarise adds a witness's statement to a directory that holds a vendor's certificate, which must
// hold in all lines.
func Summarise(dir string, checked Result, o Options) error {
	if !checked.Holds {
		return RefusedError{"the certificate in it does not hold: " + checked.failure()}
	}
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	s, err := parseStatement(text)
	if err != nil {
		return err
	}
	levels := []string{}
	for _, p := range s.Predicate.Conformance.Coverage.Profiles {
		levels = append(levels, "CONFORMANCE_"+strings.ToUpper(p))
	}
	summary, err := encode(Summary{
		Type: statementType, Subject: []Subject{{FileName, Digests{digest(text)}}},
		PredicateType: summaryType,
		Predicate: SummaryPredicate{
			Verifier: Verifier{ID: toolURI,
				Version: map[string]string{"conformance": o.Version}},
			TimeVerified:       o.Now.UTC().Truncate(time.Second),
			ResourceURI:        s.Predicate.Conformance.Deployment.URL,
			Policy:             Resource{Name: "openapi.yaml", Digest: &Digests{s.contract()}},
			VerificationResult: "PASSED", VerifiedLevels: levels,
		},
	})
	if err != nil {
		return err
	}
	signature, err := Sign(o.Key, WitnessNamespace, summary)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, WitnessName), summary, 0o644),
		os.WriteFile(filepath.Join(dir, WitnessSignatureName), signature, 0o644),
	)
}

const toolURI = "https://github.com/etna-conformance/conformance"

// parseSummary reads a witness's statement on the certificate.
func parseSummary(text, certificate []byte) error {
	var s Summary
	if err := json.Unmarshal(text, &s, json.RejectUnknownMembers(true)); err != nil ||
		s.PredicateType != summaryType {
		return errors.New(WitnessName + " is no statement of a witness as certify writes it")
	}
	if len(s.Subject) != 1 || s.Subject[0].Digest.SHA256 != digest(certificate) {
		return errors.New(WitnessName + " speaks of another certificate")
	}
	if s.Predicate.VerificationResult != "PASSED" {
		return errors.New(WitnessName + " says " + s.Predicate.VerificationResult)
	}
	return nil
}
