package files

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const defaultDirectoryMode = 0o755

// makeDirectory carries out MakeDirectory.
func makeDirectory(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.MakeDirectoryRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	answer := &guestv1.MakeDirectoryResponse{}
	name, err := relative(root, order.GetPath())
	if err == nil {
		answer.Directory, err = makeAll(root, name, modeOf(order.GetMode(), defaultDirectoryMode))
	}
	if err != nil {
		answer.Failure = describe(order.GetPath(), err)
	}
	return WriteFrame(out, answer)
}

// makeAll makes a directory with its parents and describes it. One that is there stays as it is.
func makeAll(root, name string, mode uint32) (*guestv1.FileEntry, error) {
	directory, isNew, err := enter(root, name)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	if isNew {
		if err := unix.Fchmod(int(directory.Fd()), mode); err != nil {
			return nil, err
		}
	}
	stat := &unix.Stat_t{}
	if err := unix.Fstat(int(directory.Fd()), stat); err != nil {
		return nil, err
	}
	return entryOf(name, stat), nil
}

// enter opens a directory, and makes it with its parents where it is missing.
func enter(root, name string) (directory *os.File, isNew bool, err error) {
	where, err := find(root, name, makeParents)
	if err != nil {
		return nil, false, err
	}
	defer where.close()
	if err = unix.Mkdirat(where.dir, where.name, 0o700); err != nil && err != unix.EEXIST {
		where.unmake()
		return nil, false, err
	}
	isNew = err == nil
	fd, err := unix.Openat(where.dir, where.name, readDirectory|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, false, err
	}
	return os.NewFile(uintptr(fd), name), isNew, nil
}
