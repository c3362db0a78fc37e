package proc

import (
	"errors"
	"os"
	"time"
)

// killAgain is how often everything is killed anew while something is left.
const killAgain = 10 * time.Millisecond

// ErrNotInit is returned by KillAll anywhere but in PID 1 of a pid namespace.
var ErrNotInit = errors.New("only PID 1 may kill everything")

// KillAll kills every other process, or all of the code, and returns when the guest has no child left, which is certain:
// what is orphaned becomes a child of PID 1, so no child left means nothing left. kill is one kill(-1), which cannot be
// outrun by a fork bomb, since the kernel restarts a fork that raced with it; it is repeated for a child that was being
// started. first is called when nothing can be started any more and nothing was killed yet.
func (r *Reaper) KillAll(first, kill func()) error {
	// Anywhere else kill(-1) would end the whole machine.
	if os.Getpid() != 1 {
		return ErrNotInit
	}
	r.gate.Lock()
	defer r.gate.Unlock()
	first()
	for {
		changed := r.nextChange()
		kill()
		if !r.reap() {
			return nil
		}
		select {
		case <-changed:
		case <-time.After(killAgain):
		}
	}
}
