//go:build !pages

package main

import "github.com/spf13/cobra"

// pagesCommand is empty: only a build with the tag pages writes the man pages (make pages).
func pagesCommand() []*cobra.Command { return nil }
