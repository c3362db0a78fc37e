package stage

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Pipe makes a pipe with one end for the guest, which does not block a thread, and one for a child, which blocks as
// programs expect. The guest's end writes when write is true.
func Pipe(write bool) (child int, guest *os.File, err error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return 0, nil, fmt.Errorf("pipe: %w", err)
	}
	child, own := ends[1], ends[0]
	if write {
		child, own = own, child
	}
	if err := syscall.SetNonblock(own, true); err != nil {
		_ = syscall.Close(own)
		_ = syscall.Close(child)
		return 0, nil, fmt.Errorf("pipe: %w", err)
	}
	return child, os.NewFile(uintptr(own), "pipe"), nil
}

// PipeOf is a Pipe that belongs to the user uid, who can so open it by name: `echo … > /dev/stderr`.
func PipeOf(uid uint32, write bool) (child int, guest *os.File, err error) {
	// The kernel gives a pipe to the file system user of the thread that makes it. Nothing but access to files hangs
	// on that user: the code may not signal this thread meanwhile.
	runtime.LockOSThread()
	before, _ := unix.SetfsuidRetUid(int(uid))
	child, guest, err = Pipe(write)
	_, _ = unix.SetfsuidRetUid(before)
	if now, _ := unix.SetfsuidRetUid(-1); now == before {
		runtime.UnlockOSThread()
	}
	return child, guest, err
}
