package stage

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"isol8.dev/guest/internal/proc"
)

// startTime is how long a stage may take to start, and to become its program: code in a session can stop it. The host
// waits a little longer.
const startTime = 5 * time.Second

// Launcher starts stages of one binary as one user.
type Launcher struct {
	Reaper *proc.Reaper
	// Binary is the absolute path of the guest: the code's user may execute but not read it, so a stage cannot be
	// traced from its first instruction on.
	Binary string
	UID    uint32
	// crowded is set once code may live beside what is started.
	crowded atomic.Bool
}

// Crowd says that from now on code may live beside what is started. It can stop a process of its own user as soon as there
// is one, and until that is a program it shares the memory of the guest, which waits for it and could do nothing else for
// ever. So everything is started as the guest is, and becomes the code's user when it is a process by itself.
func (l *Launcher) Crowd() { l.crowded.Store(true) }

// Stage is a started stage that waits for its Spec.
type Stage struct {
	Process *proc.Process
	// Spec is written and closed, and Status read, by Become.
	Spec, Status *os.File
}

// Start starts a stage whose program will have these standard streams, and whatever that leads to the mark.
func (l *Launcher) Start(stdin, stdout, stderr uintptr, mark proc.Mark) (*Stage, error) {
	specRead, specWrite, err := Pipe(true)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(specRead)
	statusWrite, statusRead, err := Pipe(false)
	if err != nil {
		_ = specWrite.Close()
		return nil, err
	}
	defer syscall.Close(statusWrite)
	inherited := []uintptr{stdin, stdout, stderr, uintptr(specRead), uintptr(statusWrite)}
	process, err := l.StartSelf([]string{Command}, inherited, mark)
	if err != nil {
		_ = specWrite.Close()
		_ = statusRead.Close()
		return nil, fmt.Errorf("start %s: %w", l.Binary, err)
	}
	// From outside, because a stage that cannot be traced does not own its own /proc entries.
	preferVictim(process)
	return &Stage{Process: process, Spec: specWrite, Status: statusRead}, nil
}

// Credential is the code's user with a mark, if it is one, in a session of its own and without any capability.
func Credential(uid uint32, mark proc.Mark) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Setsid:     true,
		Credential: &syscall.Credential{Uid: uid, Gid: uid, Groups: groups(uid, mark)},
	}
}

func groups(uid uint32, mark proc.Mark) []uint32 {
	if mark == proc.Unmarked || mark == proc.Plain(uid) {
		return []uint32{uid}
	}
	return []uint32{uid, uint32(mark)}
}

// AwaitWaiting returns when it waits for its Spec, so that nothing about it changes any more until it gets one.
func (s *Stage) AwaitWaiting() error {
	_ = s.Status.SetReadDeadline(time.Now().Add(startTime))
	var word [1]byte
	if _, err := s.Status.Read(word[:]); err != nil || word[0] != waiting {
		return ErrKilled
	}
	return nil
}

// Become lets the stage become a program and returns why it did not: a *Failure or ErrKilled. onReady is called when
// the program is about to start.
func (s *Stage) Become(spec *Spec, onReady func()) error {
	// A write that fails is told by the status: the stage is dead.
	_ = s.Spec.SetWriteDeadline(time.Now().Add(startTime))
	_ = WriteSpec(s.Spec, spec)
	_ = s.Spec.Close()
	_ = s.Status.SetReadDeadline(time.Now().Add(startTime))
	return Await(s.Status, onReady)
}

// Close closes what leads to the stage. The program is none the worse for it.
func (s *Stage) Close() {
	_ = s.Spec.Close()
	_ = s.Status.Close()
}
