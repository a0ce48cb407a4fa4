package mailtext

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// layout is how an element stands to the text around it.
type layout int

const (
	inline layout = iota
	boxed         // inline-block: on the line, but not part of the word
	block
	paragraphBlock
	cell
	lineBreak
)

func (l layout) separator() int {
	switch l {
	case boxed:
		return space
	case block:
		return newline
	case paragraphBlock:
		return paragraph
	}
	return nothing
}

// style is what of an element's style decides whether and how its text is read.
type style struct {
	gone         bool // not shown, whatever is in it
	hidden       bool // not shown, unless something in it is made visible
	tiny         bool // of size zero, unless something in it has a size
	preformatted bool
	emphasis     bool // itself set bold, large, spaced out or in a typewriter's face
	layout       layout
}

func (s style) invisible() bool { return s.hidden || s.tiny }

// inside returns the style of an element within s: inherited, then its tag's, then its own.
func (s style) inside(n *html.Node, sheet map[string]bool) style {
	s.layout = layoutOf(n.DataAtom)
	s.preformatted = s.preformatted || n.DataAtom == atom.Pre
	s.emphasis = emphasizes(n.DataAtom)
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			s.gone = true
		case "style":
			s.declarations(a.Val)
		case "class", "id":
			s.gone = s.gone || matches(sheet, a.Key, a.Val)
		}
	}
	return s
}

func matches(sheet map[string]bool, key, names string) bool {
	prefix := "."
	if key == "id" {
		prefix = "#"
	}
	for _, name := range strings.Fields(names) {
		if sheet[prefix+strings.ToLower(name)] {
			return true
		}
	}
	return false
}

var (
	zeroLength  = lazyregexp.New(`^0+(?:\.0+)?(?:px|pt|em|rem|%)?$`)
	comment     = lazyregexp.New(`(?s)/\*.*?\*/`)
	simpleRule  = lazyregexp.New(`([^{}@;]+)\{([^{}]*)\}`)
	largeFont   = lazyregexp.New(`^(?:(?:1[89]|[2-9]\d)(?:\.\d+)?(?:px|pt)|(?:1\.[4-9]\d*|[2-9](?:\.\d+)?)r?em|(?:1[4-9]|[2-9]\d)\d%|x+-large|larger)$`)
	strongFont  = lazyregexp.New(`\bbold|\b[6-9]00\b|monospace|courier|consolas|menlo|\b(?:1[89]|[2-9]\d)p[xt]\b`)
	displayNone = lazyregexp.New(`(?i)(?:^|[;\s])display\s*:\s*none\b`)
	selector    = lazyregexp.New(`^[a-z]*([.#][\w-]+)$`)
)

func (s *style) declarations(text string) {
	height, clipped := false, false
	for _, declaration := range strings.Split(strings.ToLower(text), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		value, _, _ = strings.Cut(value, "!")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(name) {
		case "display":
			s.display(value)
		case "visibility":
			s.hidden = value == "hidden" || value == "collapse"
		case "font-size":
			s.tiny = zeroLength.MatchString(value)
			s.emphasis = s.emphasis || largeFont.MatchString(value)
		case "font", "font-family", "font-weight":
			s.emphasis = s.emphasis || strongFont.MatchString(value)
		case "letter-spacing":
			s.emphasis = s.emphasis || strings.ContainsAny(value, "123456789")
		case "opacity":
			s.gone = s.gone || zeroLength.MatchString(value)
		case "white-space":
			s.preformatted = strings.HasPrefix(value, "pre") || value == "break-spaces"
		case "max-height", "height":
			height = height || zeroLength.MatchString(value)
		case "overflow":
			clipped = value == "hidden"
		}
	}
	s.gone = s.gone || height && clipped
}

// emphasizes names the elements that are set apart from running text.
func emphasizes(name atom.Atom) bool {
	switch name {
	case atom.B, atom.Strong, atom.Em, atom.Mark, atom.Big, atom.Code, atom.Kbd, atom.Samp, atom.Tt,
		atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4:
		return true
	}
	return false
}

func (s *style) display(value string) {
	switch value {
	case "none":
		s.gone = true
	case "inline", "contents":
		s.layout = inline
	case "inline-block", "inline-flex", "inline-table":
		s.layout = boxed
	case "block", "flex", "grid", "table", "table-row", "list-item":
		if s.layout == inline {
			s.layout = block
		}
	case "table-cell":
		s.layout = cell
	}
}

func layoutOf(name atom.Atom) layout {
	switch name {
	case atom.Br:
		return lineBreak
	case atom.Td, atom.Th:
		return cell
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Ul,
		atom.Ol, atom.Dl, atom.Hr:
		return paragraphBlock
	case atom.Address, atom.Article, atom.Aside, atom.Body, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Dir,
		atom.Div, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
		atom.Header, atom.Legend,
		atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Option, atom.Pre, atom.Section, atom.Summary,
		atom.Table, atom.Tbody,
		atom.Tfoot, atom.Thead, atom.Tr:
		return block
	case atom.Button, atom.Select, atom.Textarea, atom.Img:
		return boxed
	}
	return inline
}

// maxSheet bounds the style sheets of a page, in bytes.
const maxSheet = 64 << 10

// hiddenBySheet returns the classes and ids that the page's own style sheets
// never display. Rules under a condition (@media) do not count.
func hiddenBySheet(root *html.Node) map[string]bool {
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.DataAtom == atom.Style &&
			text.Len()+len(n.Data) <= maxSheet {
			text.WriteString(n.Data)
		}
	}
	hidden := map[string]bool{}
	for _, rule := range simpleRule().FindAllStringSubmatch(unconditional(comment().ReplaceAllString(text.String(), "")), -1) {
		if !displayNone.MatchString(rule[2]) {
			continue
		}
		for _, s := range strings.Split(rule[1], ",") {
			if name := selector().FindStringSubmatch(strings.ToLower(strings.TrimSpace(s))); name != nil {
				hidden[name[1]] = true
			}
		}
	}
	return hidden
}

// unconditional drops the blocks of at-rules from a style sheet.
func unconditional(sheet string) string {
	var out strings.Builder
	depth, from := 0, -1
	for i := 0; i < len(sheet); i++ {
		switch c := sheet[i]; {
		case c == '@' && from < 0 && depth == 0:
			from = 0
		case c == '{':
			depth++
		case c == '}':
			depth = max(depth-1, 0)
			if from == 0 && depth == 0 {
				from = -1
				continue
			}
		case c == ';' && depth == 0 && from == 0:
			from = -1
			continue
		}
		if from < 0 {
			out.WriteByte(sheet[i])
		}
	}
	return out.String()
}
