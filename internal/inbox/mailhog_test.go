package inbox_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

func TestOnlyMailThatCameAfterTheMarkIsReturned(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	hog.receive(mailTo(robert, "old"), robert)
	m := mark(t, in, robert)
	wantIDs(t, since(t, in, robert, m))

	first := hog.receive(mailTo(robert, "one"), robert)
	second := hog.receive(mailTo(robert, "two"), robert)
	mails := since(t, in, robert, m)
	wantIDs(t, mails, first, second)
	if string(mails[0].Source) != mailTo(robert, "one") || mails[0].Recipients[0] != robert {
		t.Errorf("%q for %q", mails[0].Source, mails[0].Recipients)
	}
}

func TestMailBelongsToWhomTheEnvelopeNames(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, robert)
	hog.receive(mailTo(robert, "a header alone"), jane)
	hog.receive(mailTo("x", "a longer address"), "not-"+robert)
	hog.receive(mailTo("x", "another one"), robert+".example.org")
	upper := hog.receive(mailTo("x", "upper case"), strings.ToUpper(robert))
	blind := hog.receive(mailTo(jane, "blind copy"), jane, robert)
	routed := hog.receive(mailTo("x", "with a route"), "@relay.example:"+robert)
	noEnvelope := hog.receive("Subject: x\r\nCC: =?UTF-8?Q?R=C3=B3bert?=\r\n <" + robert +
		">\r\n\r\nx")
	broken := hog.receive("To: undisclosed <" + robert + "\r\n\r\nx")
	wantIDs(t, since(t, in, robert, m), upper, blind, routed, noEnvelope, broken)
}

func TestAddressesAreSearchedForAsTextAndAsPatternAlike(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, "robert+zak@example.com")
	hog.receive(mailTo("x", "x"), "jane+zak@example.com")
	id := hog.receive(mailTo("x", "x"), "robert+zak@example.com")
	wantIDs(t, since(t, in, "robert+zak@example.com", m), id)
	if q := hog.requests[0].URL.Query().Get("query"); strings.Contains(q, "+") {
		t.Errorf("query %q means another thing to MailHog's MongoDB", q)
	}
}

func TestDroppedConnectionsAreAskedAgain(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	hog.drop = 3
	m := mark(t, in, robert)
	id := hog.receive(mailTo(robert, "x"), robert)
	hog.drop = 3
	wantIDs(t, since(t, in, robert, m), id)

	hog.drop = 1000
	_, err := in.Since(t.Context(), robert, m)
	if err == nil || !strings.Contains(err.Error(), url+"/api/v2/search closed the connection") {
		t.Errorf("error %v", err)
	}
}

func TestMoreMailsThanAPageHolds(t *testing.T) {
	for _, count := range []int{19, 20, 21, 270, 600} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			hog, url := startMailHog(t)
			in := openMailHog(t, url)
			m := mark(t, in, robert)
			var ids []string
			for range count {
				ids = append(ids, hog.receive(mailTo(robert, "x"), robert))
			}
			wantIDs(t, since(t, in, robert, m), ids...)
			wantIDs(t, since(t, in, robert, mark(t, in, robert)))
		})
	}
}

func TestMailsThatComeWhilePagesAreReadAreNotReturnedTwice(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	hog.receive(mailTo(robert, "old"), robert)
	m := mark(t, in, robert)
	var ids []string
	for range 30 {
		ids = append(ids, hog.receive(mailTo(robert, "x"), robert))
	}
	var late string
	hog.after = func() { late = hog.receive(mailTo(robert, "late"), robert) }
	wantIDs(t, since(t, in, robert, m), ids...)
	wantIDs(t, since(t, in, robert, m), append(ids, late)...)
}

