package link

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// stdio reads from one file and writes to another.
type stdio struct{ in, out *os.File }

// Stdio takes over standard input and output.
func Stdio() (*stdio, error) {
	for _, fd := range []int{0, 1} {
		// Non-blocking, so that Go's poller waits and no thread is held.
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, fmt.Errorf("standard input and output: %w", err)
		}
	}
	return &stdio{in: os.NewFile(0, "link-in"), out: os.NewFile(1, "link-out")}, nil
}

// Read reads from standard input.
func (s *stdio) Read(p []byte) (int, error) { return s.in.Read(p) }

// Write writes to standard output.
func (s *stdio) Write(p []byte) (int, error) { return s.out.Write(p) }

// Close closes both.
func (s *stdio) Close() error { return errors.Join(s.in.Close(), s.out.Close()) }
