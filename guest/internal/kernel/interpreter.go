package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"isol8.dev/guest/internal/pipe"
	"isol8.dev/guest/internal/proc"
)

// farewell is how long a process may take to end that has closed what leads to the guest.
const farewell = 200 * time.Millisecond

// interpreter is one that takes cells. It is the code's: whatever it says may be the code's word.
type interpreter struct {
	kernel  *Kernel
	driver  *driver
	process *proc.Process
	// firstCell is the cell that it was started for.
	firstCell      string
	stdout, stderr *outlet
	// line leads to the driver and back.
	line *line
	// stdin is the interpreter's, where it reads lines; nil where it does not.
	stdin *os.File
	// hot is set when it had booted before it was asked for.
	hot bool
	// read is closed when nothing more of what the driver says is read.
	read chan struct{}
	// gone is closed when nothing is left of it and of what it started.
	gone chan struct{}
	// starved is set when it was chosen to be killed for memory.
	starved atomic.Bool

	mu    sync.Mutex
	cells int
	// cell is the one that runs, until the driver says that it is done.
	cell *cell
	// ended is why the guest ended it; empty when it did not.
	ended string
	// used is set while a cell has its streams, which are closed when it is gone and nobody uses it.
	used bool
}

// listen reads what the driver says until it ends, or says what it may not.
func (in *interpreter) listen(frames *frames) {
	defer close(in.read)
	pace := &paced{from: in.line.said}
	frames.in.Reset(pace)
	for {
		f, err := frames.next()
		if err == nil {
			err = in.hear(f, pace)
		}
		if err != nil {
			in.hangUp(err)
			return
		}
	}
}

// hear hands a frame to the cell that runs.
func (in *interpreter) hear(f frame, pace *paced) error {
	in.mu.Lock()
	c := in.cell
	in.mu.Unlock()
	if c == nil {
		return fmt.Errorf("it spoke while no cell ran: a frame %q, %.60q", f.kind, f.rest)
	}
	if f.kind == begins {
		pace.reads = 0
	}
	return c.take(f)
}

// hangUp ends an interpreter that cannot be talked to any more, unless it is ending by itself.
func (in *interpreter) hangUp(err error) {
	why := "the interpreter broke its protocol: " + err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		why = "the interpreter closed what leads to the guest"
		select {
		case <-in.process.Done:
			return
		case <-time.After(farewell):
		}
	}
	in.end(why)
}

// end kills it and whatever it started, and does not wait. The first reason counts.
func (in *interpreter) end(why string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ended == "" {
		in.ended = why
	}
	in.kernel.Launcher.Reaper.Kill(in.process)
}

// watch waits for its end and ends what it leaves behind.
func (in *interpreter) watch() {
	<-in.process.Done
	in.line.begun()
	_ = in.kernel.Launcher.Reaper.KillMarked(in.process.Mark)
	in.kernel.Executor.Owners.Forget(in.process.Mark)
	// Nobody is left to write, but what was written is read.
	_ = in.line.said.SetReadDeadline(time.Now().Add(farewell))
	in.kernel.forget(in)
	in.mu.Lock()
	defer in.mu.Unlock()
	close(in.gone)
	if !in.used {
		in.close()
	}
}

// begin gives it to a cell, unless it is gone.
func (in *interpreter) begin(c *cell) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.isGone() {
		return false
	}
	in.cells++
	in.used, in.cell, c.number = true, c, in.cells
	return true
}

// order tells the driver of a cell. It waits while the driver does not read, and not longer than it lives.
func (in *interpreter) order(c *cell) {
	// The lines come first: it is by them that it begins to read.
	in.nudge(in.driver.runLine + in.driver.endLine)
	_, _ = in.line.orders.Write(c.order())
}

// nudge writes lines to its standard input.
func (in *interpreter) nudge(lines string) {
	if in.stdin != nil {
		_, _ = in.stdin.WriteString(lines)
	}
}

// insist interrupts everything in its process group, because what it waits for may not have had the first interrupt.
func (in *interpreter) insist() {
	in.interrupt(true)
	// One of the two may have hit the end of the cell.
	in.nudge(in.driver.endLine)
}

// leave takes it from its cell, and tells whether it is gone.
func (in *interpreter) leave() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.used = false
	if !in.isGone() {
		return false
	}
	in.close()
	return true
}

func (in *interpreter) isGone() bool {
	select {
	case <-in.gone:
		return true
	default:
		return false
	}
}

// why is why the guest ended it.
func (in *interpreter) why() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.ended
}

// interrupt sends SIGINT to it, or to its process group.
func (in *interpreter) interrupt(group bool) {
	if in.driver.byPipe {
		// One byte fits; where many were not read, one more says nothing.
		_ = in.line.interrupts.SetWriteDeadline(time.Now().Add(pipe.Pause))
		_, _ = in.line.interrupts.Write([]byte{'i'})
		return
	}
	_ = in.kernel.Launcher.Reaper.While(in.process, func() error {
		if group {
			return syscall.Kill(-in.process.PID, syscall.SIGINT)
		}
		return syscall.Kill(in.process.PID, syscall.SIGINT)
	})
}

// close closes what led to it. It is gone, and no cell runs.
func (in *interpreter) close() {
	in.line.close()
	_ = in.stdin.Close()
	_ = in.stdout.file.Close()
	if in.stderr != nil {
		_ = in.stderr.file.Close()
	}
}
