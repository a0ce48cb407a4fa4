package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestFindShard(t *testing.T) {
	for name, c := range map[string]struct {
		flag   string
		shards int
		env    map[string]string
		want   Shard
		err    string
	}{
		"the whole":  {},
		"by flag":    {flag: "2/5", want: Shard{2, 5}},
		"one of one": {flag: "1/1"},
		"the flag wins": {flag: "2/5", env: map[string]string{"CI_NODE_INDEX": "1",
			"CI_NODE_TOTAL": "3"}, want: Shard{2, 5}},
		"Kubernetes": {shards: 5, env: map[string]string{"JOB_COMPLETION_INDEX": "4"},
			want: Shard{5, 5}},
		"GitLab": {env: map[string]string{"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"},
			want: Shard{3, 3}},
		"GitLab, not parallel": {env: map[string]string{"CI_NODE_TOTAL": "1"}},
		"no slash":             {flag: "2", err: "expected I/N"},
		"none of five":         {flag: "0/5", err: "from 1 to that of all shards, got 0 of 5"},
		"a sixth of five":      {flag: "6/5", err: "got 6 of 5"},
		"no numbers":           {flag: "a/b", err: "got a of b"},
		"of how many": {env: map[string]string{"JOB_COMPLETION_INDEX": "4"},
			err: "expected --shards N"},
		"beyond the last": {shards: 4, env: map[string]string{"JOB_COMPLETION_INDEX": "4"},
			err: "from 0 to that of all shards"},
		"which one": {shards: 4, err: "expected --shard I/N"},
	} {
		got, err := FindShard(c.flag, c.shards, func(name string) string { return c.env[name] })
		if got != c.want || (err == nil) != (c.err == "") || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %v, %v; want %v, %q", name, got, err, c.want, c.err)
		}
	}
}

// TestShardsTakeTurns checks that each place is in exactly one shard.
func TestShardsTakeTurns(t *testing.T) {
	for place := range 10 {
		held := 0
		for i := range 3 {
			if (Shard{i + 1, 3}).Holds(place) {
				held++
			}
		}
		if held != 1 || !(Shard{}).Holds(place) {
			t.Errorf("place %d is in %d shards", place, held)
		}
	}
}

func TestNamesAreWhatDistinguishesConfigurations(t *testing.T) {
	for _, c := range []struct{ config, name, path, want string }{
		{"sites/*.yaml", "", "sites/acme.yaml", "acme"},
		{"sites/*/conformance.yaml", "", "sites/acme/conformance.yaml", "acme-conformance"},
		{"sites/eu-*.yaml", "", "sites/eu-acme.yaml", "eu-acme"},
		{"sites/acme.yaml", "", "sites/acme.yaml", "acme"},
		{"sites/acme.yaml", "acme-us", "sites/acme.yaml", "acme-us"},
	} {
		if got := deploymentName(config.FleetEntry{Config: c.config, Name: c.name},
			c.path); got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.path, c.config, got, c.want)
		}
	}
}

