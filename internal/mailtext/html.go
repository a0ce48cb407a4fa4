package mailtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML bounds the markup of one page: the time of the tree builder is not
// linear for every input.
const maxHTML = 1 << 20

// htmlText returns the text that a mail program shows of the page: a line for
// a block, tabs between cells, nothing between inline elements. Each link of the page
// is handed to link, each text that is set apart from the rest to emphasize.
func htmlText(page string, link, emphasize func(string)) string {
	if len(page) > maxHTML {
		page = page[:maxHTML]
	}
	root, err := html.ParseWithOptions(strings.NewReader(page),
		html.ParseOptionEnableScripting(false))
	if err != nil {
		return strippedText(page, link)
	}
	w := &htmlWriter{link: link, emphasize: emphasize, sheet: hiddenBySheet(root)}
	w.node(root, style{})
	return w.out.String()
}

// Separators, the later the stronger: of several in a row the strongest is written.
const (
	nothing = iota
	space
	tab
	newline
	paragraph
)

// htmlWriter writes text with the separators that lie between.
type htmlWriter struct {
	out       strings.Builder
	pending   int
	cellStart bool // nothing was written yet in the cell
	link      func(string)
	emphasize func(string)
	sheet     map[string]bool
}

func (w *htmlWriter) separate(kind int) {
	if !w.cellStart || kind < newline {
		w.pending = max(w.pending, kind)
	}
}

func (w *htmlWriter) write(text string) {
	if w.out.Len() > 0 {
		w.out.WriteString([...]string{"", " ", "\t", "\n", "\n\n"}[w.pending])
	}
	w.pending, w.cellStart = nothing, false
	w.out.WriteString(text)
}

// text writes the words of a text node; white space is one separator unless it is preformatted.
func (w *htmlWriter) text(text string, s style) {
	if w.out.Len() > 2*maxText {
		return
	}
	for text != "" {
		end := strings.IndexAny(text, " \t\r\n\f\u00a0")
		if end < 0 {
			w.write(text)
			return
		}
		if end > 0 {
			w.write(text[:end])
		}
		kind, size := space, 1
		switch {
		case strings.HasPrefix(text[end:], "\u00a0"):
			size = 2
		case s.preformatted && text[end] == '\n':
			kind = newline
		}
		w.separate(kind)
		text = text[end+size:]
	}
}

// node writes a node and what is in it. The depth is bounded by the parser.
func (w *htmlWriter) node(n *html.Node, outer style) {
	switch n.Type {
	case html.TextNode:
		if !outer.invisible() {
			w.text(n.Data, outer)
		}
		return
	case html.ElementNode:
		w.element(n, outer)
		return
	}
	w.children(n, outer)
}

func (w *htmlWriter) children(n *html.Node, s style) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		w.node(child, s)
	}
}

func (w *htmlWriter) element(n *html.Node, outer style) {
	s := outer.inside(n, w.sheet)
	if s.gone || unread(n.DataAtom) {
		return
	}
	if s.emphasis {
		start := w.out.Len()
		defer func() { w.emphasize(w.out.String()[start:]) }()
	}
	if n.DataAtom == atom.A || n.DataAtom == atom.Area {
		w.link(attribute(n, "href"))
	}
	if n.DataAtom == atom.Input && showsValue(attribute(n, "type")) && !s.invisible() {
		w.text(" "+attribute(n, "value")+" ", s)
		return
	}
	switch kind := s.layout; kind {
	case cell:
		w.cell(n, s)
	case lineBreak:
		w.separate(newline)
	default:
		w.separate(kind.separator())
		w.children(n, s)
		w.separate(kind.separator())
	}
}

// cell writes a table cell so that blocks in it do not tear its row apart.
func (w *htmlWriter) cell(n *html.Node, s style) {
	w.separate(tab)
	w.cellStart = true
	w.children(n, s)
	if !w.cellStart {
		w.pending = tab
	}
	w.cellStart = false
}

// showsValue tells whether an input of the type shows its value as text.
func showsValue(kind string) bool {
	return slices.Contains([]string{"", "text", "number", "tel", "button", "submit"},
		strings.ToLower(strings.TrimSpace(kind)))
}

// unread names the elements whose content is not shown.
func unread(name atom.Atom) bool {
	switch name {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noframes, atom.Iframe,
		atom.Object, atom.Svg, atom.Math, atom.Datalist, atom.Audio, atom.Video, atom.Canvas:
		return true
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// strippedText reads a page that nests too deep for a tree: tags separate words.
func strippedText(page string, link func(string)) string {
	var out strings.Builder
	skip := false
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return out.String()
		case html.StartTagToken:
			token := tokens.Token()
			skip = unread(token.DataAtom) && token.DataAtom != atom.Head
			link(attribute(&html.Node{Attr: token.Attr}, "href"))
			out.WriteString("\n")
		case html.EndTagToken:
			skip = false
		case html.TextToken:
			if !skip {
				out.WriteString(html.UnescapeString(string(tokens.Raw())))
			}
		}
	}
}
