package faults

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
)

const wantAnswer = "a complete HTTP response"

// needAcceptance are the requirements that need an accepted reset's response.
func needAcceptance() []string {
	return []string{"ANSWER-4", "RESET-1", "RESET-2", "RESET-3", "RESET-6", "RESET-9", "MAIL-1",
		"MAIL-2", "MAIL-3", "MAIL-4", "KEY-6", "QUESTION-9"}
}

// needRefusal are the requirements that need a refusal's response.
func needRefusal() []string {
	return []string{"ANSWER-4", "RESET-4", "RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9",
		"RESET-10", "MAIL-3"}
}

// needQuestion are the requirements that need the response with a question.
func needQuestion() []string {
	return []string{"ANSWER-4", "QUESTION-1", "QUESTION-2", "QUESTION-3", "QUESTION-4",
		"QUESTION-5", "QUESTION-6", "QUESTION-7", "QUESTION-10"}
}

// needKeyError are the requirements that need the key error.
func needKeyError() []string { return []string{"KEY-1", "KEY-2", "KEY-3", "KEY-4", "KEY-5"} }

func needAnything() []string {
	return append(append(append(needAcceptance(), needRefusal()...), needQuestion()...),
		append(needKeyError(), "KEY-7", "KEY-8", "QUESTION-8", "ANSWER-2", "ANSWER-3")...)
}

// transportFaults are responses that do not arrive as HTTP has them.
func transportFaults() []Fault {
	broken := func(name, summary, got string, which []outcome, also []string,
		wire func(http.ResponseWriter, *reply)) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-1", Summary: summary, Expected: wantAnswer, Got: got,
			Also: append(also, "ANSWER-2", "ANSWER-3"),
			HTTP: on(func(_ *call, p *reply) { p.wire = wire }, which...),
		}
	}
	return []Fault{
		broken("connection-closed-on-reset",
			"An accepted reset closes the connection without an answer.",
			"the connection closed", []outcome{accepted}, needAcceptance(), raw("")),
		broken("connection-closed-on-refusal", "A refusal closes the connection without an answer.",
			"the connection closed", []outcome{incorrect}, needRefusal(), raw("")),
		broken("connection-closed-on-question",
			"The question closes the connection without an answer.",
			"the connection closed", []outcome{question}, needQuestion(), raw("")),
		broken("connection-closed-on-bad-key", "A bad key closes the connection without an answer.",
			"the connection closed", []outcome{keyRefused}, needKeyError(), raw("")),
		broken("answer-never-comes", "The question of a trader is never answered.",
			"no response in time", []outcome{question}, needQuestion(), hangs),
		broken("no-http", "The question's answer is not HTTP.",
			"a malformed HTTP response", []outcome{question}, needQuestion(),
			raw("SSH-2.0-OpenSSH_9.6\r\n")),
		broken("status-line-without-code", "The accepted reset's status line has no status.",
			"a malformed HTTP response", []outcome{accepted}, needAcceptance(),
			raw("HTTP/1.1 OK\r\nContent-Type: application/json\r\n\r\n"+acceptedJSON)),
		broken("answer-cut-short",
			"The connection closes in the middle of an accepted reset's body.",
			"an incomplete response", []outcome{accepted}, needAcceptance(), cutShort),
		broken("refusal-cut-short", "The connection closes in the middle of a refusal's body.",
			"an incomplete answer", []outcome{incorrect}, needRefusal(), cutShort),
		broken("question-cut-short", "The connection closes in the middle of the question's body.",
			"an incomplete response", []outcome{question}, needQuestion(), cutShort),
		broken("chunks-cut-short", "The last chunk of a chunked response never comes.",
			"an incomplete response", []outcome{question}, needQuestion(), chunksCutShort),
		broken("content-lengths-differ",
			"The question comes with two different Content-Length fields.",
			"a malformed HTTP response", []outcome{question}, needQuestion(),
			raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\n{}")),
		broken("interim-answer-only",
			"The accepted reset is answered with 103 and nothing after it.",
			"a status that can carry no response", []outcome{accepted}, needAcceptance(),
			raw("HTTP/1.1 103 Early Hints\r\n\r\n")),
		broken("upgrade-offered", "The question is answered with 101 Switching Protocols.",
			"status 101", []outcome{question}, needQuestion(),
			raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")),
		broken("content-encoding-of-plain-text",
			"The question is labelled as gzip, but is not compressed.",
			"a body that cannot be decompressed", []outcome{question}, needQuestion(),
			func(w http.ResponseWriter, p *reply) {
				p.header.Set("Content-Encoding", "gzip")
				p.plainly(w)
			}),
	}
}

// onConnection takes the connection over from net/http and closes it afterwards.
func onConnection(w http.ResponseWriter, write func(net.Conn, *bufio.Writer)) {
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// HTTP/2 has no connection to take; a server error is as good as none.
		http.Error(w, "the connection cannot be taken over", http.StatusBadGateway)
		return
	}
	defer connection.Close()
	write(connection, buffer.Writer)
	// A client that has gone away is nobody's error.
	_ = buffer.Flush()
}

// raw sends bytes instead of a response, and closes the connection.
func raw(text string) func(http.ResponseWriter, *reply) {
	return func(w http.ResponseWriter, _ *reply) {
		onConnection(w, func(_ net.Conn, b *bufio.Writer) { _, _ = io.WriteString(b, text) })
	}
}

// hangs keeps the client waiting until it gives up.
func hangs(w http.ResponseWriter, _ *reply) {
	onConnection(w, func(connection net.Conn, _ *bufio.Writer) {
		// Reading ends when the client closes its side.
		_, _ = io.Copy(io.Discard, connection)
	})
}

// cutShort promises the whole body and sends half of it.
func cutShort(w http.ResponseWriter, p *reply) {
	onConnection(w, func(_ net.Conn, b *bufio.Writer) {
		writeHead(b, p, "Content-Length: "+strconv.Itoa(len(p.body)))
		_, _ = b.Write(p.body[:len(p.body)/2])
	})
}

// chunksCutShort sends the whole body in a chunk, and no last chunk.
func chunksCutShort(w http.ResponseWriter, p *reply) {
	onConnection(w, func(_ net.Conn, b *bufio.Writer) {
		writeHead(b, p, "Transfer-Encoding: chunked")
		_, _ = io.WriteString(b, strconv.FormatInt(int64(len(p.body)), 16)+"\r\n")
		_, _ = b.Write(p.body)
	})
}

func writeHead(b *bufio.Writer, p *reply, line string) {
	_, _ = io.WriteString(b, "HTTP/1.1 "+strconv.Itoa(p.status)+" "+
		http.StatusText(p.status)+"\r\n")
	_ = p.header.Write(b)
	_, _ = io.WriteString(b, line+"\r\n\r\n")
}
