package run

import (
	"os"
	"syscall"

	"isol8.dev/guest/internal/stage"
)

// streams are the three standard streams of a program: the guest's ends, and until it runs the child's.
type streams struct {
	stdin, stdout, stderr *os.File
	child                 [3]uintptr
}

func openStreams(uid uint32) (*streams, error) {
	s := &streams{}
	for i, guest := range []**os.File{&s.stdin, &s.stdout, &s.stderr} {
		child, file, err := stage.PipeOf(uid, i == 0)
		if err != nil {
			s.closeChild()
			s.close()
			return nil, err
		}
		s.child[i], *guest = uintptr(child), file
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
