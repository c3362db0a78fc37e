package proc

import (
	"strconv"
	"syscall"
)

// SignIn makes a user the login of the calling thread, which its children inherit.
//
// A process without a login may take any, once: the host's audit log would name whomever the code chose for what it
// does. Where there is a login already, or the kernel keeps none, this fails, and the code cannot take one either.
func SignIn(uid uint32) {
	file, err := syscall.Open("/proc/thread-self/loginuid", syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_, _ = syscall.Write(file, strconv.AppendUint(nil, uint64(uid), 10))
	_ = syscall.Close(file)
}
