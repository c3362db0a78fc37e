package proc

import (
	"strconv"
	"syscall"
)

// signIn makes the user of what is about to be started the login of the calling thread, which its children inherit.
//
// A process without a login may take any, once: the host's audit log would name whomever the code chose for what it
// does. Where there is a login already, or the kernel keeps none, this fails, and the code cannot take one either.
func signIn(as *syscall.SysProcAttr) {
	if as == nil || as.Credential == nil {
		return
	}
	file, err := syscall.Open("/proc/thread-self/loginuid", syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_, _ = syscall.Write(file, strconv.AppendUint(nil, uint64(as.Credential.Uid), 10))
	_ = syscall.Close(file)
}
