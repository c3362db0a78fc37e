package proc

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const umask = 0o022

// libraryPrivate are the signals that the C library keeps for itself: no program can ask it to touch them, and Go
// leaves them alone too.
var libraryPrivate = [...]uintptr{32, 33}

// inheritable makes this process what its children shall inherit of it.
func inheritable() {
	unix.Umask(umask)
	// Lower than any limit, so it cannot fail.
	_ = syscall.Setrlimit(unix.RLIMIT_CORE, &syscall.Rlimit{})
	// A glibc before 2.38 leaves these ignored in whatever posix_spawn starts, and that is inherited over every exec:
	// from a make that started the daemon, say, down to here. Nobody in the sandbox can end PID 1 with them all the
	// same. The others are caught, which exec undoes.
	for _, signal := range libraryPrivate {
		// The kernel's struct sigaction, all zero: SIG_DFL, no flags, no mask.
		var action [4]uint64
		_, _, _ = unix.RawSyscall6(
			unix.SYS_RT_SIGACTION, signal, uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action[0]), 0, 0,
		)
	}
}
