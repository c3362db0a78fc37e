package stage

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// libraryPrivate are the signals that the C library keeps for itself: no program can ask it to touch them, and Go
// leaves them alone too.
var libraryPrivate = [...]uintptr{32, 33}

// restoreSignals gives the program the library's private signals as a fresh process has them. A glibc before 2.38
// leaves them ignored in whatever posix_spawn starts, and that is inherited over every exec: from a make that started
// the daemon, say, down to here. The others are caught by this process's parent, which exec undoes.
func restoreSignals() {
	// The kernel's struct sigaction, all zero: SIG_DFL, no flags, no mask.
	var action [4]uint64
	for _, signal := range libraryPrivate {
		_, _, _ = unix.RawSyscall6(
			unix.SYS_RT_SIGACTION, signal, uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action[0]), 0, 0,
		)
	}
}
