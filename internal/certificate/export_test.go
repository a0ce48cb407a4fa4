package certificate

// WriteSigned writes any statement with both signatures.
var WriteSigned = write //nolint:gochecknoglobals // for the tests
