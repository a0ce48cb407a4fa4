package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/inbox"
)

// Symptom is the result of one check before a run, in a sentence.
type Symptom struct {
	// OK is false if a run would suffer from it.
	OK   bool
	Text string
}

// Examine checks the preconditions of a run without a reset: the deployment, TLS, the key, the
// inbox, and each trader's mailbox and question. An error is a mistake in the configuration.
func Examine(ctx context.Context, cfg config.Config, version string) ([]Symptom, error) {
	c, err := Contract(cfg.Contract)
	if err != nil {
		return nil, err
	}
	client, err := cfg.Client("conformance/"+version+" (doctor)", "")
	if err != nil {
		return nil, err
	}
	defer client.Close()
	d := &doctor{cfg: cfg, client: client}
	for _, o := range c.Operations {
		if o.Secured && o.Method == "GET" && !d.found {
			d.question, d.found, d.keyHeader = o, true, c.KeyHeader
		}
	}
	if d.found && d.examineDeployment(ctx) {
		for _, t := range cfg.Traders {
			d.examineTrader(ctx, t)
		}
	}
	return d.symptoms, d.examineInbox(ctx)
}

type doctor struct {
	cfg       config.Config
	client    *httpclient.Client
	question  contract.Operation
	found     bool
	keyHeader string
	symptoms  []Symptom
}

func (d *doctor) addSymptom(ok bool, format string, args ...any) {
	d.symptoms = append(d.symptoms, Symptom{ok, fmt.Sprintf(format, args...)})
}

// sendQuestion requests a trader's secret question; without a key the deployment must refuse.
func (d *doctor) sendQuestion(ctx context.Context, login, key string) (httpclient.Exchange,
	contract.Outcome) {
	values := map[string]any{}
	for _, v := range d.question.Values() {
		switch values[v.Name] = v.Example; v.Fact {
		case "trader.login":
			values[v.Name] = login
		case "deployment.apiVersion":
			values[v.Name] = d.cfg.APIVersion
		}
	}
	request := httpclient.Request{Method: d.question.Method, Path: d.question.FillPath(values)}
	if key != "" {
		request.Header = []httpclient.Field{{Name: d.keyHeader, Value: key}}
	}
	x := d.client.Do(ctx, request)
	if x.Response == nil {
		return x, contract.Outcome{}
	}
	var header []contract.Field
	for _, f := range x.Response.Header {
		header = append(header, contract.Field(f))
	}
	return x, contract.Classify(d.question, contract.ReadResponse(x.Response.Status, header,
		x.Response.Body, x.Response.Truncated))
}

// examineDeployment reports whether the traders can be examined.
func (d *doctor) examineDeployment(ctx context.Context) bool {
	x, outcome := d.sendQuestion(ctx, "nobody", "")
	switch {
	case x.Response == nil:
		d.addSymptom(false, "Deployment: %s", x.Failure.Text)
		return false
	case outcome.Kind == contract.NotTheAPI || outcome.Kind == contract.Unreadable ||
		outcome.Absent():
		d.addSymptom(false,
			"Deployment: %s responds with status %d, but not as the API does; is the URL the whole base URL?", d.cfg.URL, x.Response.Status)
		return false
	}
	d.addSymptom(true, "Deployment: %s responds within %s.", d.cfg.URL,
		x.Timing.Total.Round(time.Millisecond))
	switch {
	case x.Response.TLS != "":
		d.addSymptom(true, "TLS: %s.", x.Response.TLS)
	case strings.HasPrefix(d.cfg.URL, "http://"):
		d.addSymptom(true, "TLS: none, as the URL says; anybody on the way can read along.")
	}
	if d.cfg.AppKey == "" {
		d.addSymptom(false,
			"Key: none is declared (appKey or CONFORMANCE_APP_KEY); without one little can be judged.")
		return false
	}
	x, outcome = d.sendQuestion(ctx, "nobody", d.cfg.AppKey)
	switch {
	case x.Response == nil:
		d.addSymptom(false, "Key: %s", x.Failure.Text)
	case outcome.Kind == contract.KeyError:
		d.addSymptom(false, "Key: the deployment refuses it.")
	default:
		d.addSymptom(true, "Key: the deployment accepts it.")
		return true
	}
	return false
}

func (d *doctor) examineTrader(ctx context.Context, t config.Trader) {
	x, outcome := d.sendQuestion(ctx, t.Login, d.cfg.AppKey)
	asked := strings.TrimSpace(outcome.Model)
	switch {
	case x.Response == nil:
		d.addSymptom(false, "%s: %s", t.Login, x.Failure.Text)
	case asked == "" && t.Answer != "":
		d.addSymptom(false,
			"%s: the deployment tells no secret question, but an answer is declared.", t.Login)
	case asked != "" && t.Answer == "":
		d.addSymptom(false,
			"%s: the deployment tells a secret question, but no answer is declared.", t.Login)
	case t.Question != "" && asked != strings.TrimSpace(t.Question):
		d.addSymptom(false,
			"%s: the deployment tells another secret question than the declared one.", t.Login)
	case asked == "":
		d.addSymptom(true, "%s: no secret question, as declared.", t.Login)
	default:
		d.addSymptom(true,
			"%s: a secret question, and an answer is declared; whether it is right, only a reset shows.", t.Login)
	}
}

// examineInbox reads each mailbox once.
func (d *doctor) examineInbox(ctx context.Context) error {
	if d.cfg.Inbox.URL == "" {
		d.addSymptom(false, "Inbox: none is declared (inbox); nothing about mails can be judged.")
		return nil
	}
	box, giveBack, err := new(Inboxes).openReader(d.cfg)
	if err != nil {
		return err
	}
	for _, t := range d.cfg.Traders {
		d.examineMailbox(ctx, box, t)
	}
	if len(d.cfg.Traders) == 0 {
		d.addSymptom(false, "Traders: none are declared (traders); no reset can be judged.")
	}
	return giveBack()
}

func (d *doctor) examineMailbox(ctx context.Context, box inbox.Inbox, t config.Trader) {
	if _, err := box.Mark(ctx, t.MailTo); err != nil {
		d.addSymptom(false, "%s's mailbox %s: %s.", t.Login, t.MailTo, err)
		return
	}
	d.addSymptom(true, "%s's mailbox %s can be read.", t.Login, t.MailTo)
}
