package run

import (
	"errors"
	"os"
	"syscall"
)

// Signal sends a signal to the main process of a run, or to the context of a cell. One that has ended is no error.
func (e *Executor) Signal(id string, signal syscall.Signal) error {
	r := e.find(id)
	if r == nil {
		_, err := e.others().SignalCell(id, signal)
		return err
	}
	v := r.current()
	if v == nil {
		return nil
	}
	err := e.Launcher.Reaper.While(v.process, func() error { return syscall.Kill(v.process.PID, signal) })
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
