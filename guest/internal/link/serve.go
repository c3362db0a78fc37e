package link

import (
	"context"
	"io"
	"log"
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
	// linkWindow is twice what all streams may send, and far from the largest window there is: net/http gives the bytes of a
	// call that is broken off while they are read back twice, and panics, which ends the link, when that is exceeded.
	linkWindow = 2 * maxStreams * streamWindow
)

// Server answers HTTP/2 with prior knowledge on the links that it is given.
type Server struct {
	conns chan net.Conn
	http  *http.Server
}

// NewServer makes a server whose handler finds the link of a call with Of.
func NewServer(handler http.Handler) *Server {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &Server{conns: make(chan net.Conn), http: &http.Server{
		Handler:   handler,
		Protocols: protocols,
		ErrorLog:  log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			// A message of the host's is one frame where it can be.
			MaxReadFrameSize:          maxFrame,
			MaxReceiveBufferPerStream: streamWindow,
			// No set of streams whose content is not read can use it up, so control always gets through.
			MaxReceiveBufferPerConnection: linkWindow,
		},
	}}
}

// Serve serves. It returns only on an error of the server itself.
func (s *Server) Serve() error { return s.http.Serve(listener{s.conns}) }

// Add begins to serve a link.
func (s *Server) Add(conn *Conn) { s.conns <- conn }

// listener gives out the links that were added.
type listener struct{ conns chan net.Conn }

func (l listener) Accept() (net.Conn, error) { return <-l.conns, nil }
func (l listener) Close() error              { return nil }
func (l listener) Addr() net.Addr            { return address{} }
