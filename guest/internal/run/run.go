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
	host     Host
	vessel   *vessel
	// hot is set when it runs in what waited.
	hot bool
	// coldReason is why it does not, where it might have.
	coldReason string
	startedAt  time.Time
	meter      *Meter
	// starved is set when the watchdog chose the main process.
	starved atomic.Bool

	sending sync.Mutex

	mu     sync.Mutex
	ended  bool
	reason guestv1.EndReason
}

// choose finds the process that will be the program: what waits, if the run may and can have it, or else a new one.
func (r *run) choose(spec *stage.Spec) error {
	if r.start.GetHot() {
		r.vessel, r.coldReason = r.executor.takeFor(spec)
	}
	r.hot = r.vessel != nil
	if r.hot {
		return nil
	}
	if !r.start.GetKeepProcesses() {
		// It would not outlive this run, and until then it would take of what the program may have.
		if v := r.executor.take(); v != nil {
			v.discard(r.executor.Launcher.Reaper)
		}
	}
	v, err := r.executor.launch()
	r.vessel = v
	return err
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
	v, failure := r.executor.launch()
	if failure != nil {
		return failure
	}
	r.vessel, r.hot = v, false
	if declined {
		r.coldReason = "files"
	}
	return v.become(spec, launcher, begun)
}

// supervise moves what goes in and out until nothing of the program is left.
func (r *run) supervise() error {
	process, streams := r.vessel.process, r.vessel.streams
	started := &guestv1.RunStarted{Hot: r.hot, ColdReason: r.coldReason}
	if err := r.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Started{Started: started}}); err != nil {
		r.stop(guestv1.EndReason_END_REASON_KILLED)
	}
	stdout := r.pump(streams.stdout, guestv1.Stream_STREAM_STDOUT)
	stderr := r.pump(streams.stderr, guestv1.Stream_STREAM_STDERR)
	go feed(streams.stdin, r.host.Stdin)
	over := make(chan struct{})
	go r.executor.Watchdog.Watch(r.start.GetMemoryBytes(), over, func(pid int) {
		if pid == process.PID {
			r.starved.Store(true)
		}
	})

	<-process.Done
	reason := r.end()
	if !r.start.GetKeepProcesses() || reason != guestv1.EndReason_END_REASON_UNSPECIFIED {
		_ = r.executor.KillAll()
	}
	close(over)
	_ = streams.stdin.Close()
	out, errs := stdout.finish(), stderr.finish()
	return r.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Ended{Ended: r.describe(reason, out, errs)}})
}

// stop kills everything for a reason. It does not wait, so it can be called where nothing may block.
func (r *run) stop(reason guestv1.EndReason) {
	if r.claim(reason) {
		go func() { _ = r.executor.KillAll() }()
	}
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

// send sends one message at a time. It may wait for the host as long as the host likes.
func (r *run) send(message *guestv1.RunResponse) error {
	r.sending.Lock()
	defer r.sending.Unlock()
	return r.host.Send(message)
}
