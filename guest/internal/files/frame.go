// Package files is the worker that handles files as the code's user: the guest never opens a path of the sandbox
// itself. Orders come on standard input and answers go to standard output, as messages of the guest protocol.
package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	// Command is the argument that makes the binary a worker, followed by what it does and the root.
	Command = "files"
	// Write is the worker of WriteFiles.
	Write = "write"
	// Read is the worker of ReadFiles.
	Read = "read"
	// Put is the worker of PutFile.
	Put = "put"
	// Get is the worker of GetFile.
	Get = "get"
	// List is the worker of ListFiles.
	List = "list"
	// Make is the worker of MakeDirectory.
	Make = "make"
	// Remove is the worker of RemoveFile.
	Remove = "remove"

	// ChunkSize is the most content in one message.
	ChunkSize = 64 << 10
	// maxFrame bounds a message in either direction, before memory is taken for it. Patterns are the largest.
	maxFrame = 8 << 20
	// pageSize is the most that one page of a listing takes.
	pageSize = 96 << 10
	// maxAnswer bounds what the guest takes from a worker: a page, a chunk, or a failure with a long path.
	maxAnswer = pageSize + 4<<10
)

var errFrame = errors.New("a message of the file worker is too large")

// WriteFrame sends one message.
func WriteFrame(to io.Writer, message proto.Message) error {
	return (&Writer{To: to}).Write(message)
}

// Writer sends messages one after the other from the same memory.
type Writer struct {
	To     io.Writer
	buffer []byte
}

// Write sends one message.
func (w *Writer) Write(message proto.Message) error {
	if size := 4 + proto.Size(message); cap(w.buffer) < size {
		w.buffer = make([]byte, 4, size)
	}
	frame, err := proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(w.buffer[:4], message)
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	_, err = w.To.Write(frame)
	return err
}

// ReadAnswer takes one message from a worker, which may be hostile.
func ReadAnswer(from io.Reader, message proto.Message) error {
	return readFrame(from, message, maxAnswer)
}

func readFrame(from io.Reader, message proto.Message, limit uint32) error {
	frame, err := nextFrame(from, nil, limit)
	if err != nil {
		return err
	}
	return proto.Unmarshal(frame, message)
}

// nextFrame reads one message, into buffer when that is large enough.
func nextFrame(from io.Reader, buffer []byte, limit uint32) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > limit {
		return nil, errFrame
	}
	if uint32(cap(buffer)) < size {
		buffer = make([]byte, size)
	}
	frame := buffer[:size]
	_, err := io.ReadFull(from, frame)
	return frame, err
}

// frames reads messages one after the other into the same memory.
type frames struct {
	in     io.Reader
	buffer []byte
}

// next is valid until it is called again.
func (f *frames) next(limit uint32) ([]byte, error) {
	frame, err := nextFrame(f.in, f.buffer, limit)
	if err == nil {
		f.buffer = frame[:0]
	}
	return frame, err
}

// Answers takes messages from a worker, which may be hostile.
type Answers struct{ frames frames }

// NewAnswers takes them from its pipe.
func NewAnswers(from io.Reader) *Answers {
	return &Answers{frames{in: bufio.NewReaderSize(from, 2*ChunkSize)}}
}

// Next takes one. The content in it is valid until the next one is taken.
func (a *Answers) Next(answer proto.Message) error {
	frame, err := a.frames.next(maxAnswer)
	if err != nil {
		return err
	}
	if chunk, plain := chunkIn(frame); plain {
		switch answer := answer.(type) {
		case *guestv1.GetFileResponse:
			answer.Part = &guestv1.GetFileResponse_Chunk{Chunk: chunk}
			return nil
		case *guestv1.ReadFilesResponse:
			answer.Part = &guestv1.ReadFilesResponse_Chunk{Chunk: chunk}
			return nil
		}
	}
	return proto.Unmarshal(frame, answer)
}
