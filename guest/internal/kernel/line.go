package kernel

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/stage"
)

// line is what leads to a driver and back: pipes with names, which the driver opens and nobody needs afterwards. An
// interpreter that has booted already could not be given descriptors, and those that a driver opens are no child's.
type line struct {
	// directory has the names.
	directory string
	// orders and interrupts go to the driver, and what it says comes from said.
	orders, interrupts, said *os.File
	// open is what keeps said from being at its end before the driver has opened it.
	open *os.File
}

// newLine makes one below a directory that only the guest may write and everybody may search.
func newLine(private string, uid uint32) (l *line, err error) {
	parent := filepath.Join(private, "lines")
	if err := os.MkdirAll(parent, 0o711); err != nil {
		return nil, err
	}
	l = &line{}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.directory, err = os.MkdirTemp(parent, ""); err != nil {
		return l, err
	}
	if err = os.Chmod(l.directory, 0o711); err != nil {
		return l, err
	}
	ends := []struct {
		name string
		file **os.File
		mode int
	}{
		// To open both ends waits for nobody.
		{"orders", &l.orders, unix.O_RDWR},
		{"interrupts", &l.interrupts, unix.O_RDWR},
		{"said", &l.said, unix.O_RDONLY},
		{"said", &l.open, unix.O_WRONLY},
	}
	for _, end := range ends[:3] {
		path := filepath.Join(l.directory, end.name)
		if err = unix.Mkfifo(path, 0); err == nil {
			err = os.Chmod(path, 0o666)
		}
		if err != nil {
			return l, fmt.Errorf("pipe: %w", err)
		}
	}
	return l, stage.AsPipeOwner(uid, func() error {
		for _, end := range ends {
			fd, err := unix.Open(filepath.Join(l.directory, end.name), end.mode|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
			if err != nil {
				return fmt.Errorf("pipe: %w", err)
			}
			*end.file = os.NewFile(uintptr(fd), end.name)
		}
		return nil
	})
}

// begun is called when the driver has opened all of it, or never will.
func (l *line) begun() {
	_ = l.open.Close()
	_ = os.RemoveAll(l.directory)
}

func (l *line) close() {
	l.begun()
	for _, file := range []*os.File{l.orders, l.interrupts, l.said} {
		_ = file.Close()
	}
}
