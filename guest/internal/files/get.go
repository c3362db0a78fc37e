package files

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// get carries out GetFile: one order on in, a description, content and its digest on out.
func get(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.GetFileRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	g := &giver{out: &Writer{To: out}, hash: sha256.New()}
	var err error
	switch order.GetForm() {
	case guestv1.FileForm_FILE_FORM_FILE:
		err = g.file(root, order)
	case guestv1.FileForm_FILE_FORM_TAR:
		err = g.archive(root, order)
	default:
		err = fail(otherwise, "neither a file nor an archive")
	}
	if errors.Is(err, errAnswer) {
		return err
	}
	if err != nil {
		return WriteFrame(out, &guestv1.GetFileResponse{
			Part: &guestv1.GetFileResponse_Failure{Failure: describe(order.GetPath(), err)},
		})
	}
	sum := hex.EncodeToString(g.hash.Sum(nil))
	return WriteFrame(out, &guestv1.GetFileResponse{Part: &guestv1.GetFileResponse_Sha256{Sha256: sum}})
}

// giver sends content and adds it up.
type giver struct {
	out  *Writer
	hash hash.Hash
}

// Write sends one piece.
func (g *giver) Write(chunk []byte) (int, error) {
	_, _ = g.hash.Write(chunk)
	if g.out.Write(&guestv1.GetFileResponse{Part: &guestv1.GetFileResponse_Chunk{Chunk: chunk}}) != nil {
		return 0, errAnswer
	}
	return len(chunk), nil
}

func (g *giver) begin(name string, stat *unix.Stat_t) error {
	entry := entryOf(name, stat)
	if g.out.Write(&guestv1.GetFileResponse{Part: &guestv1.GetFileResponse_File{File: entry}}) != nil {
		return errAnswer
	}
	return nil
}

// file sends exactly what its description says: what the file grows by meanwhile is left out.
func (g *giver) file(root string, order *guestv1.GetFileRequest) error {
	name, err := relative(root, order.GetPath())
	if err != nil {
		return err
	}
	file, stat, err := open(root, name)
	if err != nil {
		return err
	}
	defer file.Close()
	offset, size := span(order, stat.Size)
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	if err := g.begin(name, stat); err != nil {
		return err
	}
	buffer := make([]byte, ChunkSize)
	for left := size; left > 0; {
		n, err := io.ReadFull(file, buffer[:min(left, ChunkSize)])
		if err != nil {
			return errShrunk
		}
		left -= int64(n)
		if _, err := g.Write(buffer[:n]); err != nil {
			return err
		}
	}
	return nil
}

// span is which part of a file an order means; what is beyond its end is nothing.
func span(order *guestv1.GetFileRequest, size int64) (offset, length int64) {
	offset = min(max(order.GetOffset(), 0), size)
	length = size - offset
	if order.GetLength() >= 0 {
		length = min(length, order.GetLength())
	}
	return offset, length
}

// archive sends a directory as a tar archive.
func (g *giver) archive(root string, order *guestv1.GetFileRequest) error {
	name, err := relative(root, order.GetPath())
	if err != nil {
		return err
	}
	directory, err := openDirectory(root, name)
	if err != nil {
		return err
	}
	defer directory.Close()
	stat := &unix.Stat_t{}
	if err := unix.Fstat(int(directory.Fd()), stat); err != nil {
		return err
	}
	if err := g.begin(name, stat); err != nil {
		return err
	}
	pieces := bufio.NewWriterSize(g, ChunkSize)
	if err := pack(directory, pieces); err != nil {
		return err
	}
	return pieces.Flush()
}
