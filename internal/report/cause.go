package report

import (
	"regexp"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// occurrence is one finding of one failed requirement.
type occurrence struct {
	Requirement verdict.Requirement
	Finding     verdict.Finding
}

// cause is a group of findings that one mistake of the deployment explains; the first stands for
// all.
type cause []occurrence

// causes groups the findings of failed requirements. Two belong together where they expected and
// got the same, names and numbers apart, or where one requirement expected the same of both.
func causes(failed []verdict.Requirement) []cause {
	all := occurrences(failed)
	group := make([]int, len(all))
	first := map[string]int{}
	for i, o := range all {
		group[i] = i
		for _, key := range o.keys() {
			if j, seen := first[key]; seen {
				join(group, j, i)
			} else {
				first[key] = i
			}
		}
	}
	at := map[int]int{}
	var list []cause
	for i, o := range all {
		root := rootOf(group, i)
		if _, seen := at[root]; !seen {
			at[root] = len(list)
			list = append(list, nil)
		}
		list[at[root]] = append(list[at[root]], o)
	}
	return list
}

// occurrences are all findings; a requirement without any has one that is empty.
func occurrences(failed []verdict.Requirement) []occurrence {
	var all []occurrence
	for _, r := range failed {
		for _, f := range r.Findings {
			all = append(all, occurrence{r, f})
		}
		if len(r.Findings) == 0 {
			all = append(all, occurrence{Requirement: r})
		}
	}
	return all
}

// keys are what an occurrence has in common with others of its cause.
func (o occurrence) keys() []string {
	expected := o.general(o.Finding.Expected)
	if expected == "" {
		return []string{"id " + o.Requirement.ID}
	}
	return []string{
		"both " + expected + "\x00" + o.general(o.Finding.Got),
		"id " + o.Requirement.ID + "\x00" + expected,
	}
}

// generalities are what differs from trader to trader in texts that are otherwise alike.
var generalities = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`‹[^›]*›|[^\s"]+@[^\s"]+|\d+`)
})

// general is the text without addresses, numbers, placeholders and the name of its subject.
func (o occurrence) general(text string) string {
	head, _ := clip(text, consolePassage)
	name, _, _ := strings.Cut(o.Finding.Subject, "/")
	if len(name) > 2 {
		head = strings.ReplaceAll(head, name, "‹›")
	}
	return generalities().ReplaceAllString(head, "‹›")
}

// rootOf is the root of i's group, with which others of the group share it.
func rootOf(group []int, i int) int {
	for group[i] != i {
		group[i] = group[group[i]]
		i = group[i]
	}
	return i
}

// join makes one group of two; its root is the earlier one.
func join(group []int, i, j int) {
	a, b := rootOf(group, i), rootOf(group, j)
	group[max(a, b)] = min(a, b)
}