func TestOlderMailsAreNotDownloaded(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	for range 10_000 {
		hog.receive("x", robert)
	}
	m := mark(t, in, robert)
	id := hog.receive(mailTo(robert, "new"), robert)
	wantIDs(t, since(t, in, robert, m), id)
	if n := hog.count("/api/v2/search"); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestMaildirIsInNoOrder(t *testing.T) {
	hog, url := startMailHog(t)
	hog.maildir = true
	in := openMailHog(t, url)
	for range 600 {
		hog.receive("x", robert)
	}
	m := mark(t, in, robert)
	var want []string
	for i := range 5 {
		want = append(want, hog.receive(mailTo(robert, fmt.Sprint(i)), robert))
		wantIDs(t, since(t, in, robert, m), want...)
	}
	for range 5000 {
		hog.receive("x", jane)
	}
	if _, err := in.Mark(t.Context(), jane); err == nil ||
		!strings.Contains(err.Error(), "empty it") {
		t.Errorf("more than can be told apart: %v", err)
	}
}

func TestDeletedMailsLeaveTheRest(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	for range 5 {
		hog.receive("x", robert)
	}
	m := mark(t, in, robert)
	hog.mails = nil
	wantIDs(t, since(t, in, robert, m))
	hog.mails = []caught{{id: "new", source: mailTo(robert, "x"), to: []string{robert}}}
	wantIDs(t, since(t, in, robert, m), "new")
}

func TestSeenStaysWhatItWas(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, robert)
	hog.receive("x", robert)
	first := since(t, in, robert, m)[0]
	hog.receive("x", robert)
	again := since(t, in, robert, m)
	if !again[0].Seen.Equal(first.Seen) || !again[1].Seen.After(first.Seen) {
		t.Errorf("first %v, then %v and %v", first.Seen, again[0].Seen, again[1].Seen)
	}
}

func TestHugeMailsAreCutAndNeverHeld(t *testing.T) {
	const size = 20 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("query") == jane {
			io.WriteString(w, `{"total":0,"count":0,"start":0,"items":[]}`)
			return
		}
		io.WriteString(w, `{"total":2,"count":2,"start":0,"items":[`)
		for i := range 2 {
			fmt.Fprintf(w, `{"ID":"%d","Content":{"Headers":{},"Body":"`, i)
			writeMuch(w, size)
			fmt.Fprintf(w, `"},"Raw":{"To":["%s"],"Data":"`, robert)
			writeMuch(w, size)
			io.WriteString(w, `"}}`+[]string{",", "]}"}[i])
		}
	}))
	defer server.Close()
	in := openMailHog(t, server.URL)
	m := mark(t, in, jane)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	mails := since(t, in, robert, m)
	runtime.ReadMemStats(&after)
	wantIDs(t, mails, "1", "0")
	if len(mails[0].Source) != 1<<20 || !bytes.HasPrefix(mails[0].Source, []byte("code\r\n")) {
		t.Errorf("%d bytes of source", len(mails[0].Source))
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 20<<20 {
		t.Errorf("%d MiB were allocated", allocated>>20)
	}
}

func writeMuch(w io.Writer, size int) {
	chunk := []byte(strings.Repeat(`code\r\n<\u003e`, 4096))
	for written := 0; written < size; written += len(chunk) {
		w.Write(chunk)
	}
}

func TestResponsesBeyondTheBoundAreReadInParts(t *testing.T) {
	if testing.Short() {
		t.Skip("sends more than 256 MiB")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := map[string]int{"0": 0, "1": 1}[r.URL.Query().Get("start")]
		io.WriteString(w, `{"total":2,"items":[`)
		for i := from; i < 2; i++ {
			fmt.Fprintf(w, `{"ID":"%d","Raw":{"To":["%s"],"Data":"`, i, robert)
			writeMuch(w, 130<<20)
			io.WriteString(w, `"}}`+[]string{",", "]}"}[i])
		}
	}))
	defer server.Close()
	in := openMailHog(t, server.URL)
	wantIDs(t, since(t, in, robert, mark(t, in, robert)))
}
