package contract_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

// documents are the two documents, word for word, by the titles of their pages.
func documents() map[string]string {
	return map[string]string{
		"1. Reset Trader's Password":      "1-reset-traders-password.md",
		"2. Retrieve the Secret Question": "2-retrieve-the-secret-question.md",
	}
}

// Each sentence, sample and template of the documents stands in the contract, in its order, and
// each of the contract's in the documents.
func TestEverySentenceIsRequiredOrExcluded(t *testing.T) {
	c := load(t)
	if len(c.Sentences) != len(documents()) {
		t.Fatalf("the contract has the sentences of %d pages, want %d", len(c.Sentences),
			len(documents()))
	}
	for _, page := range c.Sentences {
		data, err := os.ReadFile(filepath.Join("testdata", "documents", documents()[page.Page]))
		if err != nil {
			t.Fatal(err)
		}
		rest := page.Sentences
		for _, sentence := range sentencesOf(string(data)) {
			held := 0
			for held < len(rest) && strings.Contains(sentence, rest[held].Says) {
				held++
			}
			if held == 0 {
				t.Errorf("%s: nothing in x-sentences, or not in its place, says: %s", page.Page,
					sentence)
			}
			rest = rest[held:]
		}
		for _, s := range rest {
			t.Errorf("%s: no sentence says, in this order: %s", page.Page, s.Says)
		}
	}
}

func TestSentencesAreHeldByRequirements(t *testing.T) {
	c := load(t)
	for _, page := range c.Sentences {
		for _, s := range page.Sentences {
			for _, id := range s.Required {
				if _, found := c.Requirement(id); !found {
					t.Errorf("%s: %q is held by %s, which there is not", page.Page, s.Says, id)
				}
			}
		}
	}
	for _, w := range c.Withdrawn {
		for _, id := range w.Instead {
			if _, found := c.Requirement(id); !found {
				t.Errorf("%s was withdrawn for %s, which there is not", w.ID, id)
			}
		}
	}
}

// Every core requirement whose page is one of the two documents holds a sentence of them.
func TestRequirementsHoldSentences(t *testing.T) {
	c := load(t)
	held := map[string]bool{}
	for _, page := range c.Sentences {
		for _, s := range page.Sentences {
			for _, id := range s.Required {
				held[id] = true
			}
		}
	}
	for _, r := range c.Requirements {
		_, document := documents()[r.Source.Page]
		if document && r.Level == "must" && r.Source.Edition == "" && !held[r.ID] {
			t.Errorf("%s names a document as its source, and x-sentences has no sentence for it",
				r.ID)
		}
	}
}

// The titles of the documents' pages are their headings.
func TestPagesHaveTheirTitles(t *testing.T) {
	c := load(t)
	for title, file := range documents() {
		data, err := os.ReadFile(filepath.Join("testdata", "documents", file))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(strings.Split(string(data), "\n"), "# "+title) {
			t.Errorf("%s has no heading %q", file, title)
		}
		if _, found := c.Page(title); !found {
			t.Errorf("the contract has no page %q", title)
		}
	}
}

// The sections that requirements name are headings of the documents.
func TestSectionsAreHeadings(t *testing.T) {
	for _, r := range load(t).Requirements {
		file, document := documents()[r.Source.Page]
		if !document || r.Source.Edition != "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join("testdata", "documents", file))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(r.Source.Section) + `$`).Match(data) {
			t.Errorf("%s: %s has no section %q", r.ID, file, r.Source.Section)
		}
	}
}

func TestMistakesInTheSentencesAreRefused(t *testing.T) {
	for what, sentence := range map[string]string{
		"neither":  "{says: Overall}",
		"both":     "{says: Overall, required: [KEY-1], excluded: It says nothing.}",
		"no words": "{required: [KEY-1]}",
		"misspelt": "{says: Overall, require: [KEY-1]}",
	} {
		text := "x-sentences: [{page: A page, sentences: [" + sentence + "]}]\n"
		if _, err := contract.Ledger("openapi.yaml", []byte(text)); err == nil {
			t.Errorf("%s: not refused", what)
		}
	}
}

