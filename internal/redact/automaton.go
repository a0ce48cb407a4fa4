package redact

// automaton finds all forms in one pass over a text, however many there are (Aho and Corasick,
// 1975). It folds the case of ASCII letters.
type automaton struct {
	nodes []node
	// rows are complete transition tables of 256 entries each, for nodes near
	// the root and nodes with many children.
	rows  []int32
	forms []form
	// ends lists the forms with their end at each node.
	ends map[int32][]int32
	// starts is the set of possible first pairs of bytes of a form.
	starts pairs
}

// node is the state after the first depth bytes of some form.
type node struct {
	child, sibling int32
	// fail is the longest proper suffix to begin a form, match the longest suffix (the node itself
	// included) to be a form; 0 is none.
	fail, match int32
	// next is the longest of those suffixes to continue with a byte other than the node's: the
	// suffixes between have no continuation the node lacks.
	next int32
	// enter and leave enclose the nodes with this one as a suffix.
	enter, leave int32
	// row is the index of the transition table, or -1.
	row   int32
	depth int32
	// secret is the index of a secret to begin with this node, -1 for none.
	secret int32
	key    byte
}

// Bounds for nodes with a transition table.
const (
	manyChildren = 3
	nearRoot     = 1
)

func newAutomaton(forms []form) *automaton {
	a := &automaton{nodes: []node{{row: -1, secret: -1}}, ends: map[int32][]int32{}}
	for _, f := range forms {
		a.insert(f)
	}
	a.link()
	return a
}

// insert adds a form; [automaton.link] must follow.
func (a *automaton) insert(f form) {
	at := int32(0)
	for _, b := range f.raw {
		key := lower(b)
		next := a.childOf(at, key)
		if next == 0 {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{
				sibling: a.nodes[at].child, row: -1, key: key, depth: a.nodes[at].depth + 1,
				secret: -1,
			})
			a.nodes[at].child = next
		}
		at = next
		if a.nodes[at].secret < 0 {
			a.nodes[at].secret = int32(f.secret)
		}
	}
	a.ends[at] = append(a.ends[at], int32(len(a.forms)))
	a.forms = append(a.forms, f)
	a.addStart(f.raw)
}

func (a *automaton) childOf(at int32, key byte) int32 {
	child := a.nodes[at].child
	for child != 0 && a.nodes[child].key != key {
		child = a.nodes[child].sibling
	}
	return child
}

// link completes the nodes breadth first: the suffixes of a node are shorter,
// so they are complete before the node itself.
func (a *automaton) link() {
	a.rows = nil
	for i := range a.nodes {
		a.nodes[i].row = -1
	}
	a.addTable(0)
	order := []int32{0}
	for i := 0; i < len(order); i++ {
		at := order[i]
		children := 0
		for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
			children++
			order = append(order, child)
		}
		if at == 0 {
			continue
		}
		a.nodes[at].match = a.matchOf(at)
		if children > manyChildren || a.nodes[at].depth <= nearRoot {
			a.addTable(at)
		}
		for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
			a.nodes[child].fail = a.nextNode(a.nodes[at].fail, a.nodes[child].key)
			a.nodes[child].next = a.nodes[child].fail
		}
		if fail := a.nodes[at].fail; a.goesOnAs(fail, at) {
			a.nodes[at].next = a.nodes[fail].next
		}
	}
	a.numberNodes(order)
}

// goesOnAs reports whether every continuation of one node is also one of the other.
func (a *automaton) goesOnAs(one, other int32) bool {
	if a.nodes[one].row >= 0 {
		return false
	}
	child := a.nodes[one].child
	for child != 0 && a.childOf(other, a.nodes[child].key) != 0 {
		child = a.nodes[child].sibling
	}
	return child == 0
}

func (a *automaton) matchOf(at int32) int32 {
	if len(a.ends[at]) > 0 {
		return at
	}
	return a.nodes[a.nodes[at].fail].match
}

func (a *automaton) addTable(at int32) {
	var row [256]int32
	if at != 0 {
		for key := range row {
			row[key] = a.nextNode(a.nodes[at].fail, byte(key))
		}
	}
	for child := a.nodes[at].child; child != 0; child = a.nodes[child].sibling {
		key := a.nodes[child].key
		row[key], row[upper(key)] = child, child
	}
	a.nodes[at].row = int32(len(a.rows))
	a.rows = append(a.rows, row[:]...)
}

// numberNodes sets enter and leave of the nodes, given breadth first: a walk through the tree of
// suffixes with fail as the parent.
func (a *automaton) numberNodes(order []int32) {
	size := make([]int32, len(a.nodes))
	for i := len(order) - 1; i >= 0; i-- {
		at := order[i]
		size[at]++
		if at != 0 {
			size[a.nodes[at].fail] += size[at]
		}
	}
	a.nodes[0].enter, a.nodes[0].leave = 0, 1
	for _, at := range order[1:] {
		parent := &a.nodes[a.nodes[at].fail]
		a.nodes[at].enter = parent.leave
		a.nodes[at].leave = parent.leave + 1
		parent.leave += size[at]
	}
}

// isSuffix reports whether one node's text is a suffix of the other's: then the other finds
// everything the one finds.
func (a *automaton) isSuffix(one, other int32) bool {
	enter := a.nodes[other].enter
	return a.nodes[one].enter <= enter && enter < a.nodes[one].leave
}

// nextNode is the state after one more byte.
func (a *automaton) nextNode(at int32, b byte) int32 {
	for {
		n := &a.nodes[at]
		if n.row >= 0 {
			return a.rows[n.row+int32(b)]
		}
		if child := a.childOf(at, lower(b)); child != 0 {
			return child
		}
		at = n.next
	}
}

// addStart notes the first pairs of bytes of the form, in either case.
func (a *automaton) addStart(raw []byte) {
	for _, first := range []byte{lower(raw[0]), upper(raw[0])} {
		if len(raw) == 1 {
			a.starts.addFirst(first)
			continue
		}
		a.starts.add(first, lower(raw[1]))
		a.starts.add(first, upper(raw[1]))
	}
}

// skip returns the next index, from i on, at which a form may begin.
func (a *automaton) skip(text []byte, i int) int {
	for i+1 < len(text) && !a.starts.has(text[i], text[i+1]) {
		i++
	}
	return i
}

// pairs is a set of pairs of bytes.
type pairs [1 << 10]uint64

func (p *pairs) add(first, second byte) {
	pair := uint(first)<<8 | uint(second)
	p[pair>>6] |= 1 << (pair & 63)
}

// addFirst adds all pairs with the first byte.
func (p *pairs) addFirst(first byte) {
	for second := range 256 {
		p.add(first, byte(second))
	}
}

func (p *pairs) has(first, second byte) bool {
	pair := uint(first)<<8 | uint(second)
	return p[pair>>6&(1<<10-1)]&(1<<(pair&63)) != 0
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
