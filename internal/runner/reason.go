package runner

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// rateHint tells the user what to do about a limit.
const rateHint = "declare rate, in requests a second, to ask more slowly"

// limitNote is the observation for a limit.
func limitNote(outcome contract.Outcome) string {
	if outcome.Page && outcome.Status != http.StatusTooManyRequests {
		return fmt.Sprintf("The deployment, or what stands in front of it, limits the rate of requests: it responds with a page of status %d.", outcome.Status)
	}
	return fmt.Sprintf("The deployment limits the rate of requests: it responds with status %d.",
		outcome.Status)
}

// limitReason explains a limit, or is "" if it may be the trader's: a lock-out is the deployment's
// response.
func (r *run) limitReason(s plan.Step, x httpclient.Exchange) string {
	if mayBeTraderLimit(s, r.classify(s, x)) && !r.pacer.hasMetLimit() {
		return ""
	}
	return fmt.Sprintf("the deployment, or what stands in front of it, limits the rate of requests: it responded with status %d; %s", x.Response.Status, rateHint)
}

// blockedReason explains an operation none of whose requests gets through.
func blockedReason(s plan.Step, x httpclient.Exchange) string {
	if isSilent(x) {
		return fmt.Sprintf("nothing responds to %s any more, not even to what got a response before: %s", s.Request.Operation, x.Failure.Text)
	}
	return fmt.Sprintf("a page (status %d) came for %s in place of the API's response, also where the API responded before: something in front limits or blocks requests; %s",
		x.Response.Status, s.Request.Operation, rateHint)
}

// unreachableReason explains why no request gets through, from the last response or failure.
func (r *run) unreachableReason(s plan.Step, x httpclient.Exchange) string {
	if x.Response == nil {
		reason := "the deployment can't be reached"
		if x.Failure.Text != "" {
			reason += ": " + x.Failure.Text
		}
		return reason
	}
	why := findCause(x)
	switch outcome := r.classify(s, x); {
	case why != "":
	case outcome.Absent():
		why = r.describeAbsence()
	case isGatewayError(outcome):
		why = "a gateway does not reach the deployment behind it"
	case outcome.MayBeLimit() && r.availability.hasResponded(""):
		why = "something in front limits or blocks requests; " + rateHint
	default:
		why = "is the base URL right, and is nothing in front of it?"
	}
	return fmt.Sprintf("a page (status %d) came in place of the API's response: %s",
		x.Response.Status, why)
}

// Texts of servers on a port for another protocol or another kind of client.
var (
	wantsTLS    = regexp.MustCompile(`(?i)plain http request was sent to https port|http request to an https server|speaking plain http to an ssl|requires tls`)
	wantsClient = regexp.MustCompile(`(?i)client certificate|no required ssl certificate|ssl certificate error`)
)

// findCause names the missing setting if the response tells it, "" otherwise.
func findCause(x httpclient.Exchange) string {
	if x.Response == nil {
		return ""
	}
	begin := x.Response.Body[:min(len(x.Response.Body), 4<<10)]
	switch status := x.Response.Status; {
	case wantsTLS.Match(begin):
		return "the port speaks TLS; declare the url with https://"
	case status >= 400 && wantsClient.Match(begin):
		return "it demands a client certificate; declare clientCert"
	case status == http.StatusProxyAuthRequired:
		return "a proxy demands a login; HTTP_PROXY and HTTPS_PROXY may carry a user name and a password"
	case status/100 == 3:
		return describeRedirect(x)
	}
	return ""
}

// describeRedirect names the destination by scheme and host alone: the rest may hold parts of the
// request.
func describeRedirect(x httpclient.Exchange) string {
	from, err := url.Parse(x.URL)
	if err != nil {
		return ""
	}
	to, err := from.Parse(header(x, "Location"))
	if err != nil || header(x, "Location") == "" {
		return "it redirects, and does not say where to"
	}
	if to.Scheme == "https" && from.Scheme == "http" && to.Hostname() == from.Hostname() {
		return "it redirects to https://; declare the url with https://"
	}
	return fmt.Sprintf("it redirects to %s://%s; declare the url behind it, or headers that it lets through", to.Scheme, to.Host)
}

// versioned matches a path with a version at its end.
var versioned = regexp.MustCompile(`/v[0-9]+(\.[0-9]+)*$`)

// describeAbsence explains a deployment without operations: its base URL may repeat a part of their
// paths.
func (r *run) describeAbsence() string {
	base, err := url.Parse(r.Target.URL)
	if err != nil {
		return "is the base URL right?"
	}
	longest := versioned.FindString(base.Path)
	for _, o := range r.Contract.Operations {
		if part := longestOverlap(base.Path, r.pathOf(o)); len(part) > len(longest) {
			longest = part
		}
	}
	if longest == "" {
		return "no operation is there; is the base URL right?"
	}
	return fmt.Sprintf("no operation is there; the base URL ends in %s already, which each path has; leave it out", longest)
}

// pathOf is the operation's path with the API version filled in.
func (r *run) pathOf(o contract.Operation) string {
	values := map[string]any{}
	for _, v := range o.Parameters {
		if v.Fact == "deployment.apiVersion" {
			values[v.Name] = r.Target.APIVersion
		}
	}
	return o.FillPath(values)
}

// longestOverlap is the longest suffix of base to begin the path, with or without its version.
func longestOverlap(base, path string) string {
	longest := ""
	for _, from := range []string{path, cutVersion(path)} {
		for part := strings.TrimRight(from,
			"/"); len(part) > len(longest); part = part[:strings.LastIndex(part, "/")] {
			if strings.HasSuffix(base, part) {
				longest = part
			}
		}
	}
	return longest
}

// cutVersion returns the path without its first segment.
func cutVersion(path string) string {
	if i := strings.Index(path[1:], "/"); i >= 0 {
		return path[1+i:]
	}
	return path
}
