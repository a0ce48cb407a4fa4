// Command prove holds the conformance command against deployments whose verdict is known, and serves
// them. It is for those who work on this tool, and no part of a release.
package main

import (
	"os"

	"github.com/etna-conformance/conformance/internal/cli"
)

func main() { os.Exit(cli.Run(root())) }
