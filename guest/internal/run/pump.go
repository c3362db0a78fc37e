package run

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/pipe"
)

// drained is the most that is read at once of what processes write that a run left behind.
const drained = 8 << 10

// pump reads one output stream of a program and sends its first bytes.
type pump struct {
	run    *run
	file   *os.File
	stream guestv1.Stream
	total  int64
	sent   int64
	// broken is set when the host can no longer be sent anything.
	broken bool
	// read is closed when everything that belongs to the run was read and sent.
	read chan struct{}
	// left takes what is written after the run; nil for nobody.
	left *ring

	// reading is held while the file is read for the run, and by the end of the run.
	reading sync.Mutex
	// over is set at the end of the run. What the pipe held then is tail, and behind it what is still there.
	over   bool
	tail   []byte
	behind int
}

// pump starts reading.
func (r *run) pump(file *os.File, stream guestv1.Stream) *pump {
	p := &pump{run: r, file: file, stream: stream, read: make(chan struct{})}
	if r.start.GetShared() && r.start.GetKeepProcesses() {
		p.left = &ring{}
	}
	go p.loop()
	return p
}

// finish waits until what was written so far is sent. What is written from now on is none of the run's, and is read
// even while nobody takes what the run had written.
func (p *pump) finish() *guestv1.OutputStats {
	// A read that waits comes back.
	pipe.Interrupt(p.file)
	p.reading.Lock()
	p.over = true
	p.behind = pipe.Held(p.file)
	p.tail = p.rest()
	// Only code that made the pipe larger itself has to wait for who reads.
	held := p.behind > 0
	p.reading.Unlock()
	if held {
		<-p.read
	}
	go p.drain()
	<-p.read
	return &guestv1.OutputStats{TotalBytes: p.total, DroppedBytes: p.total - p.sent}
}

func (p *pump) loop() {
	defer close(p.read)
	buffer := make([]byte, pipe.Chunk)
	for {
		n, over, err := p.next(buffer)
		if over {
			break
		}
		p.take(buffer[:n])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			// Whoever ends the run comes next.
			runtime.Gosched()
			continue
		}
		if err != nil {
			return
		}
		if n < pipe.Small {
			p.gather()
		}
	}
	for piece := p.tail; len(piece) > 0; piece = p.rest() {
		p.take(piece)
	}
}

// next reads what comes next, unless the run is over.
func (p *pump) next(buffer []byte) (n int, over bool, err error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if p.over {
		return 0, true, nil
	}
	n, err = p.file.Read(buffer)
	return n, false, err
}

// drain reads on. Processes that outlive the run go on writing: a closed pipe would kill them, a full one would stop them.
func (p *pump) drain() {
	defer p.file.Close()
	pipe.Resume(p.file)
	if p.left == nil {
		_, _ = io.Copy(io.Discard, p.file)
		return
	}
	defer p.left.end()
	buffer := make([]byte, drained)
	for {
		n, err := p.file.Read(buffer)
		_, _ = p.left.Write(buffer[:n])
		if err != nil {
			return
		}
	}
}

// gather lets more come together while the program runs.
func (p *pump) gather() {
	timer := time.NewTimer(pipe.Pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.run.vessel.process.Done:
	}
}

// rest reads a piece of what was in the pipe at the end of the run. Not to the end of the file: somebody who goes on
// writing would keep the run from ending.
func (p *pump) rest() []byte {
	if p.behind <= 0 {
		return nil
	}
	piece := make([]byte, min(p.behind, pipe.Chunk))
	n := pipe.ReadHeld(p.file, piece)
	if n == 0 {
		p.behind = 0
		return nil
	}
	p.behind -= n
	return piece[:n]
}

// take counts data and sends what the limit leaves of it.
func (p *pump) take(data []byte) {
	limit := p.run.start.GetOutputBytes()
	p.total += int64(len(data))
	if p.total > limit && p.run.start.GetKillOnOutputLimit() {
		// Before sending, which may wait for the host.
		p.run.stop(guestv1.EndReason_END_REASON_OUTPUT_LIMIT)
	}
	data = data[:max(0, min(int64(len(data)), limit-p.sent))]
	if len(data) == 0 || p.broken {
		return
	}
	err := p.run.host.Tell(&guestv1.RunResponse{Event: &guestv1.RunResponse_Output{Output: &guestv1.RunOutput{
		Stream: p.stream, Data: data,
	}}})
	if err != nil {
		p.broken = true
		p.run.stop(guestv1.EndReason_END_REASON_KILLED)
		return
	}
	p.sent += int64(len(data))
}
