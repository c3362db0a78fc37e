// Package reset makes a sandbox that was used as good as new, and tells what it holds, so that the host can judge.
package reset

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/tree"
)

// limit is how long emptying may take; what takes longer is not worth keeping.
const limit = 5 * time.Second

// Directory is a file system that the code can write.
type Directory struct {
	Path string
	// Mode is what it had before any code ran.
	Mode uint32
}

// Directories describes the file systems at paths, before any code runs.
func Directories(paths []string) []Directory {
	directories := make([]Directory, len(paths))
	for i, path := range paths {
		directories[i] = Directory{Path: path, Mode: mode(path)}
	}
	return directories
}

// Empty removes all that is in directories, and what else is known of the code's user outside of files. It runs as
// that user, when no other process of it is left.
func Empty(directories []Directory) error {
	until := time.Now().Add(limit)
	for _, directory := range directories {
		if err := emptyDirectory(directory, until); err != nil {
			return fmt.Errorf("%s: %w", directory.Path, err)
		}
	}
	return removeIPC()
}

func mode(path string) uint32 {
	var stat unix.Stat_t
	_ = unix.Lstat(path, &stat)
	return stat.Mode & 0o7777
}

func emptyDirectory(directory Directory, until time.Time) error {
	path := directory.Path
	if err := tree.Clear(unix.AT_FDCWD, path, until); err != nil {
		return err
	}
	if mode(path) == directory.Mode {
		return nil
	}
	return unix.Chmod(path, directory.Mode)
}
