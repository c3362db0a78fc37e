package kernel

import (
	"errors"
	"os"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/pipe"
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
	pipe.Resume(o.file)
	go func() {
		defer close(o.stopped)
		buffer := make([]byte, pipe.Chunk)
		for {
			n, err := o.file.Read(buffer)
			take(buffer[:n])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				o.rest(buffer, take)
			}
			if err != nil {
				return
			}
			if n < pipe.Small {
				select {
				case <-time.After(pipe.Pause):
				case <-hurry:
				}
			}
		}
	}()
}

// halt returns when all was handed on that was written so far.
func (o *outlet) halt() {
	pipe.Interrupt(o.file)
	<-o.stopped
}

// rest reads what is in the pipe now. Not to its end: somebody who goes on writing would keep the cell from ending.
func (o *outlet) rest(buffer []byte, take func([]byte)) {
	for left := pipe.Held(o.file); left > 0; {
		n := pipe.ReadHeld(o.file, buffer[:min(left, len(buffer))])
		if n == 0 {
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

// catchUp returns when all was sent that was written so far.
func (p *portion) catchUp() {
	p.outlet.halt()
	p.outlet.read(p.take, p.cell.ends)
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
