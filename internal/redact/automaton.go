package redact

// automaton finds all forms in one pass over a text, however many there are
// (Aho and Corasick, 1975). It folds the case of ASCII letters.
type automaton struct {
	nodes []node
	// rows are the complete transitions, 256 each, of the nodes near the root
	// and of those with many children.
	rows  []int32
	forms []form
	// starts are the pairs of bytes that a form begins with.
	starts [1 << 10]uint64
	// ends lists the forms that end at a node.
	ends map[int32][]int32
}

// node is the state of having read the first depth bytes of some form.
type node struct {
	child, sibling int32
	// fail is the longest proper suffix that begins a form, match the longest
	// suffix, the node itself included, that is a form; 0 is none.
	fail, match int32
	// row is where its row begins, or -1.
	row   int32
	depth int32
	// form is one that begins with this node.
	form int32
	key  byte
}

// The nodes that get a row.
const (
	manyChildren = 3
	nearRoot     = 1
)

func newAutomaton(forms []form) *automaton {
	a := &automaton{nodes: []node{{row: -1}}, forms: forms, ends: map[int32][]int32{}}
	for i := range forms {
		a.insert(int32(i))
		a.start(forms[i].raw)
	}
	a.link()
	return a
}

func (a *automaton) insert(form int32) {
	at := int32(0)
	for _, b := range a.forms[form].raw {
		key := lower(b)
		next := a.childOf(at, key)
		if next == 0 {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{
				sibling: a.nodes[at].child, row: -1, key: key,
				depth: a.nodes[at].depth + 1, form: form,
			})
			a.nodes[at].child = next
		}
		at = next
	}
	a.ends[at] = append(a.ends[at], form)
}

func (a *automaton) childOf(at int32, key byte) int32 {
	child := a.nodes[at].child
	for child != 0 && a.nodes[child].key != key {
		child = a.nodes[child].sibling
	}
	return child
}

// link goes through the nodes breadth first, so that what a node fails to is
// complete before the node itself.
func (a *automaton) link() {
	a.addRow(0)
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		children := 0
		for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
			children++
			queue = append(queue, child)
		}
		if at == 0 {
			continue
		}
		a.nodes[at].match = a.matchOf(at)
		if children > manyChildren || a.nodes[at].depth <= nearRoot {
			a.addRow(at)
		}
		for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
			a.nodes[child].fail = a.step(a.nodes[at].fail, a.nodes[child].key)
		}
	}
}

func (a *automaton) matchOf(at int32) int32 {
	if len(a.ends[at]) > 0 {
		return at
	}
	return a.nodes[a.nodes[at].fail].match
}

func (a *automaton) addRow(at int32) {
	var row [256]int32
	if at != 0 {
		for key := range row {
			row[key] = a.step(a.nodes[at].fail, byte(key))
		}
	}
	for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
		key := a.nodes[child].key
		row[key], row[upper(key)] = child, child
	}
	a.nodes[at].row = int32(len(a.rows))
	a.rows = append(a.rows, row[:]...)
}

// step is the state after one more byte.
func (a *automaton) step(at int32, b byte) int32 {
	for {
		n := &a.nodes[at]
		if n.row >= 0 {
			return a.rows[n.row+int32(b)]
		}
		if child := a.childOf(at, lower(b)); child != 0 {
			return child
		}
		at = n.fail
	}
}

// start notes the pairs that a form begins with, in either case.
func (a *automaton) start(raw []byte) {
	for _, first := range []byte{lower(raw[0]), upper(raw[0])} {
		if len(raw) > 1 {
			a.addStart(first, lower(raw[1]))
			a.addStart(first, upper(raw[1]))
			continue
		}
		for second := range 256 {
			a.addStart(first, byte(second))
		}
	}
}

func (a *automaton) addStart(first, second byte) {
	pair := uint(first)<<8 | uint(second)
	a.starts[pair>>6] |= 1 << (pair & 63)
}

// skip returns the next place, from i on, where a form may begin.
func (a *automaton) skip(text []byte, i int) int {
	for ; i+1 < len(text); i++ {
		pair := uint(text[i])<<8 | uint(text[i+1])
		if a.starts[pair>>6&(1<<10-1)]&(1<<(pair&63)) != 0 {
			break
		}
	}
	return i
}

// scan calls hit for every state in which at least one form ends, with the
// index after its last byte, and returns the last state.
func (a *automaton) scan(text []byte, hit func(match int32, end int)) int32 {
	at := int32(0)
	for i := 0; i < len(text); i++ {
		if at == 0 {
			i = a.skip(text, i)
		}
		if row := a.nodes[at].row; row >= 0 {
			at = a.rows[row+int32(text[i])]
		} else {
			at = a.step(at, text[i])
		}
		if match := a.nodes[at].match; match != 0 {
			hit(match, i+1)
		}
	}
	return at
}

// finds tells whether scan would call hit.
func (a *automaton) finds(text []byte) bool {
	at := int32(0)
	for i := 0; i < len(text); i++ {
		if at == 0 {
			i = a.skip(text, i)
		}
		at = a.step(at, text[i])
		if a.nodes[at].match != 0 {
			return true
		}
	}
	return false
}

func upper(b byte) byte {
	if 'a' <= b && b <= 'z' {
		return b - ('a' - 'A')
	}
	return b
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}