func TestNamesThatCannotBeDirectories(t *testing.T) {
	for want, list := range map[string][]Deployment{
		"can't be a name":         {{Name: "fleet.json", File: "a.yaml"}},
		"\"Index.html\" can't be": {{Name: "Index.html", File: "a.yaml"}},
		"\"\" can't be":           {{File: ".yaml"}},
		"are both called \"Acme\"": {{Name: "acme", File: "a.yaml"},
			{Name: "Acme", File: "b.yaml"}},
		"is a deployment of p:1 al": {{Name: "a", File: "a.yaml", Place: "p:1"},
			{Name: "a", File: "a.yaml", Place: "p:2"}},
	} {
		if err := checkNames(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := checkNames([]Deployment{{Name: "a", File: "a.yaml"},
		{Name: "b", File: "a.yaml"}}); err != nil {
		t.Errorf("one file for two deployments: %v", err)
	}
}

// a result of a deployment, judged where there is a verdict.
func result(name string, v verdict.Overall, code int) Result {
	r := Result{Name: name, Verdict: v, ExitCode: code}
	if v != "" {
		r.RunID, r.Dir = "RUN-"+name, name
	}
	return r
}

func TestTheExitCodeIsTheWorst(t *testing.T) {
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{nil, 0}, {[]int{0, 0}, 0}, {[]int{0, 3}, 3}, {[]int{3, 2}, 2}, {[]int{2, 1, 3}, 1},
		{[]int{1, 130}, 130}, {[]int{130, 70, 0}, 70},
	} {
		var r Report
		for _, code := range c.codes {
			r.Deployments = append(r.Deployments, Result{ExitCode: code})
		}
		if r.sumUp(); r.ExitCode != c.want {
			t.Errorf("%v: got %d, want %d", c.codes, r.ExitCode, c.want)
		}
	}
}

func TestEachDeploymentCountsOnce(t *testing.T) {
	r := Report{Deployments: []Result{
		result("a", verdict.Conformant, 0), result("b", verdict.PartlyJudged, 0),
		result("c", verdict.Incomplete, 3),
		result("d", verdict.NotConformant, 1), result("e", "", 2), result("f", "", 70),
		result("g", verdict.Incomplete, 70), result("h", "", 130),
	}}
	r.sumUp()
	if want := (Counts{1, 1, 1, 1, 1, 2, 1}); r.Counts != want {
		t.Errorf("got %+v, want %+v", r.Counts, want)
	}
	if missing := r.Missing(); !slices.Equal(missing, []string{"h"}) {
		t.Errorf("missing: %v", missing)
	}
}

func shardOf(dir string, index int, results ...Result) part {
	return part{dir, Report{RunID: "RUN" + dir, Names: []string{"a", "b", "c"},
		Shard: &Shard{index, 2}, Deployments: results,
		Started: time.Unix(int64(100*index), 0), DurationMs: 5000}}
}

func TestMergedShardsAreTheWhole(t *testing.T) {
	first := shardOf("one", 1, result("a", verdict.Conformant, 0),
		result("c", verdict.NotConformant, 1))
	second := shardOf("two", 2, result("b", verdict.Conformant, 0))
	m, err := mergeParts([]part{second, first}, ".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range m.Deployments {
		got = append(got, d.Name+" "+d.Dir)
	}
	if !slices.Equal(got, []string{"a one/a", "b two/b", "c one/c"}) || m.ExitCode != 1 ||
		!m.Started.Equal(time.Unix(100, 0)) || m.DurationMs != 105_000 {
		t.Errorf("got %v, exit code %d, %s, %d ms", got, m.ExitCode, m.Started, m.DurationMs)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	m, err := mergeParts([]part{shardOf("one", 1, result("a", verdict.Conformant, 0))}, ".")
	if err != nil {
		t.Fatal(err)
	}
	if m.ExitCode != verdict.ExitIncomplete ||
		m.Deployments[1].Reason != "not judged: shard 2/2 is missing" ||
		m.Deployments[2].Reason != "not judged: one is of a run that did not come to its end" {
		t.Errorf("got %d, %+v", m.ExitCode, m.Deployments)
	}
}

// TestALaterAttemptCompletesAnInterruptedOne takes the result of whichever judged the deployment.
func TestALaterAttemptCompletesAnInterruptedOne(t *testing.T) {
	interrupted := shardOf("one", 1, result("a", "", 130), result("c", verdict.Conformant, 0))
	again := shardOf("two", 1, result("a", verdict.Conformant, 0), result("c", "", 130))
	for _, parts := range [][]part{{interrupted, again}, {again, interrupted}} {
		m, err := mergeParts(parts, ".")
		if err != nil || m.Deployments[0].Dir != "two/a" || m.Deployments[2].Dir != "one/c" {
			t.Errorf("got %+v, %v", m.Deployments, err)
		}
	}
}

func TestNoRunCountsTwice(t *testing.T) {
	twice := result("c", verdict.Conformant, 0)
	twice.RunID = "RUN-a"
	_, err := mergeParts([]part{shardOf("one", 1, result("a", verdict.Conformant, 0)),
		shardOf("two", 2, twice)}, ".")
	if err == nil || !strings.Contains(err.Error(), "holds the run RUN-a of c, as one does") {
		t.Errorf("got %v", err)
	}
	other := result("a", verdict.Conformant, 0)
	other.RunID = "ANOTHER"
	_, err = mergeParts([]part{shardOf("one", 1, result("a", verdict.Conformant, 0)),
		shardOf("two", 1, other)}, ".")
	if err == nil || !strings.Contains(err.Error(), "a was judged in one, too") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyShardsOfOneDivisionFit(t *testing.T) {
	one := shardOf("one", 1)
	same, other, thirds, whole := one, shardOf("two", 2), shardOf("two", 2), shardOf("two", 2)
	other.Names = []string{"a"}
	thirds.Shard = &Shard{2, 3}
	whole.Shard = nil
	for want, p := range map[string]part{
		"as one does": same, "is of another fleet than one": other,
		"expected shards of one division": thirds, "shards as one is not": whole,
	} {
		if err := checkFits([]part{one}, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := checkFits([]part{one}, shardOf("two", 2)); err != nil {
		t.Error(err)
	}
}

func TestARunGoesOnOnlyAsItself(t *testing.T) {
	before := header{RunID: "NIGHTLY", Tool: "1", Asked: "--strict", Names: []string{"a"}}
	for name, c := range map[string]struct {
		change func(*runner)
		done   bool
		want   bool
	}{
		"killed":                   {func(*runner) {}, false, true},
		"ended":                    {func(*runner) {}, true, false},
		"ended, by its name":       {func(r *runner) { r.RunID = "NIGHTLY" }, true, true},
		"another name":             {func(r *runner) { r.RunID = "OTHER" }, false, false},
		"all anew":                 {func(r *runner) { r.Fresh = true }, false, false},
		"another version":          {func(r *runner) { r.header.Tool = "2" }, false, false},
		"asked for something else": {func(r *runner) { r.header.Asked = "" }, false, false},
		"another fleet": {func(r *runner) { r.header.Names = []string{"b"} }, false,
			false},
		"a shard": {func(r *runner) { r.header.Shard = &Shard{1, 2} }, false, false},
	} {
		r := &runner{header: before}
		c.change(r)
		if got := r.continuesRun(before, c.done); got != c.want {
			t.Errorf("%s: goes on: %t", name, got)
		}
	}
}

// TestAJournalIsReadUpToWhereItBreaks cuts it as a kill does.
func TestAJournalIsReadUpToWhereItBreaks(t *testing.T) {
	dir := t.TempDir()
	j, err := openJournal(dir, header{RunID: "NIGHTLY", Names: []string{"a", "b"}},
		map[string]Result{"a": result("a", verdict.Incomplete, 3)})
	if err != nil {
		t.Fatal(err)
	}
	b, again := result("b", verdict.Conformant, 0), result("a", verdict.Conformant, 0)
	if err := errors.Join(j.add(line{Result: &b}), j.add(line{Result: &again}),
		j.add(line{Done: true}), j.file.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	h, results, done, err := readJournal(dir)
	if err != nil || h.RunID != "NIGHTLY" || len(results) != 2 ||
		results["a"].Verdict != verdict.Conformant || !done {
		t.Errorf("got %+v, %+v, %t, %v", h, results, done, err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	cut := slices.Concat(lines[0], lines[1], lines[2], lines[3][:len(lines[3])/2])
	if err := os.WriteFile(filepath.Join(dir, stateFile), cut, 0o600); err != nil {
		t.Fatal(err)
	}
	_, results, done, err = readJournal(dir)
	if err != nil || results["a"].Verdict != verdict.Incomplete ||
		results["b"].Verdict != verdict.Conformant || done {
		t.Errorf("cut: got %+v, %t, %v", results, done, err)
	}
	if err := os.WriteFile(filepath.Join(dir, stateFile), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := readJournal(dir); err == nil {
		t.Error("a file of something else was read")
	}
}

// TestTheSchemaDescribesFleetJSON holds what is written against docs/fleet.schema.json.
func TestTheSchemaDescribesFleetJSON(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs",
		"fleet.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	full := result("a", verdict.NotConformant, 1)
	full.fillFrom(verdict.Report{RunID: "R", Verdict: verdict.NotConformant,
		Started: time.Unix(1, 0), DurationMs: 5,
		Requirements: []verdict.Requirement{{ID: "RESET-1", Verdict: verdict.Failed},
			{ID: "KEY-1", Verdict: verdict.Untestable}}}, false, false)
	full.Config, full.URL, full.Labels, full.LastLine = "a.yaml", "http://a.invalid",
		map[string]string{"region": "eu"}, "x"
	single := Report{SchemaVersion: SchemaVersion,
		Tool: verdict.Tool{Name: "conformance", Version: "1"}, RunID: "X", Shard: &Shard{1, 2},
		Names: []string{"a", "b"}, Deployments: []Result{full, result("b", "", 2)}}
	single.sumUp()
	merged := single
	merged.RunID, merged.Shard, merged.Shards = "", nil, []ShardRun{{"X", &Shard{1, 2}}, {"Y", nil}}
	for name, r := range map[string]Report{"single": single, "merged": merged} {
		value := asJSON(t, r)
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if value["surplus"] = 1; schema.Validate(value) == nil {
			t.Errorf("%s: the schema allows other members", name)
		}
	}
}

func asJSON(t *testing.T, r Report) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := json.Unmarshal(b.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
