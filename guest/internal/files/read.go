package files

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// read carries out ReadFiles: one order on in, files and failures on out.
func read(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.ReadFilesRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	wanted := &search{root: root, limit: int(order.GetMaxFiles()), files: map[string]string{}}
	for _, given := range order.GetPatterns() {
		wanted.add(given)
	}
	r := &reader{root: root, out: &Writer{To: out}, left: order.GetMaxTotalBytes(), buffer: make([]byte, ChunkSize)}
	for _, name := range wanted.sorted() {
		if err := r.give(name, wanted.files[name]); err != nil {
			return err
		}
	}
	for _, failure := range wanted.failures {
		if err := r.answer(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Failure{Failure: failure}}); err != nil {
			return err
		}
	}
	return nil
}

type reader struct {
	root   string
	out    *Writer
	left   int64
	buffer []byte
}

func (r *reader) answer(message *guestv1.ReadFilesResponse) error { return r.out.Write(message) }

// give sends one file, or why it cannot be given. It returns an error only when nobody takes the answer.
func (r *reader) give(name, given string) error {
	err := r.copy(name)
	if err == nil || errors.Is(err, errAnswer) {
		return err
	}
	return r.answer(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Failure{Failure: describe(given, err)}})
}

var errShrunk = fail(otherwise, "the file became smaller while it was read")

var errAnswer = errors.New("the guest does not take the answer")

// copy sends exactly as many bytes as the header says: what the file grows by meanwhile is left out, and one that
// shrinks is reported.
func (r *reader) copy(name string) error {
	file, stat, err := open(r.root, name)
	if err != nil {
		return err
	}
	defer file.Close()
	header := &guestv1.FileHeader{Path: name, Mode: stat.Mode & 0o777, SizeBytes: stat.Size}
	if header.SizeBytes > r.left {
		return fail(tooLarge, "%d bytes, of which %d may be read", header.SizeBytes, r.left)
	}
	r.left -= header.SizeBytes
	if r.answer(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_File{File: header}}) != nil {
		return errAnswer
	}
	for left := header.SizeBytes; left > 0; {
		n, err := io.ReadFull(file, r.buffer[:min(left, ChunkSize)])
		if err != nil {
			return errShrunk
		}
		left -= int64(n)
		if r.answer(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Chunk{Chunk: r.buffer[:n]}}) != nil {
			return errAnswer
		}
	}
	return nil
}

// open opens a regular file for reading.
func open(root, name string) (*os.File, *unix.Stat_t, error) {
	where, err := find(root, name, 0)
	if err != nil {
		return nil, nil, err
	}
	defer where.close()
	return openIn(where.dir, where.name)
}

// openIn opens a regular file by its name in a directory. A link is none.
func openIn(dir int, name string) (*os.File, *unix.Stat_t, error) {
	// O_NONBLOCK: a FIFO must not make this wait for a writer.
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	stat := &unix.Stat_t{}
	if err := unix.Fstat(fd, stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		_ = unix.Close(fd)
		return nil, nil, fail(notAFile, "it is not a regular file")
	}
	return os.NewFile(uintptr(fd), name), stat, nil
}
