// Package conformance holds the contract that deployments are judged by.
package conformance

import _ "embed"

// OpenAPI is the contract: openapi.yaml as built into the tool.
//
//go:embed openapi.yaml
var OpenAPI []byte
