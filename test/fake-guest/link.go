package main

import (
	"bytes"
	"io"
	"os"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/protobuf/proto"
)

const (
	// maxFrame is the payload of a frame that every receiver takes.
	maxFrame = 16 << 10
	// firstWindow is what may be sent before the host has said anything about it.
	firstWindow = 65535
)

// link is HTTP/2 at the level of frames, over standard input and output. What it writes it does not check.
type link struct {
	mu     sync.Mutex
	framer *http2.Framer
	header bytes.Buffer
	hpack  *hpack.Encoder
	// room is told whenever a window grows.
	room    *sync.Cond
	window  int64
	initial int64
	calls   map[uint32]*call
}

// call is one stream that the host opened.
type call struct {
	*link
	id     uint32
	method string
	// asked is what came on it and was not taken yet.
	asked   bytes.Buffer
	window  int64
	handled bool
}

func newLink() *link {
	l := &link{framer: http2.NewFramer(os.Stdout, os.Stdin), window: firstWindow, initial: firstWindow, calls: map[uint32]*call{}}
	l.framer.AllowIllegalWrites = true
	l.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	l.hpack = hpack.NewEncoder(&l.header)
	l.room = sync.NewCond(&l.mu)
	return l
}

// open does what HTTP/2 begins with.
func (l *link) open() {
	_, _ = io.ReadFull(os.Stdin, make([]byte, len(http2.ClientPreface)))
	l.frame(func(f *http2.Framer) error { return f.WriteSettings() })
}

// frame writes one frame, whatever it is.
func (l *link) frame(write func(*http2.Framer) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = write(l.framer)
}

// block encodes header fields: name, value, name, value, …
func (l *link) block(fields ...string) []byte {
	l.header.Reset()
	for i := 0; i+1 < len(fields); i += 2 {
		_ = l.hpack.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return bytes.Clone(l.header.Bytes())
}

// headers begins an answer.
func (c *call) headers() {
	c.fields(false, ":status", "200", "content-type", "application/grpc")
}

// status ends an answer as gRPC does.
func (c *call) status(code string) { c.fields(true, "grpc-status", code) }

func (c *call) fields(end bool, fields ...string) {
	c.frame(func(f *http2.Framer) error {
		return f.WriteHeaders(http2.HeadersFrameParam{
			StreamID: c.id, BlockFragment: c.block(fields...), EndHeaders: true, EndStream: end,
		})
	})
}

// send sends one message with gRPC's prefix.
func (c *call) send(message proto.Message) {
	body, err := proto.Marshal(message)
	if err != nil {
		panic(err)
	}
	c.sendRaw(prefixed(body))
}

// sendRaw sends bytes as DATA, as far as the host's windows allow.
func (c *call) sendRaw(data []byte) {
	for len(data) > 0 {
		c.mu.Lock()
		for c.window <= 0 || c.link.window <= 0 {
			c.room.Wait()
		}
		n := min(int64(len(data)), maxFrame, c.window, c.link.window)
		c.window -= n
		c.link.window -= n
		_ = c.framer.WriteData(c.id, false, data[:n])
		c.mu.Unlock()
		data = data[n:]
	}
}

// answer is a whole answer of one message.
func (c *call) answer(message proto.Message) {
	c.headers()
	c.send(message)
	c.status("0")
}

// prefixed puts gRPC's prefix before a message.
func prefixed(body []byte) []byte {
	return append([]byte{0, byte(len(body) >> 24), byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}
