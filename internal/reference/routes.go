package reference

import (
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// operation responds to one documented request. Its error is a failure of this
// service, never of the client.
type operation func(*http.Request) (response, error)

// routes holds the operations by path and method. Paths are matched exactly
// and by hand because [http.ServeMux] redirects and responds in plain text.
type routes map[string]map[string]operation

func (d *Deployment) operations() routes {
	version := "/v" + d.config.APIVersion
	return routes{
		version + "/users/password/reset":           {http.MethodPost: d.reset},
		version + "/users/password/secret-question": {http.MethodGet: d.secretQuestion},
		version + "/users/identifiers/reset/code":   {http.MethodPost: d.redeemCode},
		version + "/users/passwords/reset/":         {http.MethodPut: d.updatePassword},
		"/token":                                    {http.MethodPost: d.signIn},
	}
}

// response finds the operation, checks the key and lets the operation respond.
func (d *Deployment) response(r *http.Request) response {
	methods, found := d.routes[r.URL.Path]
	if !found {
		return refusal(http.StatusNotFound, "ErrorNotFound", "There is no such resource.")
	}
	operation, found := methods[routeMethod(r.Method)]
	if !found {
		return methodNotAllowed(methods)
	}
	if !d.keyIsRight(r) {
		return keyError()
	}
	response, err := operation(r)
	if err != nil {
		d.config.Log("A request could not be answered: " + err.Error())
		return refusal(http.StatusInternalServerError, "ErrorUnavailable",
			"The service is not available.")
	}
	return response
}

// routeMethod treats HEAD as GET (RFC 9110, section 9.1: both are mandatory).
func routeMethod(method string) string {
	if method == http.MethodHead {
		return http.MethodGet
	}
	return method
}

func methodNotAllowed(methods map[string]operation) response {
	allowed := slices.Sorted(maps.Keys(methods))
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	refused := refusal(http.StatusMethodNotAllowed, "ErrorMethodNotAllowed",
		"The method is not allowed here.")
	return refused.with("Allow", strings.Join(allowed, ", "))
}

// keyIsRight is true when the header Et-App-Key is there once and right. Equal
// length hashes are compared, so that the time tells nothing about the key.
func (d *Deployment) keyIsRight(r *http.Request) bool {
	given, ok := single(r.Header.Values("Et-App-Key"))
	sum := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(sum[:], d.appKey[:]) == 1 && ok
}

// single returns the only value, if there is exactly one and it is not empty;
// otherwise "".
func single(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	return values[0], values[0] != ""
}
