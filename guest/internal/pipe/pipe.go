// Package pipe is how the guest reads the output pipes of code.
package pipe

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// Chunk is the most that is read, and sent, at once.
	Chunk = 64 << 10
	// Pause comes after every read of less than Small, so that code that writes byte by byte makes a bounded number of
	// messages and not one for each byte. The first byte never waits.
	Pause = 2 * time.Millisecond
	Small = 1 << 10
)

// Interrupt makes a read that waits, and every later one, come back with os.ErrDeadlineExceeded.
func Interrupt(file *os.File) {
	_ = file.SetReadDeadline(time.Unix(1, 0))
}

// Resume takes Interrupt back.
func Resume(file *os.File) {
	_ = file.SetReadDeadline(time.Time{})
}

// Held is how many bytes are in the pipe.
func Held(file *os.File) (size int) {
	if raw, err := file.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { size, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
	}
	return size
}

// ReadHeld reads what Held told of, whatever deadline the file has, and returns how much: 0 when it cannot.
func ReadHeld(file *os.File, buffer []byte) (n int) {
	raw, err := file.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		for {
			n, err = syscall.Read(int(fd), buffer)
			if !errors.Is(err, syscall.EINTR) {
				return
			}
		}
	})
	return max(0, n)
}
