package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/module"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
)

// identity says what was built, as far as the build has recorded it. Nothing is stamped by hand: it
// is what the go command records, so it can't differ from what was compiled.
type identity struct {
	Version string `json:"version"`
	// Commit is the whole hash, or the 12 digits of a pseudo-version.
	Commit string `json:"commit,omitempty"`
	// Date is the commit's: a build of the same source has the same one.
	Date string `json:"date,omitempty"`
	// Modified says that the source differed from the commit.
	Modified bool `json:"modified"`
	// Sum is the checksum of the module's source where it was fetched as one, as go.sum and the
	// checksum database have it.
	Sum      string           `json:"sum,omitempty"`
	Contract contractIdentity `json:"contract"`
	Go       string           `json:"go"`
	OS       string           `json:"os"`
	Arch     string           `json:"arch"`
}

type contractIdentity struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

func toolVersion() string {
	return identityOf(buildInfo()).Version
}

func buildInfo() *debug.BuildInfo {
	info, _ := debug.ReadBuildInfo()
	return info
}

// identityOf reads what the go command has recorded. A build of a checkout has the commit; of a
// module that was fetched, there are its version and checksum, and a pseudo-version names the
// commit.
func identityOf(info *debug.BuildInfo) identity {
	if info == nil {
		return identity{Version: "dev"}
	}
	version := info.Main.Version
	id := identity{Version: strings.TrimPrefix(version, "v"), Sum: info.Main.Sum,
		Go: info.GoVersion}
	if version == "" || version == "(devel)" {
		id.Version = "dev"
	}
	if module.IsPseudoVersion(version) {
		id.Commit, _ = module.PseudoVersionRev(version)
		if at, err := module.PseudoVersionTime(version); err == nil {
			id.Date = at.Format(time.RFC3339)
		}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			id.Commit = s.Value
		case "vcs.time":
			id.Date = s.Value
		case "vcs.modified":
			id.Modified = s.Value == "true"
		case "GOOS":
			id.OS = s.Value
		case "GOARCH":
			id.Arch = s.Value
		}
	}
	return id
}

func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Show version, commit, date and the digest of the contract",
		Example: `  conformance version --json`,
		Args:    cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			contract, err := app.Contract("")
			if err != nil {
				return err
			}
			id := identityOf(buildInfo())
			id.Contract = contractIdentity{Version: contract.Version, SHA256: contract.SHA256}
			if asJSON {
				encoder := json.NewEncoder(c.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(id)
			}
			return id.print(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

const notRecorded = "not recorded by this build"

func (id identity) print(w io.Writer) error {
	commit, date := id.Commit, id.Date
	switch {
	case commit == "" && id.Sum != "":
		commit = "that of the version's tag; the source's checksum is " + id.Sum
	case commit == "":
		commit = notRecorded
	case id.Modified:
		commit += ", and changes that were not committed"
	}
	if date == "" {
		date = notRecorded
	}
	_,
		err := fmt.Fprintf(w,
		"conformance %s\ncommit      %s\ndate        %s\ncontract    %s, openapi.yaml sha256:%s\nbuilt with  %s for %s/%s\n",
		id.Version, commit, date, id.Contract.Version, id.Contract.SHA256, id.Go, id.OS, id.Arch)
	return err
}
