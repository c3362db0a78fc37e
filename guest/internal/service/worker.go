package service

import (
	"context"
	"os"
	"syscall"
	"time"

	"isol8.dev/guest/internal/files"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/stage"
)

// farewell is how long a worker may take to clean up when nobody wants its answer any more.
const farewell = time.Second

// worker is a process of the code's user that handles files for one call.
type worker struct {
	guest   *Guest
	process *proc.Process
	// orders go to it, answers come from it.
	orders, answers *os.File
	forget          func() bool
}

// startWorker starts a worker. When ctx is done its pipes are closed, so that nothing waits for it.
func (g *Guest) startWorker(ctx context.Context, uid uint32, what string) (*worker, error) {
	input, orders, err := stage.Pipe(true)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(input)
	output, answers, err := stage.Pipe(false)
	if err != nil {
		_ = orders.Close()
		return nil, err
	}
	defer syscall.Close(output)
	w := &worker{guest: g, orders: orders, answers: answers}
	// What a worker might say on standard error is the code's word; it has none.
	launcher := &stage.Launcher{Reaper: g.reaper, Binary: g.binary, UID: uid}
	w.process, err = launcher.StartSelf(
		[]string{files.Command, what, g.config.Root}, []uintptr{uintptr(input), uintptr(output)}, proc.Unmarked)
	if err != nil {
		w.hangUp()
		return nil, err
	}
	w.forget = context.AfterFunc(ctx, w.hangUp)
	return w, nil
}

// close ends the worker: it sees the end of its orders, removes what is not finished, and is killed if it lingers.
func (w *worker) close() {
	w.forget()
	w.hangUp()
	select {
	case <-w.process.Done:
	case <-time.After(farewell):
		w.guest.reaper.Kill(w.process)
	}
}

func (w *worker) hangUp() {
	_ = w.orders.Close()
	_ = w.answers.Close()
}
