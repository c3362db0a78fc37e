package sandboxtest

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Link is the host's end of a link: one connection over two pipes.
type Link struct {
	in   io.ReadCloser
	out  io.WriteCloser
	used sync.Once
}

func (l *Link) once() (net.Conn, error) {
	err := errors.New("the link was used already")
	l.used.Do(func() { err = nil })
	return l, err
}

// Read reads what the guest sent.
func (l *Link) Read(p []byte) (int, error) { return l.in.Read(p) }

// Write sends to the guest.
func (l *Link) Write(p []byte) (int, error) { return l.out.Write(p) }

// Close ends the guest.
func (l *Link) Close() error { return errors.Join(l.out.Close(), l.in.Close()) }

// LocalAddr is there for net.Conn.
func (l *Link) LocalAddr() net.Addr { return &net.UnixAddr{Name: "host"} }

// RemoteAddr is there for net.Conn.
func (l *Link) RemoteAddr() net.Addr { return &net.UnixAddr{Name: "guest"} }

// SetDeadline does nothing.
func (l *Link) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (l *Link) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (l *Link) SetWriteDeadline(time.Time) error { return nil }
