package main

import (
	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/run"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func judgeCommand() *cobra.Command {
	var config deployment.Config
	var formats []string
	c := &cobra.Command{
		Use:   "judge DIR",
		Short: "Judge stored evidence again, without the network",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := oneDirectory(c, args)
			if err != nil {
				return err
			}
			if config.Out == "" {
				config.Out = dir
			}
			formats, err := allFormats(formats)
			if err != nil {
				return cli.Usage(err)
			}
			return judgeStored(dir, config, formats)
		},
	}
	flags := c.Flags()
	flags.StringVar(&config.Out, "out", "", "directory for the reports (default DIR)")
	flags.StringVar(&config.Contract, "contract", "", "another contract than the built-in openapi.yaml")
	flags.BoolVar(&config.Strict, "strict", false, "failures below must also exit 1")
	flags.BoolVar(&config.Complete, "complete", false, "a must that is not applicable exits 3")
	flags.BoolVarP(&config.Quiet, "quiet", "q", false, "print the verdict and the ids that failed only")
	flags.BoolVarP(&config.Verbose, "verbose", "v", false, "print every finding in full, not one for each cause")
	flags.BoolVar(&config.NoColor, "no-color", false, "print without colours")
	flags.StringSliceVar(&formats, "format", nil, "report formats to write beside the default ones: "+formatNames())
	return c
}

func judgeStored(dir string, config deployment.Config, formats []string) error {
	if err := run.Writable(config.Out); err != nil {
		return err
	}
	found, err := evidence.Read(dir)
	if err != nil {
		return cli.Usage(err)
	}
	suite, err := run.Again(found, config.Contract)
	if err != nil {
		return err
	}
	judged, err := run.Judge(suite, &found, toolVersion())
	if err != nil {
		return tellFault(err, config, formats, report.View{Report: *run.Fault(suite, toolVersion(), err), Run: found})
	}
	digest := evidence.Check(dir)
	judged.JudgedBy(verdict.Evidence{SHA256: digest.SHA256, Problem: digest.Problem})
	return tell(config, formats, report.View{Report: *judged, Run: found}, true)
}
