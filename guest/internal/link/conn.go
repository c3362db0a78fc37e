// Package link makes the container's standard input and output one HTTP/2 connection and serves it.
package link

import (
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// Conn is the one connection of a guest: it reads from one file and writes to another. Its end, in either direction,
// is the end of the guest, so Ended is called and is not expected to return.
type Conn struct {
	in, out *os.File
	ended   func(error)
	heard   atomic.Int64
	opened  time.Time
}

// NewConn takes over two descriptors.
func NewConn(in, out int, ended func(error)) (*Conn, error) {
	for _, fd := range []int{in, out} {
		// Non-blocking, so that Go's poller waits and no thread is held.
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, err
		}
	}
	return &Conn{
		in:     os.NewFile(uintptr(in), "link-in"),
		out:    os.NewFile(uintptr(out), "link-out"),
		ended:  ended,
		opened: time.Now(),
	}, nil
}

// Read reads what the host sent and remembers that it was heard.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if n > 0 {
		c.heard.Store(int64(time.Since(c.opened)))
	}
	if err != nil && !os.IsTimeout(err) {
		c.ended(err)
	}
	return n, err
}

// Write sends to the host.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	if err != nil && !os.IsTimeout(err) {
		c.ended(err)
	}
	return n, err
}

// Silence is how long nothing was heard from the host.
func (c *Conn) Silence() time.Duration {
	return time.Since(c.opened) - time.Duration(c.heard.Load())
}

// Close is called by the server when the connection is over.
func (c *Conn) Close() error {
	c.ended(net.ErrClosed)
	return nil
}

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

func (address) Network() string { return "stdio" }
func (address) String() string  { return "link" }

// listener gives out one connection and then nothing, for ever.
type listener struct{ conns chan net.Conn }

func (l listener) Accept() (net.Conn, error) { return <-l.conns, nil }
func (l listener) Close() error              { return nil }
func (l listener) Addr() net.Addr            { return address{} }
