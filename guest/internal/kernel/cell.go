package kernel

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"sync"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/run"
)

const (
	// grace is how long a cell may take to end that was interrupted. Then its context ends.
	grace = 2 * time.Second
	// insist is when the interrupt goes to everything in the interpreter's process group: what it waits for, say.
	insist = time.Second
)

// cell is one piece of code, from its request to its end.
type cell struct {
	request *guestv1.RunCellRequest
	host    *run.Teller[guestv1.RunCellResponse]
	// directory is entered for the cell; empty to stay where the one before was left.
	directory string
	token     string
	// cancel ends the wait for its turn.
	cancel context.CancelFunc

	in             *interpreter
	stdout, stderr *portion
	number         int
	meter          *run.Meter
	startedAt      time.Time
	// ends is closed when the driver says that it is done; what is below may be read then.
	ends    chan struct{}
	endedAt time.Time
	exit    int32
	failure *guestv1.CellError
	// uncounted is how many displays the driver did not announce.
	uncounted int32
	// displays belongs to the goroutine that reads what the driver says.
	displays displays

	mu     sync.Mutex
	over   bool
	reason guestv1.EndReason
	// begun is set when an interrupt reaches the code, and wanted when it is to be interrupted.
	begun, wanted bool
	timers        []*time.Timer
}

func newCell(request *guestv1.RunCellRequest, send Send) *cell {
	return &cell{
		request: request, host: run.NewTeller(send), directory: request.GetWorkingDirectory(), token: newToken(),
		cancel: func() {}, ends: make(chan struct{}),
		displays: displays{budget: max(0, request.GetDisplayBytes())},
	}
}

// run runs it in an interpreter that is its own until the end.
func (c *cell) run(ctx context.Context, in *interpreter, fresh bool) error {
	c.mu.Lock()
	c.in = in
	c.mu.Unlock()
	if c.directory != "" && !path.IsAbs(c.directory) {
		c.directory = in.kernel.Root + "/" + c.directory
	}
	c.stdout, c.stderr = in.stdout.begin(c), in.stderr.begin(c)
	started := &guestv1.CellStarted{Fresh: fresh, Hot: fresh && in.hot}
	c.host.Start(&guestv1.RunCellResponse{Event: &guestv1.RunCellResponse_Started{Started: started}})
	c.meter = in.kernel.Executor.Meter(false)
	c.startedAt = time.Now()
	go in.order(c)
	if limit := c.request.GetTimeout(); limit != nil {
		c.after(limit.AsDuration(), func() { c.interrupt(guestv1.EndReason_END_REASON_TIMEOUT) })
	}
	defer context.AfterFunc(ctx, func() { c.interrupt(guestv1.EndReason_END_REASON_KILLED) })()
	if c.claimed() != guestv1.EndReason_END_REASON_UNSPECIFIED {
		// By a Kill that came when there was nothing to kill yet.
		in.end("")
	}

	select {
	case <-c.ends:
	case <-in.gone:
		// What it said before is read to its end.
		<-in.read
	}
	c.settle()
	out, errs := c.stdout.finish(), c.stderr.finish()
	gone := in.leave()
	if gone {
		in.kernel.forget(in)
	}
	ended := c.describe(out, errs, gone)
	return c.host.Tell(&guestv1.RunCellResponse{Event: &guestv1.RunCellResponse_Ended{Ended: ended}})
}

// take takes what the driver says, and returns what is wrong with it.
func (c *cell) take(f frame) error {
	if c.displays.open() && f.kind != piece {
		return errors.New("it did not send all of a display")
	}
	if f.kind != begins && !c.hasBegun() {
		return errors.New("it went on with a cell that was over")
	}
	switch f.kind {
	case begins:
		texts, err := f.texts(1)
		if err != nil || len(texts) != 1 || texts[0] != c.token || !c.begin() {
			return errors.New("it began another cell than it was told")
		}
		return nil
	case showing:
		// What was written before it is told before it.
		c.stdout.catchUp()
		c.stderr.catchUp()
		parts, err := c.displays.announced(f)
		c.show(parts)
		return err
	case piece:
		parts, err := c.displays.came(f.rest)
		c.show(parts)
		return err
	case wrong:
		failure, err := readError(f)
		if c.failure != nil {
			err = errors.New("it told of two errors")
		}
		c.failure = failure
		return err
	case done:
		return c.end(f)
	}
	return fmt.Errorf("it sent a frame of an unknown kind, %q", f.kind)
}

// end takes the word that it is done.
func (c *cell) end(f frame) error {
	texts, err := f.texts(3)
	if err != nil || len(texts) != 3 || texts[0] != c.token {
		return errors.New("it ended another cell than the one that runs")
	}
	exit, err := strconv.ParseUint(texts[1], 10, 8)
	if err != nil {
		return errors.New("it ended a cell without an exit code")
	}
	uncounted, _ := strconv.ParseInt(texts[2], 10, 32)
	c.exit, c.uncounted, c.endedAt = int32(exit), int32(max(0, uncounted)), time.Now()
	c.in.mu.Lock()
	c.in.cell = nil
	c.in.mu.Unlock()
	close(c.ends)
	return nil
}

func (c *cell) show(parts []*guestv1.CellDisplay) {
	for _, part := range parts {
		c.tell(&guestv1.RunCellResponse{Event: &guestv1.RunCellResponse_Display{Display: part}})
	}
}

// tell tells the host, and whether it could. When it cannot, the cell is interrupted.
func (c *cell) tell(message *guestv1.RunCellResponse) bool {
	err := c.host.Tell(message)
	if err != nil {
		c.interrupt(guestv1.EndReason_END_REASON_KILLED)
	}
	return err == nil
}
