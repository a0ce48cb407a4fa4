package codefinder

import (
	"os"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

func benchmarkReading(b *testing.B, source []byte) {
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		Find(mailtext.Parse(source), nil)
	}
}

// A usual mail: a text and an HTML part.
func BenchmarkParseAndCodes(b *testing.B) {
	source, err := os.ReadFile("../mailtext/testdata/alternative.eml")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkReading(b, source)
}

// The costliest known mail: nothing but numbers.
func BenchmarkParseAndCodesOfNumbers(b *testing.B) {
	benchmarkReading(b, []byte("Content-Type: text/plain\r\n\r\n"+strings.Repeat("1234 ", 1<<20/5)))
}
