package run

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	// chunk is the most that is read, and sent, at once.
	chunk = 64 << 10
	// pause comes after every read of less than small, so that a program that writes byte by byte makes a bounded number
	// of messages and not one for each byte. The first byte never waits.
	pause = 2 * time.Millisecond
	small = 1 << 10
)

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
}

// pump starts reading.
func (r *run) pump(file *os.File, stream guestv1.Stream) *pump {
	p := &pump{run: r, file: file, stream: stream, read: make(chan struct{})}
	go p.loop()
	return p
}

// finish waits until what was written so far is read, and sent.
func (p *pump) finish() *guestv1.OutputStats {
	_ = p.file.SetReadDeadline(time.Unix(1, 0))
	<-p.read
	return &guestv1.OutputStats{TotalBytes: p.total, DroppedBytes: p.total - p.sent}
}

func (p *pump) loop() {
	defer p.file.Close()
	buffer := make([]byte, chunk)
	for {
		n, err := p.file.Read(buffer)
		p.take(buffer[:n])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			p.rest(buffer)
			break
		}
		if err != nil {
			break
		}
		if n < small {
			p.gather()
		}
	}
	buffer = nil
	close(p.read)
	// Processes that outlive the run go on writing: a closed pipe would kill them, a full one would stop them.
	_ = p.file.SetReadDeadline(time.Time{})
	_, _ = io.Copy(io.Discard, p.file)
}

// gather lets more come together while the program runs.
func (p *pump) gather() {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.run.vessel.process.Done:
	}
}

// rest reads what is in the pipe now. Not to its end: somebody who goes on writing would keep the run from ending.
func (p *pump) rest(buffer []byte) {
	raw, err := p.file.SyscallConn()
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
		p.take(buffer[:n])
		left -= n
	}
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
	err := p.run.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Output{Output: &guestv1.RunOutput{
		Stream: p.stream, Data: data,
	}}})
	if err != nil {
		p.broken = true
		p.run.stop(guestv1.EndReason_END_REASON_KILLED)
		return
	}
	p.sent += int64(len(data))
}
