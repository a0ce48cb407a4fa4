// Package certificate makes a signed statement of a run, and checks one offline: that it was signed
// by a key somebody vouches for, that the files are those it speaks of, and that the evidence,
// judged anew, comes to the verdicts it claims. docs/certification.md says what that proves, and
// what it does not.
package certificate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// The files of a certificate, beside the evidence.
const (
	// FileName is the statement, SignatureName its SSH signature, BundleName the same as a Sigstore
	// bundle.
	FileName      = "certificate.json"
	SignatureName = "certificate.json.sig"
	BundleName    = "certificate.sigstore.json"
	// WitnessName is a witness's statement on the certificate, WitnessSignatureName its SSH
	// signature.
	WitnessName          = "witness.json"
	WitnessSignatureName = "witness.json.sig"
	reportName           = "report.json"
	junitName            = "junit.xml"
)

// The namespaces of the signatures (SSHSIG).
const (
	Namespace        = "conformance-certificate"
	WitnessNamespace = "conformance-witness"
)

// The types of the statements.
const (
	statementType  = "https://in-toto.io/Statement/v1"
	testResultType = "https://in-toto.io/attestation/test-result/v0.1"
	summaryType    = "https://slsa.dev/verification_summary/v1"
	// schemaVersion is the version of [Extension].
	schemaVersion = 1
)

// Statement is an in-toto Statement v1 with the predicate Test Result v0.1.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// Subject is one file and its digest.
type Subject struct {
	Name   string  `json:"name"`
	Digest Digests `json:"digest"`
}

// Digests are those of one file, in hexadecimal.
type Digests struct {
	SHA256 string `json:"sha256"`
}

// Predicate is in-toto's Test Result v0.1 with one member more.
type Predicate struct {
	// Result is PASSED or FAILED.
	Result        string     `json:"result"`
	Configuration []Resource `json:"configuration"`
	PassedTests   []string   `json:"passedTests"`
	FailedTests   []string   `json:"failedTests"`
	Conformance   Extension  `json:"conformance"`
}

