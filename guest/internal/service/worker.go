package service

import (
	"context"
	"os"
	"syscall"
	"time"

	"connectrpc.com/connect"

	"isol8.dev/guest/internal/files"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/stage"
)

// farewell is how long a worker may take to clean up when nobody wants its answer any more.
const farewell = time.Second

// pipeSize is how much a worker may be ahead of the guest, or behind it.
const pipeSize = 256 << 10

// worker is a process of the code's user that handles files for one call.
type worker struct {
	guest   *Guest
	process *proc.Process
	// orders go to it, answers come from it.
	orders, answers *os.File
	forget          func() bool
}

// greetedWorker starts a worker once the guest was greeted.
func (g *Guest) greetedWorker(ctx context.Context, what string) (*worker, error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	worker, err := g.startWorker(ctx, executor.Launcher.UID, what)
	if err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	return worker, nil
}

// startWorker starts a worker. When ctx is done its pipes are closed, so that nothing waits for it.
func (g *Guest) startWorker(ctx context.Context, uid uint32, what string) (*worker, error) {
	var input, output int
	var orders, answers *os.File
	err := stage.AsPipeOwner(uid, func() (err error) {
		if input, orders, err = stage.Pipe(true); err != nil {
			return err
		}
		stage.Widen(input, pipeSize)
		if output, answers, err = stage.Pipe(false); err != nil {
			_ = syscall.Close(input)
			_ = orders.Close()
			return err
		}
		stage.Widen(output, pipeSize)
		return nil
	})
	if err != nil {
		return nil, err
	}
	defer syscall.Close(input)
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
