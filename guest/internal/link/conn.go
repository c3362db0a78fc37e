// Package link carries the guest's one HTTP/2 service over connections: the container's standard input and output, and
// later, in a sandbox that is kept, a socket that proves itself.
package link

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is one link to a host.
type Conn struct {
	stream  io.ReadWriteCloser
	ended   func(error)
	heard   atomic.Int64
	opened  time.Time
	greeted atomic.Bool
	once    sync.Once
	// over is closed when it is over.
	over chan struct{}
}

// NewConn takes over a stream. ended is called once, when the link is over in either direction.
func NewConn(stream io.ReadWriteCloser, ended func(error)) *Conn {
	return &Conn{stream: stream, ended: ended, opened: time.Now(), over: make(chan struct{})}
}

// Read reads what the host sent and remembers that it was heard.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.stream.Read(p)
	if n > 0 {
		c.heard.Store(int64(time.Since(c.opened)))
	}
	c.check(err)
	return n, err
}

// Write sends to the host.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.stream.Write(p)
	c.check(err)
	return n, err
}

func (c *Conn) check(err error) {
	if err != nil && !os.IsTimeout(err) {
		c.end(err)
	}
}

func (c *Conn) end(err error) {
	c.once.Do(func() {
		close(c.over)
		c.ended(err)
	})
}

// Silence is how long nothing was heard from the host.
func (c *Conn) Silence() time.Duration {
	return time.Since(c.opened) - time.Duration(c.heard.Load())
}

// Close ends the link, and with it every call that was made on it.
func (c *Conn) Close() error {
	c.end(net.ErrClosed)
	return c.stream.Close()
}

// SetGreeted notes that the host has greeted.
func (c *Conn) SetGreeted() { c.greeted.Store(true) }

// Greeted tells whether it has.
func (c *Conn) Greeted() bool { return c.greeted.Load() }

// LocalAddr names the link.
func (c *Conn) LocalAddr() net.Addr { return address{} }

// RemoteAddr names the link.
func (c *Conn) RemoteAddr() net.Addr { return address{} }

// SetDeadline does nothing: Silence is the link's only clock.
func (c *Conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *Conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

type address struct{}

func (address) Network() string { return "link" }
func (address) String() string  { return "link" }

type connKey struct{}

// Of is the link that a call was made on.
func Of(ctx context.Context) *Conn {
	conn, _ := ctx.Value(connKey{}).(*Conn)
	return conn
}