// Resource is an in-toto ResourceDescriptor.
type Resource struct {
	Name        string            `json:"name"`
	Digest      *Digests          `json:"digest,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Extension is what Test Result has no place for; docs/certificate.schema.json describes it.
type Extension struct {
	SchemaVersion int                `json:"schemaVersion"`
	Verdict       verdict.Overall    `json:"verdict"`
	Coverage      Coverage           `json:"coverage"`
	Deployment    verdict.Deployment `json:"deployment"`
	RunID         string             `json:"runId"`
	Started       time.Time          `json:"started"`
	// Challenge is the nonce that the run responded to, "" where there was none.
	Challenge string `json:"challenge,omitempty"`
	Discreet  bool   `json:"discreet,omitempty"`
	// ObservedBy is who ran the tool: "vendor" or "witness".
	ObservedBy string    `json:"observedBy"`
	Issued     time.Time `json:"issued"`
	Expires    time.Time `json:"expires"`
}

// Coverage is what of the profiles was judged, and the verdict of each requirement.
type Coverage struct {
	Profiles     []string                   `json:"profiles"`
	MustsJudged  int                        `json:"mustsJudged"`
	Musts        int                        `json:"musts"`
	Requirements map[string]verdict.Outcome `json:"requirements"`
}

// Who says who ran the tool.
const (
	Vendor  = "vendor"
	Witness = "witness"
)

// newStatement says what was judged of the run.
func newStatement(found evidence.Run, report *verdict.Report, subjects []Subject,
	o Options) Statement {
	s := Statement{Type: statementType, Subject: subjects, PredicateType: testResultType}
	s.Predicate = Predicate{
		Result: "FAILED", PassedTests: []string{}, FailedTests: []string{},
		Configuration: configuration(found, o),
		Conformance: Extension{
			SchemaVersion: schemaVersion, Verdict: report.Verdict, Deployment: report.Deployment,
			RunID:   found.ID,
			Started: found.Started.UTC(), Challenge: found.Target.Nonce,
			Discreet: found.Target.Discreet, ObservedBy: o.As,
			Issued:   o.Now.UTC().Truncate(time.Second),
			Expires:  o.Now.Add(o.Expires).UTC().Truncate(time.Second),
			Coverage: coverageOf(report),
		},
	}
	if report.Verdict == verdict.Conformant {
		s.Predicate.Result = "PASSED"
	}
	for _, q := range report.Requirements {
		switch q.Verdict {
		case verdict.Passed:
			s.Predicate.PassedTests = append(s.Predicate.PassedTests, q.ID)
		case verdict.Failed:
			s.Predicate.FailedTests = append(s.Predicate.FailedTests, q.ID)
		}
	}
	return s
}

func coverageOf(report *verdict.Report) Coverage {
	c := Coverage{Profiles: report.Profiles, Requirements: map[string]verdict.Outcome{}}
	c.MustsJudged, c.Musts = report.Musts()
	for _, q := range report.Requirements {
		c.Requirements[q.ID] = q.Verdict
	}
	return c
}

func configuration(found evidence.Run, o Options) []Resource {
	list := []Resource{
		{Name: "openapi.yaml", Digest: &Digests{found.Contract.SHA256},
			Annotations: map[string]string{"version": found.Contract.Version}},
		{Name: "suite", Annotations: map[string]string{"collected by": found.Tool,
			"judged by": "conformance " + o.Version}},
	}
	if o.Binary != "" {
		list = append(list, Resource{Name: "conformance", Digest: &Digests{o.Binary}})
	}
	for _, p := range found.Target.Profiles {
		list = append(list, Resource{Name: "profile/" + p})
	}
	return list
}

func (s Statement) contract() string {
	i := slices.IndexFunc(s.Predicate.Configuration, func(r Resource) bool {
		return r.Name == "openapi.yaml" && r.Digest != nil
	})
	if i < 0 {
		return ""
	}
	return s.Predicate.Configuration[i].Digest.SHA256
}

func encode(value any) ([]byte, error) {
	text, err := json.Marshal(value, jsontext.Multiline(true), jsontext.WithIndent(" "),
		json.Deterministic(true),
		jsonv1.OmitEmptyWithLegacySemantics(true))
	return append(text, '\n'), err
}

// parseStatement reads a certificate. An unknown member is an error: it might mean what this
// version can't check.
func parseStatement(text []byte) (Statement, error) {
	var version struct {
		PredicateType string `json:"predicateType"`
		Predicate     struct {
			Conformance struct {
				SchemaVersion int `json:"schemaVersion"`
			} `json:"conformance"`
		} `json:"predicate"`
	}
	if err := json.Unmarshal(text, &version); err != nil || version.PredicateType == "" {
		return Statement{}, errors.New(FileName + " is no statement as certify writes it")
	}
	if v := version.Predicate.Conformance.SchemaVersion; version.PredicateType != testResultType ||
		v != schemaVersion {
		return Statement{},
			fmt.Errorf("%s is a statement of the type %s, version %d; this version reads %s, version %d",
				FileName, version.PredicateType, v, testResultType, schemaVersion)
	}
	var s Statement
	if err := json.Unmarshal(text, &s, json.RejectUnknownMembers(true)); err != nil ||
		s.Type != statementType {
		return Statement{}, errors.New(FileName +
			" has members that this version does not know, or lacks some")
	}
	return s, nil
}

// Summary is a SLSA Verification Summary v1: a witness's statement on a certificate.
type Summary struct {
	Type          string           `json:"_type"`
	Subject       []Subject        `json:"subject"`
	PredicateType string           `json:"predicateType"`
	Predicate     SummaryPredicate `json:"predicate"`
}

// SummaryPredicate is the predicate of a [Summary].
type SummaryPredicate struct {
	Verifier           Verifier  `json:"verifier"`
	TimeVerified       time.Time `json:"timeVerified"`
	ResourceURI        string    `json:"resourceUri"`
	Policy             Resource  `json:"policy"`
	VerificationResult string    `json:"verificationResult"`
	VerifiedLevels     []string  `json:"verifiedLevels"`
}

// Verifier names the tool that verified.
type Verifier struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"`
}
