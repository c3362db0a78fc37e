// Package run makes one program run: it starts it, moves its input and output, holds its limits, and tells how it ended.
package run

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/memory"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/stage"
	"isol8.dev/guest/internal/usage"
)

// Executor runs programs in one sandbox.
type Executor struct {
	Launcher *stage.Launcher
	// Root is the directory that a working directory must be in.
	Root string
	// Private is a directory that only the guest can write, and everybody read.
	Private string
	// Disks are the file systems that the code can write.
	Disks    []reset.Directory
	Cgroup   *usage.Cgroup
	Watchdog *memory.Watchdog
	// Owners knows whose every mark is.
	Owners Owners
	// Contexts are what else runs; nil for none. It is set before anything runs.
	Contexts Contexts

	// kept is set once Keep was called, and keptMemory is its limit.
	kept       atomic.Bool
	keptMemory atomic.Int64
	// lefts is what ended runs left behind.
	lefts lefts
	// booting is held by the one Boot that is on.
	booting sync.Mutex

	mu     sync.Mutex
	active map[*run]struct{}
	// stir wakes what holds a kept sandbox to its memory; nil in others.
	stir chan struct{}
	// waiting is what the next run may have.
	waiting *vessel
}

// Host is the host's side of a run. Send is called by one goroutine at a time; both fail once the stream is over.
type Host struct {
	// Stdin returns the next piece of standard input, and an error at its end.
	Stdin func() ([]byte, error)
	// Send sends a message and waits while the host does not read.
	Send func(*guestv1.RunResponse) error
}

// Run runs a program to its end. It returns an error only when the host can no longer be told anything. When ctx is
// done everything is killed, or what a shared run started.
func (e *Executor) Run(ctx context.Context, start *guestv1.RunStart, host Host) error {
	spec, err := e.spec(start)
	if err != nil {
		return host.Send(failed(other(err)))
	}
	r := newRun(e, start, host)
	e.add(r)
	defer e.remove(r)
	e.Stir()
	err = r.choose(spec)
	close(r.launched)
	if err != nil {
		return host.Send(failed(other(err)))
	}
	if limit := start.GetTimeout(); limit != nil {
		timer := time.AfterFunc(limit.AsDuration(), func() { r.stop(guestv1.EndReason_END_REASON_TIMEOUT) })
		defer timer.Stop()
	}
	defer context.AfterFunc(ctx, func() { r.stop(guestv1.EndReason_END_REASON_KILLED) })()
	if err := r.begin(spec); err != nil && (!errors.Is(err, stage.ErrKilled) || !r.stopped()) {
		r.vessel.discard(e.Launcher.Reaper)
		r.removeMainFile()
		return host.Send(failed(err))
	}
	return r.supervise()
}

func (e *Executor) spec(start *guestv1.RunStart) (*stage.Spec, error) {
	file, err := e.mainFile(start.GetMainFile())
	return &stage.Spec{
		Argv:             start.GetArgv(),
		Environment:      start.GetEnvironment(),
		Root:             e.Root,
		WorkingDirectory: start.GetWorkingDirectory(),
		Limits: stage.Limits{
			Processes: uint64(max(0, start.GetMaxProcesses())),
			OpenFiles: uint64(max(0, start.GetMaxOpenFiles())),
		},
		MainFile: file,
	}, err
}

// add comes before the start of a process, so that KillAll knows the run of everything it kills.
func (e *Executor) add(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active == nil {
		e.active = map[*run]struct{}{}
	}
	e.active[r] = struct{}{}
}

func (e *Executor) remove(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.active, r)
}

func failed(err error) *guestv1.RunResponse {
	failure := &stage.Failure{}
	if !errors.As(err, &failure) {
		failure = other(err)
	}
	return &guestv1.RunResponse{Event: &guestv1.RunResponse_Failed{Failed: &guestv1.RunFailed{
		Reason: failure.Reason, Message: failure.Message,
	}}}
}

func other(err error) *stage.Failure {
	return &stage.Failure{Reason: guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER, Message: err.Error()}
}
