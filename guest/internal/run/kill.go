package run

import (
	"syscall"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/stage"
)

// KillAll kills everything and returns when nothing is left. Every run whose program still ran ends as KILLED, unless
// something else was going to end it already.
func (e *Executor) KillAll() error {
	return e.Launcher.Reaper.KillAll(func() {
		e.others().KillingAll()
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.waiting != nil {
			e.waiting.close()
			e.waiting = nil
		}
		for r := range e.active {
			r.claim(guestv1.EndReason_END_REASON_KILLED)
		}
	}, e.killEverything)
}

// killEverything kills at once what the code's user has.
func (e *Executor) killEverything() {
	everything := func() error { return syscall.Kill(-1, syscall.SIGKILL) }
	if e.kept.Load() {
		// The bridge of the link may be there, which only the guest could kill.
		_ = stage.AsUser(e.Launcher.UID, everything)
		return
	}
	_ = everything()
}

// KillRun kills what one run or cell started, also one that has ended, and returns when nothing of it is left.
func (e *Executor) KillRun(id string) error {
	if r := e.find(id); r != nil {
		r.claim(guestv1.EndReason_END_REASON_KILLED)
		<-r.launched
		return r.kill()
	}
	if known, err := e.others().KillCell(id); known {
		return err
	}
	if mark := e.Owners.MarkOf(id); mark != proc.Unmarked {
		return e.Launcher.Reaper.KillMarked(mark)
	}
	return nil
}

// find finds a run that is not over.
func (e *Executor) find(id string) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	for r := range e.active {
		if r.start.GetRunId() == id {
			return r
		}
	}
	return nil
}

// stop kills the run, or everything when it is alone, for a reason. It does not wait, so it can be called where nothing
// may block.
func (r *run) stop(reason guestv1.EndReason) {
	if r.claim(reason) {
		go func() { _ = r.kill() }()
	}
}

// kill ends what lives because of the run.
func (r *run) kill() error {
	if r.start.GetShared() {
		return r.killOwn()
	}
	return r.executor.KillAll()
}

// killOwn ends what the run started.
func (r *run) killOwn() error {
	v := r.current()
	if v == nil {
		return nil
	}
	reaper := r.executor.Launcher.Reaper
	// The program first: one that saw a child of its killed could still end itself, and how it ended would not be what
	// ended it.
	reaper.Kill(v.process)
	return reaper.KillMarked(v.process.Mark)
}
