package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOnlyRegularFilesAreDescribed(t *testing.T) {
	directory := t.TempDir()
	at := func(name string) string { return filepath.Join(directory, name) }
	if err := os.WriteFile(at("file"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(at("file"), 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", at("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := Main(at("file"), &out); code != 0 {
		t.Error(code)
	}
	want := `{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","mode":"0711","uid":0,"gid":0,"size":3}` + "\n"
	if out.String() != want {
		t.Error(out.String())
	}
	for _, name := range []string{"link", "fifo", ".", "none"} {
		out.Reset()
		if code := Main(at(name), &out); code != 1 || !bytes.HasPrefix(out.Bytes(), []byte(`{"error":"`)) {
			t.Error(name, code, out.String())
		}
	}
}
