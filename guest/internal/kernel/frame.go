package kernel

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"isol8.dev/guest/internal/pipe"
)

// kind is what a frame of a driver says. A frame is its kind, the size of the rest in eight hexadecimal digits, and the
// rest, in which texts end in a NUL.
type kind byte

const (
	// ready is said once, when cells can come.
	ready kind = 'r'
	// begins is followed by the token of the cell: from now on an interrupt reaches its code.
	begins kind = 's'
	// showing announces a display: whether it is the cell's result, its id, and then type and size of each form.
	showing kind = 'd'
	// piece is content of the forms that were announced: 64 KiB, or what is left of a form when that is less.
	piece kind = 'p'
	// wrong is the error that ended the cell: class, message, and then file, line, function and source of each place.
	wrong kind = 'e'
	// done is followed by the token of the cell, its exit code, and how many displays were not announced.
	done kind = 'x'
)

const (
	// maxPiece is how much of a display comes at once, and how much is sent at once.
	maxPiece = 64 << 10
	// maxFrame bounds every frame, before memory is taken for it.
	maxFrame = maxPiece
	header   = 9
	// freely is how many reads of a cell's frames come without a pause.
	freely = 32
)

type frame struct {
	kind kind
	// rest is valid until the next frame is read.
	rest []byte
}

// frames reads what a driver says. The code may say it as well.
type frames struct {
	in     *bufio.Reader
	buffer []byte
}

func readFrames(from io.Reader) *frames { return &frames{in: bufio.NewReaderSize(from, maxPiece)} }

func (f *frames) next() (frame, error) {
	var head [header]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return frame{}, err
	}
	size, err := strconv.ParseUint(string(head[1:]), 16, 32)
	if err != nil || size > maxFrame {
		return frame{}, errors.New("it sent a frame that is none")
	}
	if int(size) > cap(f.buffer) {
		f.buffer = make([]byte, size)
	}
	f.buffer = f.buffer[:size]
	if _, err := io.ReadFull(f.in, f.buffer); err != nil {
		return frame{}, err
	}
	return frame{kind: kind(head[0]), rest: f.buffer}, nil
}

// texts are the texts in the rest of a frame, which must be most at the most.
func (f frame) texts(most int) ([]string, error) {
	count := bytes.Count(f.rest, []byte{0})
	if count > most || len(f.rest) > 0 && f.rest[len(f.rest)-1] != 0 {
		return nil, fmt.Errorf("it sent a frame %q with other texts than it has", f.kind)
	}
	texts := make([]string, 0, count)
	for rest := f.rest; len(rest) > 0; {
		text, after, _ := bytes.Cut(rest, []byte{0})
		texts = append(texts, string(text))
		rest = after
	}
	return texts, nil
}

// paced makes many small reads fewer and larger, so that code which says little again and again costs the guest a
// bounded number of reads.
type paced struct {
	from  io.Reader
	small bool
	reads int
}

func (p *paced) Read(buffer []byte) (int, error) {
	p.reads++
	if p.small && p.reads > freely {
		time.Sleep(pipe.Pause)
	}
	n, err := p.from.Read(buffer)
	p.small = n < pipe.Small
	return n, err
}
