package files

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// incoming is what follows the header of PutFile. Its end is the message that says so: a stream that only stops is cut
// short, and reading it fails.
type incoming struct {
	frames frames
	left   []byte
	whole  bool
	hash   hash.Hash
}

func newIncoming(in io.Reader) *incoming {
	return &incoming{frames: frames{in: in}, hash: sha256.New()}
}

// next takes one message.
func (c *incoming) next() error {
	if c.whole {
		return io.EOF
	}
	frame, err := c.frames.next(maxFrame)
	if err != nil {
		return fail(otherwise, "the content is cut short")
	}
	if chunk, plain := chunkIn(frame); plain {
		c.left = chunk
		_, _ = c.hash.Write(chunk)
		return nil
	}
	order := &guestv1.PutFileRequest{}
	if err := proto.Unmarshal(frame, order); err != nil || !order.GetComplete() {
		return fail(otherwise, "the content is cut short")
	}
	c.whole = true
	return io.EOF
}

// Read is for archives.
func (c *incoming) Read(p []byte) (int, error) {
	for len(c.left) == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

// WriteTo spares a copy.
func (c *incoming) WriteTo(to io.Writer) (written int64, err error) {
	for {
		n, err := to.Write(c.left)
		written += int64(n)
		if err != nil {
			return written, err
		}
		if err := c.next(); err == io.EOF {
			return written, nil
		} else if err != nil {
			return written, err
		}
	}
}

func (c *incoming) sha256() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// mustHave compares the digest of all that came with the one that was announced, if any.
func (c *incoming) mustHave(sha256 string) error {
	if got := c.sha256(); sha256 != "" && got != sha256 {
		return fail(wrongDigest, "the content has the SHA-256 %s", got)
	}
	return nil
}

// chunkIn is the content of a message that is nothing else, where it lies: most of what comes is that.
func chunkIn(frame []byte) ([]byte, bool) {
	number, kind, tag := protowire.ConsumeTag(frame)
	if tag < 0 || number != chunkField || kind != protowire.BytesType {
		return nil, false
	}
	chunk, n := protowire.ConsumeBytes(frame[tag:])
	return chunk, n == len(frame)-tag
}

// chunkField is the number of `chunk` in PutFileRequest, GetFileResponse and ReadFilesResponse.
const chunkField = 2
