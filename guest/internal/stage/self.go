package stage

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"isol8.dev/guest/internal/proc"
)

// becomeVariable names the variable with the user that a process of ours must become before anything else.
const becomeVariable = "ISOL8_BECOME"

// StartSelf starts the guest's binary with these arguments as the code's user, in a session of its own and without any
// capability. What it leads to has the mark. It is started as the guest is, and becomes the user by itself, where code may
// live beside it, and on gVisor: that executes only what a user may read, which code may not read of its guest.
func (l *Launcher) StartSelf(args []string, files []uintptr, mark proc.Mark) (*proc.Process, error) {
	argv := append([]string{l.Binary}, args...)
	attr := &syscall.ProcAttr{Dir: "/", Env: []string{"GOMAXPROCS=1"}, Files: files, Sys: Credential(l.UID, mark)}
	if !l.crowded.Load() {
		process, err := l.Reaper.Start(l.Binary, argv, attr, mark)
		if !errors.Is(err, syscall.EACCES) {
			return process, err
		}
	}
	attr.Sys = &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Groups: groups(l.UID, mark)}}
	attr.Env = append(attr.Env, fmt.Sprintf("%s=%d", becomeVariable, l.UID))
	return l.Reaper.Start(l.Binary, argv, attr, mark)
}

// BecomeUser makes this process the user that StartSelf left to it. It comes before anything that code has a say in.
func BecomeUser() error {
	given, found := os.LookupEnv(becomeVariable)
	// PID 1 has the variables of an image, which may say what it likes.
	if !found || os.Getpid() == 1 || os.Getuid() != 0 {
		return nil
	}
	uid, err := strconv.Atoi(given)
	if err != nil || uid <= 0 {
		return fmt.Errorf("%s=%s is no user of code", becomeVariable, given)
	}
	// The login is a thread's, and so is an exec.
	runtime.LockOSThread()
	proc.SignIn(uint32(uid))
	// Go does this on all threads, and leaving root takes every capability. The groups are the user's already.
	if err := syscall.Setresgid(uid, uid, uid); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	return nil
}
