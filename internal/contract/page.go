package contract

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// mayBePage reports whether the response may come from something in front of the deployment, or
// from another server: a sign-in, a block, maintenance, a redirect, an error of a gateway. Only a
// known-good request decides: a response it gets, too, is not the API's.
func (o Operation) mayBePage(out Outcome, r Response) bool {
	switch {
	case !r.isReadable():
		return isForeignPage(r) || r.Status >= 400 || r.Status/100 == 3 || isHTML(r)
	case out.Absent():
		return true
	}
	gateway := slices.Contains(frontStatuses(), r.Status)
	known := out.StatesOutcome || out.HasError && !gateway || len(out.Invalid) > 0 ||
		o.fitsShape(r.Document.Object())
	return r.Status >= 400 && !known
}

// fitsShape reports whether the object has all required members of some shape. One member is not
// enough: gateways have a message, too.
func (o Operation) fitsShape(object map[string]any) bool {
	return slices.ContainsFunc(o.Shapes, func(s Shape) bool { return s.hasRequired(object) })
}

// isForeignPage reports whether the response is certainly not the API's: no deployment refuses a
// request by it.
func isForeignPage(r Response) bool {
	switch {
	case r.isReadable(), slices.Contains(badRequests(), r.Status):
		return false
	case slices.Contains(frontStatuses(), r.Status):
		return true
	}
	return r.Status != http.StatusInternalServerError && isHTML(r)
}

// badRequests are the statuses by which frameworks refuse a request for its form, in a page of
// their own.
func badRequests() []int {
	return []int{
		http.StatusBadRequest, http.StatusLengthRequired, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
	}
}

// frontStatuses are the statuses of a proxy that does not reach the deployment, and of a server
// without the path.
func frontStatuses() []int {
	return append(absentStatuses(), http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout,
		http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired)
}

// absentStatuses say that there is no such operation.
func absentStatuses() []int {
	return []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone,
		http.StatusMisdirectedRequest}
}

// Absent reports whether the response may say that there is no such operation.
func (o Outcome) Absent() bool {
	return slices.Contains(absentStatuses(), o.Status) && !o.Named() && len(o.Invalid) == 0 &&
		(!o.StatesOutcome || len(o.Errors) > 0)
}

// OfTheAPI reports whether the response can only be the API's own.
func (o Outcome) OfTheAPI() bool { return o.JSON && !o.Page && o.Kind != RateLimited }

// pageLimit matches the words of gateways' pages for requests that come too fast.
var pageLimit = regexp.MustCompile(`too many requests|rate.?limit|error (code: )?1015\b|throttl|slow down|limit exceeded`)

// limitedInPage reports whether a page says that requests come too fast, with whatever status.
func limitedInPage(out Outcome, r Response) bool {
	return out.Page && r.Status >= 400 &&
		pageLimit.Match(bytes.ToLower(r.Body[:min(len(r.Body), maxPageBytes)]))
}

// maxPageBytes is the part of a page searched for the words of a limit.
const maxPageBytes = 16 << 10

// MayBeLimit reports whether requests may have come too fast for something in front of the
// deployment: nginx says so by the page of a service that is not available.
func (o Outcome) MayBeLimit() bool {
	return o.Kind == RateLimited || o.Page && o.Status == http.StatusServiceUnavailable
}

// NeverLimits reports whether no limiter uses this status.
func (o Outcome) NeverLimits() bool {
	return o.Absent() || o.Status/100 == 3 || o.Status == http.StatusUnauthorized ||
		slices.Contains(badRequests(), o.Status)
}

func isHTML(r Response) bool {
	begin := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 200)]))
	return strings.Contains(strings.ToLower(r.Field("Content-Type")), "html") ||
		bytes.HasPrefix(begin, []byte("<!doctype html")) || bytes.HasPrefix(begin, []byte("<html"))
}
