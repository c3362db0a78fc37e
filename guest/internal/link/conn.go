// Package link carries the guest's one HTTP/2 service over connections: the container's standard input and output, and
// later, in a sandbox that is kept, a socket that proves itself.
package link

import (
	"context"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// maxGathered is how much may wait to be sent together.
const maxGathered = 16 << 10

// Conn is one link to a host. What is written in one go, by whatever goroutines, goes to the host in one piece: each
// piece wakes the shim, dockerd and the host.
type Conn struct {
	stream  io.ReadWriteCloser
	ended   func(error)
	sending sync.Mutex
	// gathered is what is about to be sent, and more is told when there is some.
	gathered []byte
	more     chan struct{}
	heard    atomic.Int64
	opened   time.Time
	greeted  atomic.Bool
	once     sync.Once
	// over is closed when it is over.
	over chan struct{}
}

// NewConn takes over a stream. ended is called once, when the link is over in either direction.
func NewConn(stream io.ReadWriteCloser, ended func(error)) *Conn {
	c := &Conn{
		stream: stream, ended: ended, opened: time.Now(), more: make(chan struct{}, 1), over: make(chan struct{}),
	}
	go c.send()
	return c
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

// Write sends to the host, soon. That it could not be sent ends the link.
func (c *Conn) Write(p []byte) (int, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	select {
	case <-c.over:
		return 0, net.ErrClosed
	default:
	}
	if len(c.gathered)+len(p) > maxGathered {
		if err := c.flush(); err != nil {
			return 0, err
		}
		n, err := c.stream.Write(p)
		c.check(err)
		return n, err
	}
	c.gathered = append(c.gathered, p...)
	select {
	case c.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

// send sends what has gathered when nobody who can go on adds to it.
func (c *Conn) send() {
	for {
		select {
		case <-c.more:
		case <-c.over:
			return
		}
		runtime.Gosched()
		c.sending.Lock()
		_ = c.flush()
		c.sending.Unlock()
	}
}

func (c *Conn) flush() error {
	if len(c.gathered) == 0 {
		return nil
	}
	_, err := c.stream.Write(c.gathered)
	c.gathered = c.gathered[:0]
	c.check(err)
	return err
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
