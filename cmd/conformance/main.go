// Command conformance judges whether a deployment of ETNA Trader's password reset keeps the
// promises of its documentation.
package main

import (
	"os"

	"github.com/etna-conformance/conformance/internal/cli"
	_ "github.com/etna-conformance/conformance/internal/heap"
)

func main() { os.Exit(cli.Run(root())) }
