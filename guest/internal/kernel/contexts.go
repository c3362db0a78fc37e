package kernel

import (
	"errors"
	"sort"
	"syscall"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/run"
)

var _ run.Contexts = (*Kernel)(nil)

// KillCell ends a cell and the context that it runs in, and tells whether there is one of this name.
func (k *Kernel) KillCell(id string) (known bool, err error) {
	c := k.cell(id)
	if c != nil {
		c.kill()
	}
	return c != nil, nil
}

// SignalCell interrupts a cell, which is all that can be done to one, and tells whether there is one of this name.
func (k *Kernel) SignalCell(id string, signal syscall.Signal) (known bool, err error) {
	c := k.cell(id)
	if c == nil {
		return false, nil
	}
	if signal != syscall.SIGINT {
		return true, errors.New("a cell can be interrupted, with SIGINT, and that is all")
	}
	c.interrupt(guestv1.EndReason_END_REASON_UNSPECIFIED)
	return true, nil
}

// Busy tells whether a cell runs or waits.
func (k *Kernel) Busy() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.cells) > 0
}

// Starved is told of a process that is about to be killed for memory.
func (k *Kernel) Starved(pid int) {
	for _, in := range k.interpreters() {
		if in.process.PID == pid {
			in.starved.Store(true)
		}
	}
}

// CellAt is the cell that the interpreter of a context was started for: which one started a process is not known.
func (k *Kernel) CellAt(context string, _ time.Time) string {
	if in := k.interpreters()[context]; in != nil {
		return in.firstCell
	}
	return ""
}

// Names are the contexts that live, sorted.
func (k *Kernel) Names() []string {
	var names []string
	for name := range k.interpreters() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// KillingAll is told when everything is about to be killed: every cell ends as KILLED.
func (k *Kernel) KillingAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.cells {
		c.claim(guestv1.EndReason_END_REASON_KILLED)
		c.cancel()
	}
}

// interpreters are those that live, by the name of their context.
func (k *Kernel) interpreters() map[string]*interpreter {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := map[string]*interpreter{}
	for name, p := range k.contexts {
		if p.interpreter != nil {
			found[name] = p.interpreter
		}
	}
	return found
}

func (k *Kernel) cell(id string) *cell {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cells[id]
}
