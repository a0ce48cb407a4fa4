package faults

import "strconv"

func decimal(r rune) string { return strconv.Itoa(int(r)) }
