// Package files is the worker that handles files as the code's user: the guest never opens a path of the sandbox
// itself. Orders come on standard input and answers go to standard output, as messages of the guest protocol.
package files

import (
	"encoding/binary"
	"errors"
	"io"

	"google.golang.org/protobuf/proto"
)

const (
	// Command is the argument that makes the binary a worker, followed by Write or Read and the root.
	Command = "files"
	// Write is the worker of WriteFiles.
	Write = "write"
	// Read is the worker of ReadFiles.
	Read = "read"

	// ChunkSize is the most content in one message.
	ChunkSize = 64 << 10
	// maxFrame bounds a message in either direction, before memory is taken for it. Patterns are the largest.
	maxFrame = 8 << 20
	// maxAnswer bounds what the guest takes from a worker: a chunk, or a failure with a long path.
	maxAnswer = 80 << 10
)

var errFrame = errors.New("a message of the file worker is too large")

// WriteFrame sends one message.
func WriteFrame(to io.Writer, message proto.Message) error {
	frame, err := proto.MarshalOptions{}.MarshalAppend(make([]byte, 4, 4+proto.Size(message)), message)
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	_, err = to.Write(frame)
	return err
}

// ReadAnswer takes one message from a worker, which may be hostile.
func ReadAnswer(from io.Reader, message proto.Message) error {
	return readFrame(from, message, maxAnswer)
}

func readFrame(from io.Reader, message proto.Message, limit uint32) error {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > limit {
		return errFrame
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(from, frame); err != nil {
		return err
	}
	return proto.Unmarshal(frame, message)
}
