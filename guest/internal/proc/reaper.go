// Package proc starts processes, waits for them and kills them. One Reaper owns every wait of PID 1, so no status is
// ever taken by somebody else.
package proc

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Process is a child of the guest. Its fields below Done may be read once Done is closed.
type Process struct {
	// PID is valid until Done is closed.
	PID int
	// Mark is what everything has that it leads to; a helper of the guest is Unmarked.
	Mark Mark
	// Done is closed when the process was waited for.
	Done chan struct{}
	// Status is how it ended.
	Status syscall.WaitStatus
	// EndedAt is when it was waited for.
	EndedAt time.Time
}

// Reaper starts processes and waits for them, and for every orphan.
type Reaper struct {
	// gate is held shared by a start and alone by KillAll: nothing is started while everything is being killed.
	gate sync.RWMutex
	// mu makes a start and the registration of its pid one step for the wait loop.
	mu       sync.Mutex
	children map[int]*Process
	// changed is closed, and made anew, whenever something was waited for.
	changed chan struct{}

	// marking guards what NewMark knows: the mark that it gave last, and whether it has given all of them once.
	marking  sync.Mutex
	lastMark Mark
	wrapped  bool
}

// NewReaper starts waiting. What it starts has a umask of 022 and writes no core dumps. Every signal is caught and dropped from here on; ignoring one would be inherited over exec.
func NewReaper() *Reaper {
	inheritable()
	r := &Reaper{children: map[int]*Process{}, changed: make(chan struct{})}
	dropped := make(chan os.Signal, 1)
	signal.Notify(dropped)
	// A full channel means that a wake-up is pending already, so one place is enough.
	child := make(chan os.Signal, 1)
	signal.Notify(child, syscall.SIGCHLD)
	go func() {
		for range child {
			r.reap()
		}
	}()
	return r
}

// Start runs a program, whose groups are those of attr. The caller owns the files of attr.
func (r *Reaper) Start(path string, argv []string, attr *syscall.ProcAttr, mark Mark) (*Process, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	// What is started inherits from the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// Who is to become the code's user by himself signs in by himself.
	if as := attr.Sys; as != nil && as.Credential != nil && as.Credential.Uid != 0 {
		SignIn(as.Credential.Uid)
	}
	pid, err := syscall.ForkExec(path, argv, attr)
	if err != nil {
		return nil, err
	}
	process := &Process{PID: pid, Mark: mark, Done: make(chan struct{})}
	r.children[pid] = process
	return process, nil
}

// Kill ends one process. It is safe at any time: a pid that was waited for is never signalled.
func (r *Reaper) Kill(process *Process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.children[process.PID] == process {
		_ = syscall.Kill(process.PID, syscall.SIGKILL)
	}
}

// While calls f while the process is there, dead or alive, so that its pid names it and nothing else.
func (r *Reaper) While(process *Process, f func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.children[process.PID] != process {
		return os.ErrProcessDone
	}
	return f()
}

// Workers are the pids of the guest's helpers.
func (r *Reaper) Workers() map[int]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	workers := map[int]bool{}
	for pid, process := range r.children {
		if process.Mark == Unmarked {
			workers[pid] = true
		}
	}
	return workers
}

// reap waits for everything that has ended and tells whether a child is left.
func (r *Reaper) reap() (left bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reaped := false
	defer func() {
		if reaped {
			close(r.changed)
			r.changed = make(chan struct{})
		}
	}()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return false
		case pid == 0:
			return true
		}
		reaped = true
		if process := r.children[pid]; process != nil {
			delete(r.children, pid)
			process.Status = status
			process.EndedAt = time.Now()
			close(process.Done)
		}
	}
}

func (r *Reaper) nextChange() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}
