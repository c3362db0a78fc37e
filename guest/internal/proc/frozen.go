package proc

import (
	"syscall"
	"time"
)

// frozenTime is how long others may be held up.
const frozenTime = 200 * time.Millisecond

// killFrozen stops everything, so that nothing can hide by forking, and kills what has the mark. It disturbs others for a
// moment: they see that they were stopped and continued.
func (s *search) killFrozen() {
	before := stopped()
	_ = syscall.Kill(-1, syscall.SIGSTOP)
	var last found
	// What was about to fork does so before it stops, and its child may come after a look at what there is: so twice.
	for calm, begun := 0, time.Now(); calm < 2 && time.Since(begun) < frozenTime; calm++ {
		last = s.once()
		for _, pid := range last.pids {
			s.kill(pid)
		}
		if last.fresh || last.moving || !last.sure {
			calm = -1
		}
	}
	for _, pid := range last.others {
		if !before[pid] {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// stopped are the processes that somebody has stopped.
func stopped() map[int]bool {
	var buffer [maxStatus]byte
	found := map[int]bool{}
	for _, pid := range pids() {
		if seen, there := lookAt(pid, buffer[:]); there && seen.stopped {
			found[pid] = true
		}
	}
	return found
}
