package files

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const defaultMode = 0o644

// write carries out WriteFiles: a sequence of headers and content on in, one answer on out.
func write(root string, in io.Reader, out io.Writer) error {
	answer := &guestv1.WriteFilesResponse{}
	order := &guestv1.WriteFilesRequest{}
	for {
		err := readFrame(in, order, maxFrame)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		header := order.GetFile()
		if header == nil {
			answer.Failure = describe("", fail(otherwise, "more content than the header says"))
			break
		}
		if err := writeFile(root, header, in); err != nil {
			answer.Failure = describe(header.GetPath(), err)
			break
		}
	}
	return WriteFrame(out, answer)
}

// writeFile writes under another name first, so that the file appears whole or not at all.
func writeFile(root string, header *guestv1.FileHeader, in io.Reader) (err error) {
	if header.GetSizeBytes() < 0 {
		return fail(otherwise, "a size below zero")
	}
	name, err := relative(root, header.GetPath())
	if err != nil {
		return err
	}
	if name == "." || strings.HasSuffix(header.GetPath(), "/") {
		return fail(notAFile, "%s is a directory", header.GetPath())
	}
	target, err := find(root, name, true)
	if err != nil {
		return err
	}
	defer target.close()
	if err := target.mayBeReplaced(); err != nil {
		return err
	}
	mode := header.GetMode() & 0o777
	if header.GetMode() == 0 {
		mode = defaultMode
	}
	return target.put(mode, func(file *os.File) error { return receive(file, header.GetSizeBytes(), in) })
}

// Replace writes a file that takes the place of whatever has its name in root itself, but for a directory. Like every
// file it appears whole or not at all.
func Replace(root, name string, content []byte) error {
	dir, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	target := &place{dir: dir, name: name}
	defer target.close()
	return target.put(defaultMode, func(file *os.File) error {
		_, err := file.Write(content)
		return errors.Unwrap(err)
	})
}

// put makes a file at a place that holds what fill writes.
func (p *place) put(mode uint32, fill func(*os.File) error) (err error) {
	temporary := ".isol8-" + rand.Text()
	fd, err := unix.Openat(p.dir, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), temporary)
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = unix.Renameat(p.dir, temporary, p.dir, p.name)
		}
		if err != nil {
			_ = unix.Unlinkat(p.dir, temporary, 0)
		}
	}()
	if err := fill(file); err != nil {
		return err
	}
	return unix.Fchmod(fd, mode)
}

// receive copies exactly size bytes of content.
func receive(file *os.File, size int64, in io.Reader) error {
	order := &guestv1.WriteFilesRequest{}
	for received := int64(0); received < size; {
		if err := readFrame(in, order, maxFrame); err != nil {
			return fail(otherwise, "the content ends after %d of %d bytes", received, size)
		}
		if order.GetFile() != nil {
			return fail(otherwise, "the content ends after %d of %d bytes", received, size)
		}
		if received += int64(len(order.GetChunk())); received > size {
			return fail(otherwise, "more content than the %d bytes of the header", size)
		}
		if _, err := file.Write(order.GetChunk()); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
}

// mayBeReplaced refuses what is not a regular file.
func (p *place) mayBeReplaced() error {
	var stat unix.Stat_t
	err := unix.Fstatat(p.dir, p.name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return fail(notAFile, "there is something else than a regular file of this name")
	}
	return nil
}
