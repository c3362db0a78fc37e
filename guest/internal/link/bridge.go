package link

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Command is the argument that makes the binary a bridge.
const Command = "link"

// dialTime is how long a bridge waits at the door.
const dialTime = 10 * time.Second

// Bridge carries standard input to the guest and what it answers to standard output, until either ends. It runs as a
// user of its own beside the code, and understands nothing of what it carries.
func Bridge() error {
	ours, err := Stdio()
	if err != nil {
		return err
	}
	guest, err := dial()
	if err != nil {
		return fmt.Errorf("the guest's door: %w", err)
	}
	over := make(chan error, 2)
	go carry(guest, ours.in, over)
	go carry(ours.out, guest, over)
	return <-over
}

// dial waits in line with whoever else is at the door, where net.Dial is told to come again: code may crowd it.
func dial() (net.Conn, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "bridge")
	defer file.Close()
	patience := unix.NsecToTimeval(int64(dialTime))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &patience); err != nil {
		return nil, err
	}
	for {
		err := unix.Connect(fd, &unix.SockaddrUnix{Name: socketName})
		if err == nil {
			return net.FileConn(file)
		}
		if err != unix.EINTR {
			return nil, err
		}
	}
}

func carry(to io.Writer, from io.Reader, over chan<- error) {
	_, err := io.Copy(to, from)
	over <- err
}
