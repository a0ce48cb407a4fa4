package report

import (
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// The parts of SARIF 2.1.0 that a verdict needs.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifAutomation   `json:"automationDetails"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifRule struct {
		ID            string         `json:"id"`
		Short         sarifText      `json:"shortDescription"`
		Full          sarifText      `json:"fullDescription"`
		Help          sarifText      `json:"help"`
		Configuration sarifLevel     `json:"defaultConfiguration"`
		Properties    sarifRuleExtra `json:"properties"`
	}
	sarifRuleExtra struct {
		Tags []string `json:"tags"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Start         string              `json:"startTimeUtc"`
		End           string              `json:"endTimeUtc"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level   string        `json:"level"`
		Message sarifText     `json:"message"`
		Rule    *sarifRuleRef `json:"associatedRule,omitempty"`
	}
	sarifRuleRef struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
)

// SARIF writes one rule per requirement and one result per finding, located in
// the contract. Untestable requirements are notifications of the run, so that they aren't lost.
func SARIF(w io.Writer, v View) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: Visible(v.Report.Tool.Name), Version: Visible(v.Report.Tool.Version), Rules: []sarifRule{}}},
		Automation: sarifAutomation{"conformance/" + subject(v.Report.Deployment) + "/"},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	notifications := []sarifNotification{}
	for _, caveat := range caveats(v.Report) {
		notifications = append(notifications, sarifNotification{Level: "note", Message: sarifMessage(caveat)})
	}
	for i, r := range v.Report.Requirements {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSARIFRule(r))
		switch r.Verdict {
		case verdict.Failed:
			run.Results = append(run.Results, sarifResults(i, r)...)
		case verdict.Untestable:
			notifications = append(notifications, sarifNotification{"warning", sarifMessage("untestable: " + why(r)), &sarifRuleRef{Visible(r.ID), i}})
		}
	}
	run.Invocations = []sarifInvocation{newSARIFInvocation(v.Report, notifications)}
	return writeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func newSARIFRule(r verdict.Requirement) sarifRule {
	help := source(r.Source)
	if r.Reading != "" {
		help += "\n" + passage(r.Reading, maxPassage)
	}
	return sarifRule{
		ID:            Visible(r.ID),
		Short:         sarifMessage(short(r.Statement, 1000)),
		Full:          sarifMessage(passage(r.Statement, maxPassage)),
		Help:          sarifMessage(help),
		Configuration: sarifLevel{byLevel(r.Level, "error", "warning", "note")},
		Properties:    sarifRuleExtra{[]string{Visible(r.Level), Visible(r.Profile)}},
	}
}

func sarifResults(index int, r verdict.Requirement) []sarifResult {
	var results []sarifResult
	prints := fingerprints(r)
	for i, f := range r.Findings {
		results = append(results, sarifResult{
			RuleID:       Visible(r.ID),
			RuleIndex:    index,
			Level:        byLevel(r.Level, "error", "warning", "note"),
			Message:      sarifMessage(findingText(r, f)),
			Locations:    []sarifLocation{{sarifPhysical{sarifArtifact{contractFile}, sarifRegion{max(findingLine(r, f), 1)}}}},
			Fingerprints: map[string]string{"conformance/v1": prints[i]},
		})
	}
	return results
}

func newSARIFInvocation(r verdict.Report, notifications []sarifNotification) sarifInvocation {
	const utc = "2006-01-02T15:04:05.000Z"
	return sarifInvocation{
		Successful:    !r.Interrupted,
		Start:         r.Started.UTC().Format(utc),
		End:           r.Started.UTC().Add(took(r)).Format(utc),
		Notifications: notifications,
	}
}

// SarifMessage escapes what a message would take for a placeholder (section
// 3.11.5: {0}) or a link (3.11.6: [text](target)).
func sarifMessage(s string) sarifText {
	return sarifText{strings.NewReplacer("{", "{{", "}", "}}", "](", `\](`).Replace(s)}
}
