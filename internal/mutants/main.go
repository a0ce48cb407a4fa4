// Command mutants shows what the tests of the suites would not notice. It flips each condition of
// the judge, moves each boundary and leaves out each statement, one at a time, and judges the
// stored evidence of every fault and variant with it. What no test notices is a survivor.
//
// All mutants are compiled into one test binary, each behind a number, so that hundreds of them
// take minutes. Nothing of the working tree changes. Run it with `make mutants`.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	dir := flag.String("dir", "suites", "directory of the package, below the module's root")
	only := flag.String("only", "", "only mutants of files with this text in their name")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, only string) error {
	work, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	mutants, overlay, err := mutate(dir, only, work)
	if err != nil {
		return err
	}
	binary := filepath.Join(work, "suites.test")
	if err := command(ctx, "", "go", "test", "-c", "-overlay", overlay, "-o", binary,
		"./"+dir); err != nil {
		return err
	}
	list := filepath.Join(work, "mutants.json")
	if err := writeJSON(list, mutants); err != nil {
		return err
	}
	os.Setenv("CONFORMANCE_MUTANTS", list)
	return command(ctx, dir, binary, "-test.run", "^TestMutants$", "-test.v", "-test.timeout", "0")
}

func command(ctx context.Context, dir string, words ...string) error {
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(words[:min(3, len(words))], " "), err)
	}
	return nil
}

func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
