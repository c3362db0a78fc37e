package link

import (
	"io"
	"log"
	"math"
	"net"
	"net/http"
)

const (
	// streamWindow is what the host may send on one stream before the guest has read it.
	streamWindow = 1 << 20
	// maxFrame is the largest frame that is taken.
	maxFrame = 128 << 10
	// maxStreams bounds the calls at once on the link.
	maxStreams = 64
)

// Serve answers HTTP/2 with prior knowledge on one connection. It returns only on an error of the server itself.
func Serve(conn net.Conn, handler http.Handler) error {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:   handler,
		Protocols: protocols,
		ErrorLog:  log.New(io.Discard, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			// A message of the host's is one frame where it can be.
			MaxReadFrameSize:          maxFrame,
			MaxReceiveBufferPerStream: streamWindow,
			// No set of streams whose content is not read can use it up, so control always gets through.
			MaxReceiveBufferPerConnection: math.MaxInt32,
		},
	}
	only := listener{conns: make(chan net.Conn, 1)}
	only.conns <- conn
	return server.Serve(only)
}
