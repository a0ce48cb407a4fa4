package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// Root sets what the root commands have in common: their errors are told by [Run].
func Root(c *cobra.Command) *cobra.Command {
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetFlagErrorFunc(flagError)
	c.SetUsageTemplate(strings.ReplaceAll(c.UsageTemplate(), ".FlagUsages",
		".FlagUsagesWrapped 80"))
	return c
}

// UnknownCommand says which command was meant.
func UnknownCommand(c *cobra.Command, name string) error {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	hint := cmp.Or(nearest.Hint(name, names), "; expected one of "+strings.Join(names, ", "))
	return Usagef("there is no command %s%s", Quoted(name), hint)
}

// NoArguments refuses arguments, and names the flag where one is a URL.
func NoArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if strings.Contains(args[0], "://") && c.Flags().Lookup("url") != nil {
		return Usagef("%s takes no arguments; did you mean --url %s?", c.CommandPath(), args[0])
	}
	return Usagef("%s takes no arguments, got %s", c.CommandPath(), Quoted(args[0]))
}

// Quoted puts a name that somebody typed into quotation marks.
func Quoted(text string) string { return `"` + text + `"` }

// flagError names the flag that was meant, or what its value should be.
func flagError(c *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return Usagef("there is no flag -%s; see %s --help", name, c.CommandPath())
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		return Usagef("there is no flag --%s%s", name, nearest.Hint(name, names))
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return Usagef("--%s: expected a value after it", bare.GetFlag().Name)
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return Usagef("--%s: expected %s", wrong.GetFlag().Name,
			kindOfValue(wrong.GetFlag().Value.Type()))
	}
	return Usage(err)
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

// AddJSON adds the flag for output that programs read.
func AddJSON(c *cobra.Command) *bool { return c.Flags().Bool("json", false, "print JSON") }

// PrintJSON prints indented JSON.
func PrintJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Complete offers names for what stands after the last comma; each is followed by its description
// after a tab, if it has one.
func Complete(list func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, given []string, typed string) ([]string,
		cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		taken := append(strings.Split(before, ","), given...)
		var offers []string
		for _, entry := range list() {
			name, _, _ := strings.Cut(entry, "\t")
			if strings.HasPrefix(before+name, typed) && !slices.Contains(taken, name) {
				offers = append(offers, before+entry)
			}
		}
		return offers, cobra.ShellCompDirectiveNoFileComp
	}
}
