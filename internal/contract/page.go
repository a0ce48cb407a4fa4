package contract

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// notTheAPI reports whether something in front of the deployment responded with a page: a sign-in, a
// block, maintenance.
func notTheAPI(r Response) bool {
	if r.readable() {
		return false
	}
	switch {
	case slices.Contains(frontStatuses(), r.Status):
		return true
	case r.Status == http.StatusOK, r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden, r.Status > 504:
		return isHTML(r)
	}
	return false
}

// frontStatuses are those by which a proxy says that it does not reach the deployment, and by which another server says
// that it knows no such path.
func frontStatuses() []int {
	return []int{
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired,
		http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusMisdirectedRequest,
	}
}

func isHTML(r Response) bool {
	begin := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 200)]))
	return strings.Contains(strings.ToLower(r.Field("Content-Type")), "html") ||
		bytes.HasPrefix(begin, []byte("<!doctype html")) || bytes.HasPrefix(begin, []byte("<html"))
}
