package stage

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// asRealUser calls f on a thread whose real user and group are the code's, while everything that it may do stays the
// guest's. The thread is its own and ends with the call: meanwhile the code may signal it (all signals are caught) and
// change its priority for good.
func asRealUser(uid uint32, f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		id := uintptr(uid)
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, id, keep, keep); errno != 0 {
			err = fmt.Errorf("real group: %w", errno)
			return
		}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, id, keep, keep); errno != 0 {
			err = fmt.Errorf("real user: %w", errno)
			return
		}
		err = f()
		_, _, _ = unix.RawSyscall(unix.SYS_SETRESUID, 0, keep, keep)
		_, _, _ = unix.RawSyscall(unix.SYS_SETRESGID, 0, keep, keep)
	}()
	<-done
	return err
}

// AsUser calls f on a thread that is the code's user and nothing else any more: what f does to files is what the code may
// do. The thread is its own and ends with the call.
func AsUser(uid uint32, f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Never unlocked: the thread ends with this goroutine.
		runtime.LockOSThread()
		id := uintptr(uid)
		groups := [...]uint32{uid}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, 1, uintptr(unsafe.Pointer(&groups)), 0); errno != 0 {
			err = fmt.Errorf("groups: %w", errno)
			return
		}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, id, id, id); errno != 0 {
			err = fmt.Errorf("group: %w", errno)
			return
		}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, id, id, id); errno != 0 {
			err = fmt.Errorf("user: %w", errno)
			return
		}
		err = f()
	}()
	<-done
	return err
}

// keep leaves one of the users of setresuid as it is.
const keep = ^uintptr(0)
