package report

import (
	"fmt"
	"html/template"
)

// Bounds of the page, in bytes unless they say otherwise. What is left out is
// said to be, and stands in report.json and evidence.json.
const (
	pageBudget    = 720 << 10 // all foreign text together, as escaped for HTML, with its markup
	textMarkup    = 120       // what the markup around one text takes, about
	itemMarkup    = 900       // what an exchange or a mail takes without its texts, about
	barMarkup     = 700       // what a bar of the waterfall takes, about
	shownBody     = 16 << 10
	shownPassage  = 4 << 10
	shownLine     = 1 << 10
	shownBrief    = 300
	shownFields   = 40  // header lines of a message
	shownFindings = 20  // of a requirement
	shownChecks   = 100 // of a requirement
	shownAttempts = 5   // of a step in a finding
)

// budget hands out the room that the page has for foreign text.
type budget struct{ left int }

// take returns the first limit bytes of the text, visible, as far as there is
// room for them, and how many bytes of the text it left out.
func (b *budget) take(text string, limit int) (string, int) {
	if text == "" {
		return "", 0
	}
	head, cut := clip(text, limit)
	shown := VisibleText(head)
	if !b.spend(len(template.HTMLEscapeString(shown)) + textMarkup) {
		return "", len(text)
	}
	return shown, cut
}

// spend takes so many bytes, if there are as many.
func (b *budget) spend(size int) bool {
	if size > b.left {
		return false
	}
	b.left -= size
	return true
}

// text is [budget.take] with a note where something was left out.
func (b *budget) text(text string, limit int) string {
	shown, cut := b.take(text, limit)
	if cut == 0 {
		return shown
	}
	return fmt.Sprintf("%s … (%d bytes left out)", shown, cut)
}
