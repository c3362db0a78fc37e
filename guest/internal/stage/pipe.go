package stage

import (
	"fmt"
	"os"
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

// Widen lets a pipe hold more, so that its two ends need not take turns. Where the kernel does not, they do.
func Widen(fd int, size int) {
	_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, size)
}

// AsPipeOwner calls f, whose pipes are those of the user uid: they count against what the kernel lets that user have of
// pipes, which all sandboxes would share otherwise, and that user can open them by name: `echo … > /dev/stderr`.
func AsPipeOwner(uid uint32, f func() error) error {
	return asRealUser(uid, func() error {
		// The pages of a pipe are counted for the real user of the thread that makes it; its owner is the file system user.
		_ = unix.Setfsuid(int(uid))
		return f()
	})
}
