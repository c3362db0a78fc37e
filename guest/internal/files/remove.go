package files

import (
	"errors"
	"io"
	"time"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/tree"
)

// removeLimit is how long the removal of one directory may take: less than the host waits for it.
const removeLimit = 45 * time.Second

// remove carries out RemoveFile.
func remove(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.RemoveFileRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	answer := &guestv1.RemoveFileResponse{}
	err := removeOne(root, order.GetPath(), order.GetRecursive())
	if err != nil && !errors.Is(err, unix.ENOENT) {
		answer.Failure = describe(order.GetPath(), err)
	}
	return WriteFrame(out, answer)
}

func removeOne(root, given string, recursive bool) error {
	name, err := relative(root, given)
	if err != nil {
		return err
	}
	target, err := find(root, name, linkItself)
	if err != nil {
		return err
	}
	defer target.close()
	if target.name == "." {
		return fail(notAFile, "%s itself cannot be removed", given)
	}
	err = unix.Unlinkat(target.dir, target.name, 0)
	if err != unix.EISDIR {
		return err
	}
	for until := time.Now().Add(removeLimit); ; {
		err = unix.Unlinkat(target.dir, target.name, unix.AT_REMOVEDIR)
		if err != unix.ENOTEMPTY || !recursive {
			return err
		}
		// What code makes meanwhile is removed too.
		if err := tree.Clear(target.dir, target.name, until); err != nil {
			return err
		}
		if time.Now().After(until) {
			return tree.ErrSlow
		}
	}
}
