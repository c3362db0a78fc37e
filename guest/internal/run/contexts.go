package run

import (
	"syscall"
	"time"
)

// Contexts are what else runs in a sandbox and has ids that a host may name.
type Contexts interface {
	// KillCell ends the context of a cell that runs, and returns when nothing of it is left. It tells whether it knows
	// the cell.
	KillCell(id string) (known bool, err error)
	// SignalCell sends a signal to the context of a cell that runs, and tells whether it knows the cell.
	SignalCell(id string, signal syscall.Signal) (known bool, err error)
	// Busy tells whether a cell runs or waits.
	Busy() bool
	// Starved tells a context that its main process was chosen to be killed for memory; others do not care.
	Starved(pid int)
	// CellAt is the cell of a context that ran at a time; empty when none did.
	CellAt(context string, at time.Time) string
	// Names are the contexts that live.
	Names() []string
	// KillingAll is told when everything is about to be killed and nothing can be started any more.
	KillingAll()
}

// none are no contexts.
type none struct{}

func (none) KillCell(string) (bool, error)                   { return false, nil }
func (none) SignalCell(string, syscall.Signal) (bool, error) { return false, nil }
func (none) Busy() bool                                      { return false }
func (none) Starved(int)                                     {}
func (none) CellAt(string, time.Time) string                 { return "" }
func (none) Names() []string                                 { return nil }
func (none) KillingAll()                                     {}

// others are the contexts of the sandbox.
func (e *Executor) others() Contexts {
	if e.Contexts == nil {
		return none{}
	}
	return e.Contexts
}

// ContextNames are the contexts that live.
func (e *Executor) ContextNames() []string { return e.others().Names() }
