// Package verify describes one file, so that the host can check from a container of its own what a volume holds.
package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

type description struct {
	SHA256 string `json:"sha256"`
	Mode   string `json:"mode"`
	UID    uint32 `json:"uid"`
	GID    uint32 `json:"gid"`
	Size   int64  `json:"size"`
}

// Main writes one line of JSON about the regular file at path, which may not be a link, and returns the exit code:
// 0, or 1 with {"error": …} in place of the description.
func Main(path string, out io.Writer) int {
	found, err := describe(path)
	encoder := json.NewEncoder(out)
	if err != nil {
		_ = encoder.Encode(map[string]string{"error": err.Error()})
		return 1
	}
	if err := encoder.Encode(found); err != nil {
		return 1
	}
	return 0
}

func describe(path string) (description, error) {
	// O_NONBLOCK: opening a FIFO must not wait for a writer.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return description{}, fmt.Errorf("open %s: %w", path, err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return description{}, fmt.Errorf("stat %s: %w", path, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return description{}, fmt.Errorf("%s is not a regular file", path)
	}
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return description{}, fmt.Errorf("read %s: %w", path, err)
	}
	return description{
		SHA256: hex.EncodeToString(hash.Sum(nil)),
		Mode:   fmt.Sprintf("%04o", stat.Mode&0o7777),
		UID:    stat.Uid,
		GID:    stat.Gid,
		Size:   size,
	}, nil
}
