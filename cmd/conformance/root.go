package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
)

func root() *cobra.Command {
	c := cli.Root(&cobra.Command{
		Use:   "conformance",
		Short: "Judges a deployment of ETNA Trader's password reset by its documentation",
		Long: `Judges a deployment of ETNA Trader's password reset by its documentation.

` + exitCodes,
		Example: `  conformance run                  judge the embedded reference deployment
  conformance init --url https://staging.example/api
  conformance doctor --config conformance.yaml
  conformance run --config conformance.yaml
  conformance explain RESET-6      what was promised, and how it is checked`,
		Version: toolVersion(),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return cli.UnknownCommand(c, args[0])
		},
		Args: cobra.ArbitraryArgs,
	})
	c.AddCommand(runCommand(), initCommand(), doctorCommand(), listCommand(), explainCommand(),
		judgeCommand(), diffCommand(), siteCommand(), fleetCommand(),
		planCommand(), mailCommand(), cli.Serve(nil),
		certifyCommand(), verifyCommand(), challengeCommand(), completionCommand(),
		versionCommand())
	c.AddCommand(pagesCommand()...)
	addCompletion(c)
	return c
}

const exitCodes = `Exit codes:
  0    every judged must passed
  1    some must failed
  2    the call or the configuration is wrong; nothing was sent
  3    nothing failed, but some declared must could not be tested
  70   a fault of this tool, or reports that could not be written
  130  interrupted; the reports are written all the same`

// addOptions adds the flags that configure what is under judgement.
func addOptions(flags *pflag.FlagSet) {
	for _, o := range config.Options() {
		usage := o.Usage
		if o.Env != "" {
			usage += " [" + o.Env + "]"
		}
		switch o.Kind {
		case config.Switch:
			flags.BoolP(o.Flag, shorthand(o.Flag), false, usage)
		case config.List:
			flags.StringSlice(o.Flag, nil, usage)
		default:
			flags.String(o.Flag, "", usage)
		}
		if o.Default != "" {
			flags.Lookup(o.Flag).Usage += " (default " + o.Default + ")"
		}
	}
}

// shorthand is the letter of the flags that are given often, "" of the others.
func shorthand(flag string) string {
	switch flag {
	case "quiet", "verbose":
		return flag[:1]
	}
	return ""
}

// given returns the options that were given as flags.
func given(flags *pflag.FlagSet) map[string]string {
	values := map[string]string{}
	for _, o := range config.Options() {
		f := flags.Lookup(o.Flag)
		if f == nil || !f.Changed {
			continue
		}
		values[o.Flag] = f.Value.String()
		if o.Kind == config.List {
			list, _ := flags.GetStringSlice(o.Flag)
			values[o.Flag] = strings.Join(list, ",")
		}
	}
	return values
}