var (
	frontKey  = regexp.MustCompile(`^description: *(>-)?`)
	listMark  = regexp.MustCompile(`^([0-9]+\.|\*|-) +`)
	sentenceE = regexp.MustCompile(`[.:](\s+|$)`)
)

// sentencesOf splits a document: a code block and the line between its front matter's marks is one
// sentence each, headings and the head of a table are none.
func sentencesOf(text string) []string {
	var list []string
	for _, block := range splitBlocks(text) {
		if code, isCode := strings.CutPrefix(block, "```\n"); isCode {
			list = append(list, strings.Join(strings.Fields(code), " "))
			continue
		}
		list = append(list, proseOf(block)...)
	}
	return list
}

// splitBlocks separates paragraphs, list items, table rows and code blocks; the latter begin with a fence.
func splitBlocks(text string) []string {
	var blocks []string
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			blocks = append(blocks, strings.Join(paragraph, " "))
			paragraph = nil
		}
	}
	code := false
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			flush()
			if code = !code; code {
				blocks = append(blocks, "```\n")
			}
		case code:
			blocks[len(blocks)-1] += line + "\n"
		case line == "" || line == "---" || strings.HasPrefix(line, "#"):
			flush()
		case strings.HasPrefix(line, "|"):
			flush()
			if cells := strings.Split(strings.Trim(line, "| "), " | "); cells[0] != "Parameter" &&
				!strings.HasPrefix(cells[0], ":") {
				blocks = append(blocks, cells[1])
			}
		case listMark.MatchString(line):
			flush()
			paragraph = append(paragraph, listMark.ReplaceAllString(line, ""))
		default:
			paragraph = append(paragraph, strings.TrimSpace(frontKey.ReplaceAllString(line, "")))
		}
	}
	flush()
	return blocks
}

// proseOf splits a paragraph at the ends of its sentences; "v1.0" and "1.0" are none.
func proseOf(paragraph string) []string {
	var list []string
	for paragraph = strings.TrimSpace(paragraph); paragraph != ""; {
		end := sentenceE.FindStringIndex(paragraph)
		if end == nil {
			return append(list, paragraph)
		}
		list = append(list, strings.TrimSpace(paragraph[:end[1]]))
		paragraph = strings.TrimSpace(paragraph[end[1]:])
	}
	return list
}

// Step 3 is one operation at two published paths, the older of which takes the code alone.
func TestOlderPathIsTheSameOperation(t *testing.T) {
	c := load(t)
	newer, _ := c.Operation("generateToken")
	if newer.Older == nil {
		t.Fatal("step 3 has no older path")
	}
	older, found := c.AtOlderPaths().Operation("generateToken")
	if !found || older.Path != "/v{version}/users/password/reset/code" ||
		older.Method != newer.Method || older.Profile != newer.Profile {
		t.Errorf("at its older path step 3 is %s", older)
	}
	body, err := older.FillBody(map[string]any{"Code": "741175", "Identifier": "ResetPassword"})
	if err != nil || string(body) != `{"Code":"741175"}` {
		t.Errorf("at its older path step 3 is sent %s, %v", body, err)
	}
	if len(c.AtOlderPaths().Operations) != len(c.Operations) ||
		slices.ContainsFunc(c.Operations, func(o contract.Operation) bool {
			return o.Path == older.Path
		}) {
		t.Error("the older path is an operation of its own")
	}
	text := strings.Replace(string(conformance.OpenAPI), "x-older-path-of: generateToken",
		"x-older-path-of: generateTokn", 1)
	if _, err := contract.Load("openapi.yaml", []byte(text)); err == nil ||
		!strings.Contains(err.Error(), `did you mean "generateToken"?`) {
		t.Errorf("a misspelt x-older-path-of: %v", err)
	}
}
