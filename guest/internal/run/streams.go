package run

import (
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"isol8.dev/guest/internal/stage"
)

const (
	// maxSaid is how much is read of what something says that could not be booted.
	maxSaid = 512
	// patience is how long that may take to end.
	patience = 100 * time.Millisecond
)

// streams are the three standard streams of a program: the guest's ends, and until it runs the child's.
type streams struct {
	stdin, stdout, stderr *os.File
	child                 [3]uintptr
}

func openStreams(uid uint32) (*streams, error) {
	s := &streams{}
	err := stage.AsPipeOwner(uid, func() error {
		for i, guest := range []**os.File{&s.stdin, &s.stdout, &s.stderr} {
			child, file, err := stage.Pipe(i == 0)
			if err != nil {
				return err
			}
			s.child[i], *guest = uintptr(child), file
		}
		return nil
	})
	if err != nil {
		s.closeChild()
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *streams) closeChild() {
	for i, fd := range s.child {
		if fd != 0 {
			_ = syscall.Close(int(fd))
			s.child[i] = 0
		}
	}
}

func (s *streams) close() {
	for _, file := range []*os.File{s.stdin, s.stdout, s.stderr} {
		if file != nil {
			_ = file.Close()
		}
	}
}

// feed writes standard input until it ends, which closes the pipe. What a program does not want is read and dropped,
// so that the host is not held up by it.
func feed(stdin *os.File, next func() ([]byte, error)) {
	defer stdin.Close()
	wanted := true
	for {
		data, err := next()
		if err != nil {
			return
		}
		if !wanted {
			continue
		}
		if _, err := stdin.Write(data); err != nil {
			wanted = false
			_ = stdin.Close()
		}
	}
}

// firstError is the first line that something which ended has written to standard error, as far as it fits a message.
func (s *streams) firstError() string {
	_ = s.stderr.SetReadDeadline(time.Now().Add(patience))
	said, _ := io.ReadAll(io.LimitReader(s.stderr, maxSaid))
	line, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	return line
}
