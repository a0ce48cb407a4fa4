package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/nearest"
)

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "conformance",
		Short: "Judges a deployment of ETNA Trader's password reset by its documentation",
		Long: `Judges a deployment of ETNA Trader's password reset by its documentation.

` + exitCodes,
		Example: `  conformance run                            judge the embedded reference deployment, to see what it is like
  conformance init --url https://staging.example/api
  conformance doctor --config conformance.yaml
  conformance run --config conformance.yaml
  conformance explain RESET-6                what was promised, and how it is checked`,
		Version:       toolVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return usageError{errors.New("there is no command " + quoted(args[0]) + nearest.Hint(args[0], commandNames(c)))}
		},
		Args: cobra.ArbitraryArgs,
	}
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetFlagErrorFunc(flagError)
	c.AddCommand(runCommand(), initCommand(), doctorCommand(), listCommand(), explainCommand(), judgeCommand(), diffCommand(), siteCommand(), fleetCommand(),
		planCommand(), mailCommand(), serveCommand(), faultsCommand(), proveCommand(),
		certifyCommand(), verifyCommand(), challengeCommand(), completionCommand(), versionCommand())
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

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// flagError names the flag that was meant, or what its value should be.
func flagError(c *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return usageError{errors.New("there is no flag -" + name + "; see conformance " + c.Name() + " --help")}
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		return usageError{errors.New("there is no flag --" + name + nearest.Hint(name, names))}
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usageError{errors.New("--" + bare.GetFlag().Name + ": expected a value after it")}
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usageError{errors.New("--" + wrong.GetFlag().Name + ": expected " + kindOfValue(wrong.GetFlag().Value.Type()))}
	}
	return usageError{err}
}

// kindOfValue says what a flag's value is by pflag's name of its type.
func kindOfValue(name string) string {
	switch name {
	case "bool":
		return "true or false"
	case "duration":
		return "a duration such as 300ms or 5s"
	case "int":
		return "a whole number"
	}
	return "another value"
}

func quoted(text string) string { return `"` + text + `"` }

// addOptions adds the flags that configure what is under judgement.
func addOptions(flags *pflag.FlagSet) {
	for _, o := range deployment.Options() {
		usage := o.Usage
		if o.Env != "" {
			usage += " [" + o.Env + "]"
		}
		switch o.Kind {
		case deployment.Switch:
			flags.BoolP(o.Flag, shorthand(o.Flag), false, usage)
		case deployment.List:
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
	for _, o := range deployment.Options() {
		f := flags.Lookup(o.Flag)
		if f == nil || !f.Changed {
			continue
		}
		values[o.Flag] = f.Value.String()
		if o.Kind == deployment.List {
			list, _ := flags.GetStringSlice(o.Flag)
			values[o.Flag] = strings.Join(list, ",")
		}
	}
	return values
}
