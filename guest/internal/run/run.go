package run

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/hot"
	"isol8.dev/guest/internal/stage"
)

// run is one program while it runs.
type run struct {
	executor *Executor
	start    *guestv1.RunStart
	host     *Teller[guestv1.RunResponse]
	stdin    func() ([]byte, error)
	// launched is closed when it has a vessel, or will have none.
	launched chan struct{}
	vessel   *vessel
	// hot is set when it runs in what waited.
	hot bool
	// coldReason is why it does not, where it might have.
	coldReason string
	startedAt  time.Time
	meter      *Meter
	// starved is set when the watchdog chose the main process.
	starved atomic.Bool

	// mu guards these, and vessel against others than the run itself, which alone sets it.
	mu     sync.Mutex
	ended  bool
	reason guestv1.EndReason
}

func newRun(e *Executor, start *guestv1.RunStart, host Host) *run {
	return &run{
		executor: e, start: start, host: NewTeller(host.Send), stdin: host.Stdin, launched: make(chan struct{}),
		meter: e.Meter(!start.GetShared()),
	}
}

// choose finds the process that will be the program: what waits, if the run may and can have it, or else a new one.
func (r *run) choose(spec *stage.Spec) error {
	if r.start.GetHot() {
		v, refused := r.executor.takeFor(spec, r.start.GetShared())
		r.coldReason = refused
		if v != nil {
			r.hot = true
			r.board(v)
			return nil
		}
	}
	if !r.start.GetKeepProcesses() && !r.start.GetShared() {
		// It would not outlive this run, and until then it would take of what the program may have.
		if v := r.executor.take(); v != nil {
			v.discard(r.executor.Launcher.Reaper)
		}
	}
	return r.launch()
}

// launch makes a new process the one that will be the program.
func (r *run) launch() error {
	v, err := r.executor.launch(r.start.GetShared())
	if err == nil {
		r.board(v)
	}
	return err
}

// board makes a vessel the run's.
func (r *run) board(v *vessel) {
	r.executor.Owners.Set(v.process.Mark, Owner{RunID: r.start.GetRunId()}, r.executor.Launcher.Reaper.Living)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vessel = v
	if r.reason != guestv1.EndReason_END_REASON_UNSPECIFIED {
		// By a Kill that came before there was anything to kill.
		r.executor.Launcher.Reaper.Kill(v.process)
	}
}

// current is the vessel, for others than the run itself.
func (r *run) current() *vessel {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.vessel
}

// begin lets the process become the program, and returns why it did not. What waited and cannot is replaced: something
// ended it, or holds it up, and nothing of the program was run.
func (r *run) begin(spec *stage.Spec) error {
	launcher := r.executor.Launcher
	begun := func() { r.startedAt = time.Now() }
	err := r.vessel.become(spec, launcher, begun)
	declined := errors.Is(err, hot.ErrDeclined)
	if !r.hot || !declined && !errors.Is(err, stage.ErrKilled) || r.stopped() {
		return err
	}
	r.vessel.discard(launcher.Reaper)
	r.executor.Owners.Forget(r.vessel.process.Mark)
	r.hot = false
	if failure := r.launch(); failure != nil {
		return failure
	}
	if declined {
		r.coldReason = "files"
	}
	return r.vessel.become(spec, launcher, begun)
}

// supervise moves what goes in and out until nothing of the program is left.
func (r *run) supervise() error {
	process, streams := r.vessel.process, r.vessel.streams
	started := &guestv1.RunStarted{Hot: r.hot, ColdReason: r.coldReason}
	r.host.Start(&guestv1.RunResponse{Event: &guestv1.RunResponse_Started{Started: started}})
	stdout := r.pump(streams.stdout, guestv1.Stream_STREAM_STDOUT)
	stderr := r.pump(streams.stderr, guestv1.Stream_STREAM_STDERR)
	go feed(streams.stdin, r.stdin)
	over := make(chan struct{})
	if limit := r.start.GetMemoryBytes(); limit > 0 {
		go r.executor.Watchdog.Watch(r.executor.unlessKept(limit), r.executor.quiet, nil, over, r.executor.starved)
	}

	<-process.Done
	reason := r.end()
	keep := r.start.GetKeepProcesses() && reason == guestv1.EndReason_END_REASON_UNSPECIFIED
	if !keep {
		_ = r.kill()
	}
	close(over)
	_ = streams.stdin.Close()
	out, errs := stdout.finish(), stderr.finish()
	r.leave(keep, stdout, stderr)
	r.removeMainFile()
	return r.host.Tell(&guestv1.RunResponse{Event: &guestv1.RunResponse_Ended{Ended: r.describe(reason, out, errs)}})
}

// removeMainFile removes the source of a run that others come after.
func (r *run) removeMainFile() {
	if file := r.start.GetMainFile(); file.GetTemporary() {
		r.executor.Launcher.Remove(file.GetPath())
	}
}

// leave remembers what the run left behind, if it may have.
func (r *run) leave(kept bool, stdout, stderr *pump) {
	mark := r.vessel.process.Mark
	if !kept {
		r.executor.Owners.Forget(mark)
		return
	}
	r.executor.Launcher.Crowd()
	if !r.start.GetShared() {
		return
	}
	one := &left{id: r.start.GetRunId(), mark: mark, stdout: stdout.left, stderr: stderr.left}
	r.executor.lefts.remember(one, r.executor.Launcher.Reaper.Living)
}

// claim notes the first reason to end a program that still runs, and tells whether this was it.
func (r *run) claim(reason guestv1.EndReason) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || r.reason != guestv1.EndReason_END_REASON_UNSPECIFIED {
		return false
	}
	r.reason = reason
	return true
}

// end notes that the program has ended: whatever comes later was not what ended it.
func (r *run) end() guestv1.EndReason {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	return r.reason
}

func (r *run) stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason != guestv1.EndReason_END_REASON_UNSPECIFIED
}
