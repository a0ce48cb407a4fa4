package redact

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// manySecrets returns a vault with two hundred secrets of different kinds.
func manySecrets() *Redactor {
	random := rand.New(rand.NewPCG(1, 2))
	v := New([]string{"Errors", "ErrorsCode", "IsSucceed", "Answer is incorrect, try again."})
	for i := range 200 {
		text := fmt.Sprintf("%06d", random.IntN(1e6))
		switch i % 4 {
		case 1:
			text = fmt.Sprintf("key-%016x", random.Uint64())
		case 2:
			text = fmt.Sprintf("Maiden name %d", random.Uint32())
		case 3:
			text = strings.Repeat(fmt.Sprintf("%016x", random.Uint64()), 4)
		}
		v.Add(placeholder.Kind("secret").For(strconv.Itoa(i)), text)
	}
	return v
}

func bodies() map[string][]byte {
	const size = 1 << 20
	fill := func(text string) []byte { return bytes.Repeat([]byte(text), size/len(text)+1)[:size] }
	noise := make([]byte, size*3/4)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	return map[string][]byte{
		"json": append(append([]byte(`{"Errors":[`),
			fill(`{"Id":1234567,"Name":"Robert \"Bob\" Zak","When":"2024-05-06T07:08:09.123Z","Text":"What street did you live on in third grade?\n","Ok":true},`)...), `0]}`...),
		"html":     fill("<p class=\"a\">Hi Robert,&nbsp;someone has requested a password reset for your account.</p>\r\n<a href=\"https://example.org/a%20b?c=d&amp;e=f\">here</a>\r\n"),
		"base64":   []byte(base64.StdEncoding.EncodeToString(noise)),
		"binary":   append(noise, noise[:size/4]...),
		"aaaa":     fill("a"),
		"escapes":  fill(`\u0041%41&#65;=41+ =?a?q?b?=<b>1 2`),
		"spaces":   fill(" "),
		"tags":     fill("<a"),
		"utf16":    fill("{\x00\"\x00a\x00"),
		"entities": fill("&aa"),
		"quotes":   fill(`"\`),
	}
}

func BenchmarkJSON(b *testing.B) {
	v := manySecrets()
	if testing.Short() {
		v.Add("‹long a›", strings.Repeat("a", 2000)+"b")
	}
	for name, body := range bodies() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				v.Body(body)
			}
		})
	}
}
