package proc

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// restAfter is how long what was killed may take to be gone before one looks again.
	restAfter = time.Millisecond
	// outrun is how many searches in a row may find something new before everything is stopped for the next.
	outrun = 10
)

// KillMarked kills every process that has the mark, and returns when nothing but zombies has it. Others live on.
func (r *Reaper) KillMarked(mark Mark) error {
	// Anywhere else what has the mark is somebody else's, and freeze would stop the whole machine.
	if os.Getpid() != 1 {
		return ErrNotInit
	}
	if mark == Unmarked {
		return errors.New("the guest's own helpers have no mark")
	}
	s := r.newSearch(mark)
	// Twice, because a process can hide from one search by forking and ending over and over, if pids begin anew meanwhile.
	for clean, unclean := 0, 0; clean < 2; {
		found := s.once()
		for _, pid := range found.pids {
			s.kill(pid)
		}
		switch {
		case len(found.pids) == 0 && found.sure:
			clean++
			continue
		case len(found.pids) == 0 || found.fresh:
			unclean++
		default:
			time.Sleep(restAfter)
		}
		clean = 0
		if unclean >= outrun {
			s.killFrozen()
			unclean = 0
		}
	}
	return nil
}

// kill ends a process that has the mark, and no other one that has its pid meanwhile.
func (s *search) kill(pid int) {
	handle, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return
	}
	if err != nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		return
	}
	defer unix.Close(handle)
	if seen, there := lookAt(pid, s.buffer[:]); there && (seen.has(s.mark) || !showsGroups()) {
		_ = unix.PidfdSendSignal(handle, unix.SIGKILL, nil, 0)
	}
}
