package main

import (
	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func judgeCommand() *cobra.Command {
	var cfg config.Config
	var formats []string
	c := &cobra.Command{
		Use:   "judge DIR",
		Short: "Judge stored evidence again, without the network",
		Example: `  conformance judge reports/latest
  conformance judge reports/latest --verbose --out reports/again`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := oneDirectory(c, args)
			if err != nil {
				return err
			}
			if cfg.Out == "" {
				cfg.Out = dir
			}
			formats, err := allFormats(formats)
			if err != nil {
				return cli.Usage(err)
			}
			return judgeStored(dir, cfg, formats)
		},
	}
	flags := c.Flags()
	flags.StringVar(&cfg.Out, "out", "", "directory for the reports (default DIR)")
	flags.StringVar(&cfg.Contract, "contract", "",
		"another contract than the built-in openapi.yaml")
	flags.BoolVar(&cfg.Strict, "strict", false, "failures below must also exit 1")
	flags.BoolVar(&cfg.Complete, "complete", false, "a must that is not applicable exits 3")
	flags.BoolVarP(&cfg.Quiet, "quiet", "q", false,
		"print the verdict and the ids that failed only")
	flags.BoolVarP(&cfg.Verbose, "verbose", "v", false,
		"print every finding in full, not one for each cause")
	flags.BoolVar(&cfg.NoColor, "no-color", false, "print without colours")
	flags.StringSliceVar(&formats, "format", nil,
		"report formats to write beside the default ones: "+formatNames())
	return c
}

func judgeStored(dir string, cfg config.Config, formats []string) error {
	if err := app.Writable(cfg.Out); err != nil {
		return err
	}
	found, err := evidence.Read(dir)
	if err != nil {
		return cli.Usage(err)
	}
	suite, err := app.Again(found, cfg.Contract)
	if err != nil {
		return err
	}
	judged, err := app.Judge(suite, &found, toolVersion())
	if err != nil {
		return tellFault(err, cfg, formats,
			report.View{Report: *app.Fault(suite, toolVersion(), err), Run: found,
				Titles: suite.Titles()})
	}
	digest := evidence.Check(dir)
	judged.JudgedBy(verdict.Evidence{SHA256: digest.SHA256, Problem: digest.Problem})
	return tell(cfg, formats, report.View{Report: *judged, Run: found, Titles: suite.Titles()},
		true)
}
