package reset

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestEmptyRemovesWhateverIsThere(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	kept := filepath.Join(outside, "kept")
	must(t, os.WriteFile(kept, nil, 0o600))
	for i := range 1500 {
		must(t, os.WriteFile(filepath.Join(root, fmt.Sprintf("file\n%d", i)), nil, 0))
	}
	must(t, os.Symlink(outside, filepath.Join(root, "link")))
	must(t, os.Mkdir(filepath.Join(root, "closed"), 0o700))
	must(t, os.Symlink(outside, filepath.Join(root, "closed", "link")))
	must(t, unix.Mkfifo(filepath.Join(root, "closed", "fifo"), 0))
	must(t, os.Chmod(filepath.Join(root, "closed"), 0))
	deep(t, root, 5000)

	must(t, emptyDirectory(Directory{Path: root, Mode: 0o755}, noLimit()))

	entries, err := os.ReadDir(root)
	must(t, err)
	if len(entries) > 0 {
		t.Errorf("%d are left", len(entries))
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a link was followed: %v", err)
	}
}

func TestEmptyTakesOffWhatWasAttached(t *testing.T) {
	root, err := os.MkdirTemp("/dev/shm", "reset")
	must(t, err)
	defer os.RemoveAll(root)
	if err := unix.Setxattr(root, "user.note", []byte("for the next"), 0); err != nil {
		t.Log("this kernel has no attributes of users on tmpfs")
	}
	must(t, os.Chmod(root, 0o777))

	must(t, emptyDirectory(Directory{Path: root, Mode: 0o755}, noLimit()))

	stat, err := os.Stat(root)
	must(t, err)
	if stat.Mode().Perm() != 0o755 {
		t.Errorf("mode %o", stat.Mode().Perm())
	}
	if n, _ := unix.Listxattr(root, nil); n > 0 {
		t.Errorf("%d bytes of attributes are left", n)
	}
}

// deep makes directories in each other, more than any path can name.
func deep(t *testing.T, root string, depth int) {
	here, err := unix.Open(root, unix.O_DIRECTORY, 0)
	must(t, err)
	for range depth {
		must(t, unix.Mkdirat(here, "d", 0o700))
		next, err := unix.Openat(here, "d", unix.O_DIRECTORY, 0)
		must(t, err)
		_ = unix.Close(here)
		here = next
	}
	_ = unix.Close(here)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func noLimit() time.Time { return time.Now().Add(time.Minute) }
