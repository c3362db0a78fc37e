package stage

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"isol8.dev/guest/internal/proc"
)

// becomeVariable names the variable with the user that a process of ours must become before anything else, and its mark.
const becomeVariable = "ISOL8_BECOME"

// StartSelf starts the guest's binary with these arguments as the code's user, in a session of its own and without any
// capability. What it leads to has the mark. gVisor executes only what a user may read, which code may not read of its guest: there it is started as
// the guest is, and becomes the user by itself.
func (l *Launcher) StartSelf(args []string, files []uintptr, mark proc.Mark) (*proc.Process, error) {
	argv := append([]string{l.Binary}, args...)
	attr := &syscall.ProcAttr{Dir: "/", Env: []string{"GOMAXPROCS=1"}, Files: files, Sys: Credential(l.UID, mark)}
	process, err := l.Reaper.Start(l.Binary, argv, attr, mark)
	if !errors.Is(err, syscall.EACCES) {
		return process, err
	}
	attr.Sys = &syscall.SysProcAttr{Setsid: true}
	attr.Env = append(attr.Env, fmt.Sprintf("%s=%d:%d", becomeVariable, l.UID, mark))
	return l.Reaper.Start(l.Binary, argv, attr, mark)
}

// BecomeUser makes this process the user that StartSelf left to it. It comes before anything that code has a say in.
func BecomeUser() error {
	given, found := os.LookupEnv(becomeVariable)
	// PID 1 has the variables of an image, which may say what it likes.
	if !found || os.Getpid() == 1 || os.Getuid() != 0 {
		return nil
	}
	var uid, mark int
	if _, err := fmt.Sscanf(given, "%d:%d", &uid, &mark); err != nil || uid == 0 {
		return fmt.Errorf("%s=%s is no user of code", becomeVariable, given)
	}
	groups := []int{uid}
	if proc.Mark(mark) != proc.Unmarked && proc.Mark(mark) != proc.Plain(uint32(uid)) {
		groups = append(groups, mark)
	}
	// Groups first: afterwards it may not. Go does this on all threads, and leaving root takes every capability.
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	if err := syscall.Setresgid(uid, uid, uid); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	return nil
}
