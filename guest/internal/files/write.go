package files

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
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
	_, target, err := findFile(root, header.GetPath())
	if err != nil {
		return err
	}
	defer target.close()
	return target.put(modeOf(header.GetMode(), defaultMode), func(file *os.File) error { return receive(file, header.GetSizeBytes(), in) })
}

// findFile finds the place of a file that is to be written, and its name relative to root. Its parents are made.
func findFile(root, given string) (string, *place, error) {
	name, err := relative(root, given)
	if err != nil {
		return "", nil, err
	}
	if name == "." || strings.HasSuffix(given, "/") {
		return "", nil, fail(notAFile, "%s is a directory", given)
	}
	target, err := find(root, name, makeParents)
	if err != nil {
		return "", nil, err
	}
	if err := target.mayBeReplaced(); err != nil {
		target.close()
		return "", nil, err
	}
	return name, target, nil
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

// put makes a file at a place that holds what fill writes. When that fails, directories that were made for it go too.
func (p *place) put(mode uint32, fill func(*os.File) error) (err error) {
	temporary := temporaryName()
	file, named, err := p.create(temporary)
	if err != nil {
		p.unmake()
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = unix.Renameat(p.dir, temporary, p.dir, p.name)
		}
		if err != nil {
			if named {
				_ = unix.Unlinkat(p.dir, temporary, 0)
			}
			p.unmake()
		}
	}()
	if err := fill(file); err != nil {
		return err
	}
	if err := unix.Fchmod(int(file.Fd()), mode); err != nil || named {
		return err
	}
	if err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", file.Fd()), p.dir, temporary, unix.AT_SYMLINK_FOLLOW); err != nil {
		return err
	}
	named = true
	return nil
}

// create opens a new file without a name, so that nothing is left of a worker that is killed, or under a temporary one
// where the file system has no such files.
func (p *place) create(temporary string) (file *os.File, named bool, err error) {
	fd, err := unix.Openat(p.dir, ".", unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC, 0o600)
	if err == unix.EOPNOTSUPP || err == unix.EISDIR || err == unix.EINVAL {
		named = true
		fd, err = unix.Openat(p.dir, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	}
	if err != nil {
		return nil, false, err
	}
	return os.NewFile(uintptr(fd), temporary), named, nil
}

func temporaryName() string { return ".isol8-" + rand.Text() }

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

// modeOf keeps permission bits; 0 stands for what is usual.
func modeOf(asked, usual uint32) uint32 {
	if asked == 0 {
		return usual
	}
	return asked & 0o777
}

// mayBeReplaced refuses what is not a regular file.
func (p *place) mayBeReplaced() error { return p.mayBe(unix.S_IFREG) }

// mayBe refuses what is there and none of these kinds.
func (p *place) mayBe(kinds ...uint32) error {
	var stat unix.Stat_t
	err := unix.Fstatat(p.dir, p.name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(kinds, stat.Mode&unix.S_IFMT) {
		return fail(notAFile, "there is something else than a regular file of this name")
	}
	return nil
}
