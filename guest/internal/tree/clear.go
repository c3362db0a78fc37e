// Package tree empties directories that code has filled, as the code's user: however deep they are, whatever their modes,
// and while code goes on in them.
package tree

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxAttributes is XATTR_LIST_MAX of the kernel.
	maxAttributes = 64 << 10
	// batch is how many names of a directory are held at once.
	batch = 512
)

// ErrSlow says that not everything could be removed in time.
var ErrSlow = errors.New("there is too much to remove")

// Clear removes all that is in a directory and what is attached to it, and leaves its mode at 0700 where it is the
// user's own. What is gone meanwhile is no error.
func Clear(parent int, name string, until time.Time) error {
	if err := own(parent, name); err != nil {
		return err
	}
	top, err := openAt(parent, name)
	if err != nil {
		return err
	}
	defer top.Close()
	// What is below a directory is moved up here before it is removed, so no depth needs more than two directories open.
	for left := true; left; {
		left, err = clear(int(top.Fd()), top, until)
		if err != nil {
			return err
		}
	}
	return nil
}

// clear removes what one reading of a directory finds and moves the directories in it to top. It tells whether it
// found anything: then it may have missed something.
func clear(top int, directory *os.File, until time.Time) (found bool, err error) {
	if _, err := directory.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	for {
		names, err := directory.Readdirnames(batch)
		for _, name := range names {
			if time.Now().After(until) {
				return false, ErrSlow
			}
			if err := remove(top, int(directory.Fd()), name, until); err != nil {
				return false, err
			}
		}
		found = found || len(names) > 0
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return false, err
		}
	}
}

func remove(top, parent int, name string, until time.Time) error {
	err := unix.Unlinkat(parent, name, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if !errors.Is(err, unix.EISDIR) {
		return err
	}
	if err := own(parent, name); err != nil {
		return err
	}
	if parent != top {
		return unix.Renameat(parent, name, top, "."+rand.Text())
	}
	directory, err := openAt(parent, name)
	if err != nil {
		return err
	}
	defer directory.Close()
	for found := true; found; {
		if found, err = clear(top, directory, until); err != nil {
			return err
		}
	}
	return unix.Unlinkat(parent, name, unix.AT_REMOVEDIR)
}

// own makes a directory readable to its owner alone and takes off what programs can attach to it. One of somebody
// else's, such as /tmp, cannot have been changed.
func own(parent int, name string) error {
	var stat unix.Stat_t
	if err := unix.Fstatat(parent, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if int(stat.Uid) != os.Geteuid() {
		return nil
	}
	if err := unix.Fchmodat(parent, name, 0o700, 0); err != nil {
		return err
	}
	directory, err := openAt(parent, name)
	if err != nil {
		return err
	}
	defer directory.Close()
	return removeAttributes(int(directory.Fd()))
}

func removeAttributes(fd int) error {
	names := make([]byte, maxAttributes)
	n, err := unix.Flistxattr(fd, names)
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	if err != nil {
		return err
	}
	for start, i := 0, 0; i < n; i++ {
		if names[i] != 0 {
			continue
		}
		if err := unix.Fremovexattr(fd, string(names[start:i])); err != nil {
			return err
		}
		start = i + 1
	}
	return nil
}

func openAt(parent int, name string) (*os.File, error) {
	fd, err := unix.Openat(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}
