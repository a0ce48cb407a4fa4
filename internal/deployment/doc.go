// Package deployment says what is under judgement, as it was configured, and
// asks it over HTTP.
package deployment
