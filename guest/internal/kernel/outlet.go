package kernel

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	// chunk is the most that is read, and sent, at once.
	chunk = 64 << 10
	// pause comes after every read of less than small, so that code that writes byte by byte makes a bounded number of
	// messages. The first byte never waits.
	pause = 2 * time.Millisecond
	small = 1 << 10
)

// outlet is one output stream of an interpreter. Something always reads it: nobody who writes gets stuck, or killed,
// because there is no cell. What comes between cells belongs to none and is dropped.
//
// Which cell output belongs to is a matter of time alone, and of the kernel's: what a cell wrote is in the pipe, or was
// read, before the driver could say that it is done, so the end of it is what the pipe holds then.
type outlet struct {
	file   *os.File
	stream guestv1.Stream
	// stopped is closed when the goroutine that reads has stopped.
	stopped chan struct{}
}

func newOutlet(file *os.File, stream guestv1.Stream) *outlet {
	o := &outlet{file: file, stream: stream}
	o.read(func([]byte) {}, nil)
	return o
}

// read reads until halt and hands on what comes. While hurry is open, small pieces are let gather.
func (o *outlet) read(take func([]byte), hurry <-chan struct{}) {
	o.stopped = make(chan struct{})
	_ = o.file.SetReadDeadline(time.Time{})
	go func() {
		defer close(o.stopped)
		buffer := make([]byte, chunk)
		for {
			n, err := o.file.Read(buffer)
			take(buffer[:n])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				o.rest(buffer, take)
			}
			if err != nil {
				return
			}
			if n < small {
				select {
				case <-time.After(pause):
				case <-hurry:
				}
			}
		}
	}()
}

// halt returns when all was handed on that was written so far.
func (o *outlet) halt() {
	_ = o.file.SetReadDeadline(time.Unix(1, 0))
	<-o.stopped
}

// rest reads what is in the pipe now. Not to its end: somebody who goes on writing would keep the cell from ending.
func (o *outlet) rest(buffer []byte, take func([]byte)) {
	raw, err := o.file.SyscallConn()
	if err != nil {
		return
	}
	left := 0
	_ = raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
	for left > 0 {
		n := 0
		_ = raw.Control(func(fd uintptr) {
			for {
				n, err = syscall.Read(int(fd), buffer[:min(left, len(buffer))])
				if !errors.Is(err, syscall.EINTR) {
					return
				}
			}
		})
		if n <= 0 {
			return
		}
		take(buffer[:n])
		left -= n
	}
}

// portion is what a cell sends of an outlet.
type portion struct {
	cell   *cell
	outlet *outlet
	total  int64
	sent   int64
}

// begin makes what comes from now on the cell's.
func (o *outlet) begin(c *cell) *portion {
	o.halt()
	p := &portion{cell: c, outlet: o}
	o.read(p.take, c.ends)
	return p
}

// finish ends that and returns when everything of it was sent.
func (p *portion) finish() *guestv1.OutputStats {
	p.outlet.halt()
	p.outlet.read(func([]byte) {}, nil)
	return &guestv1.OutputStats{TotalBytes: p.total, DroppedBytes: p.total - p.sent}
}

// take counts data and sends what the limit leaves of it.
func (p *portion) take(data []byte) {
	limit := p.cell.request.GetOutputBytes()
	p.total += int64(len(data))
	if p.total > limit && p.cell.request.GetKillOnOutputLimit() {
		// Before sending, which may wait for the host.
		p.cell.interrupt(guestv1.EndReason_END_REASON_OUTPUT_LIMIT)
	}
	data = data[:max(0, min(int64(len(data)), limit-p.sent))]
	if len(data) == 0 {
		return
	}
	output := &guestv1.RunOutput{Stream: p.outlet.stream, Data: data}
	if p.cell.tell(&guestv1.RunCellResponse{Event: &guestv1.RunCellResponse_Output{Output: output}}) {
		p.sent += int64(len(data))
	}
}
