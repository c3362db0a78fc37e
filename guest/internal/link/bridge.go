package link

import (
	"io"
	"net"
)

// Command is the argument that makes the binary a bridge.
const Command = "link"

// Bridge carries standard input to the guest and what it answers to standard output, until either ends. It runs as a
// user of its own beside the code, and understands nothing of what it carries.
func Bridge() error {
	ours, err := Stdio()
	if err != nil {
		return err
	}
	guest, err := net.Dial("unix", socketName)
	if err != nil {
		return err
	}
	over := make(chan error, 2)
	go carry(guest, ours.in, over)
	go carry(ours.out, guest, over)
	return <-over
}

func carry(to io.Writer, from io.Reader, over chan<- error) {
	_, err := io.Copy(to, from)
	over <- err
}
