// Command bench turns what go test -bench prints into a Markdown table: a row for each benchmark, a
// column for each unit.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	if err := table(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is one benchmark: its figures by their units.
type row struct {
	name    string
	figures map[string]string
}

// table keeps the lines about the machine and the failures as they are.
func table(r io.Reader, w io.Writer) error {
	var rows []row
	var units []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		found, ok := parse(lines.Text())
		if !ok {
			fmt.Fprintln(w, lines.Text())
			continue
		}
		for unit := range found.figures {
			if !slices.Contains(units, unit) {
				units = append(units, unit)
			}
		}
		rows = append(rows, found)
	}
	slices.Sort(units)
	fmt.Fprintf(w, "\n| benchmark | %s |\n|---|%s\n", strings.Join(units, " | "),
		strings.Repeat("---:|", len(units)))
	for _, r := range rows {
		cells := []string{r.name}
		for _, unit := range units {
			cells = append(cells, r.figures[unit])
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	return lines.Err()
}

// parse reads a line such as "BenchmarkList-2  5  31.01 cpu-ms  25.17 wall-ms".
func parse(line string) (row, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(line, "Benchmark") {
		return row{}, false
	}
	name := strings.TrimPrefix(fields[0], "Benchmark")
	if i := strings.LastIndex(name, "-"); i > 0 {
		name = name[:i]
	}
	r := row{name: name, figures: map[string]string{}}
	for i := 2; i+1 < len(fields); i += 2 {
		r.figures[fields[i+1]] = fields[i]
	}
	return r, true
}
