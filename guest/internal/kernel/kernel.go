// Package kernel runs cells: pieces of code in a context, an interpreter with a name that keeps its state from one to
// the next.
package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/run"
	"isol8.dev/guest/internal/stage"
)

const (
	// maxContexts is how many contexts there may be.
	maxContexts = 16
	// maxWaiting is how many cells may wait for one context.
	maxWaiting = 16
	// maxCode bounds the code of a cell.
	maxCode = 1 << 20
	// maxName bounds names of contexts and cells.
	maxName = 256
)

// Send sends a message to the host, and waits while the host does not read. It is called by one goroutine at a time.
type Send func(*guestv1.RunCellResponse) error

// Kernel has the contexts of one sandbox.
type Kernel struct {
	Launcher *stage.Launcher
	// Root is the directory that a working directory must be in.
	Root string
	// Private is a directory that only the guest can write, and everybody read.
	Private string
	// Executor measures what cells use, and knows whose each mark is.
	Executor *run.Executor

	mu       sync.Mutex
	contexts map[string]*place
	cells    map[string]*cell
}

// place is what has the name of a context.
type place struct {
	// turn is held by the cell that runs.
	turn chan struct{}
	// cells is how many run or wait.
	cells int
	// interpreter is nil while there is none: the next cell begins with nothing.
	interpreter *interpreter
}

// RunCell runs a cell to its end. It returns an error only when the host can no longer be told anything. When ctx is done
// the cell is interrupted.
func (k *Kernel) RunCell(ctx context.Context, request *guestv1.RunCellRequest, send Send) error {
	c := newCell(request, send)
	waits, cancel := context.WithCancel(ctx)
	defer cancel()
	c.cancel = cancel
	p, err := k.join(c)
	if err != nil {
		return send(failed(err))
	}
	defer k.leave(c, p)
	k.Executor.Stir()
	select {
	case p.turn <- struct{}{}:
	case <-waits.Done():
		return send(failed(errUnwanted))
	}
	defer func() { <-p.turn }()
	in, fresh, err := k.enter(waits, p, c)
	if err != nil && waits.Err() != nil {
		err = errUnwanted
	}
	if err != nil {
		return send(failed(err))
	}
	return c.run(ctx, in, fresh)
}

var errUnwanted = errors.New("it was ended before it began")

// enter finds the interpreter of a cell whose turn it is, or starts it.
func (k *Kernel) enter(ctx context.Context, p *place, c *cell) (in *interpreter, fresh bool, err error) {
	d, err := find(c.request.GetDriver())
	if err != nil {
		return nil, false, err
	}
	if d.runLine != "" && bytes.IndexByte(c.request.GetCode(), 0) >= 0 {
		return nil, false, errors.New("no code of this language holds a NUL")
	}
	if c.directory != "" {
		if err := k.Launcher.CheckDirectory(k.Root, c.directory); err != nil {
			return nil, false, err
		}
	}
	k.mu.Lock()
	in = p.interpreter
	k.mu.Unlock()
	if in != nil && in.driver != d {
		return nil, false, errors.New("the context is one of another runtime")
	}
	if in != nil && in.begin(c) {
		return in, false, nil
	}
	if in, err = k.start(ctx, d, c.request); err != nil {
		return nil, false, err
	}
	k.mu.Lock()
	p.interpreter = in
	k.mu.Unlock()
	if !in.begin(c) {
		k.forget(in)
		return nil, false, errors.New("the interpreter ended at once")
	}
	return in, true, nil
}

// join finds or makes the place of a cell's context.
func (k *Kernel) join(c *cell) (*place, error) {
	id, name := c.request.GetRunId(), c.request.GetContext()
	switch {
	case name == "" || len(name) > maxName || len(id) > maxName:
		return nil, errors.New("a context has a name, and no endless one")
	case len(c.request.GetCode()) > maxCode:
		return nil, fmt.Errorf("code has %d bytes at most", maxCode)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.contexts == nil {
		k.contexts, k.cells = map[string]*place{}, map[string]*cell{}
	}
	p := k.contexts[name]
	switch {
	case k.cells[id] != nil:
		return nil, fmt.Errorf("a cell %q runs already", id)
	case p == nil && len(k.contexts) >= maxContexts:
		return nil, fmt.Errorf("there are %d contexts, and no more can be: end one that is not needed", maxContexts)
	case p != nil && p.cells > maxWaiting:
		return nil, fmt.Errorf("%d cells wait for the context already", maxWaiting)
	case p == nil:
		p = &place{turn: make(chan struct{}, 1)}
		k.contexts[name] = p
	}
	p.cells++
	k.cells[id] = c
	return p, nil
}

// leave is the end of a cell.
func (k *Kernel) leave(c *cell, p *place) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p.cells--
	delete(k.cells, c.request.GetRunId())
	k.tidy()
}

// forget makes the next cell of a context begin with nothing.
func (k *Kernel) forget(in *interpreter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.contexts {
		if p.interpreter == in {
			p.interpreter = nil
		}
	}
	k.tidy()
}

func (k *Kernel) tidy() {
	for name, p := range k.contexts {
		if p.cells == 0 && p.interpreter == nil {
			delete(k.contexts, name)
		}
	}
}

// EndContext ends a context and all that it started, and returns when nothing of it is left. One that is not there is no
// error.
func (k *Kernel) EndContext(name string) {
	k.mu.Lock()
	var in *interpreter
	if p := k.contexts[name]; p != nil {
		in = p.interpreter
	}
	k.mu.Unlock()
	if in == nil {
		return
	}
	in.mu.Lock()
	c := in.cell
	in.mu.Unlock()
	if c != nil {
		c.claim(guestv1.EndReason_END_REASON_KILLED)
	}
	in.end("")
	<-in.gone
}

func failed(err error) *guestv1.RunCellResponse {
	failure := &stage.Failure{}
	if !errors.As(err, &failure) {
		failure = &stage.Failure{
			Reason: guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER, Message: run.OneLine(err),
		}
	}
	return &guestv1.RunCellResponse{Event: &guestv1.RunCellResponse_Failed{Failed: &guestv1.RunFailed{
		Reason: failure.Reason, Message: failure.Message,
	}}}
}
