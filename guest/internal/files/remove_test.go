package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

func TestWhatIsRemovedIsGone(t *testing.T) {
	outer := t.TempDir()
	root := filepath.Join(outer, "sandbox")
	must(t, os.MkdirAll(filepath.Join(root, "full/of", strings.Repeat("deep/", 300)), 0o755))
	must(t, os.MkdirAll(filepath.Join(outer, "kept/kept"), 0o755))
	must(t, os.MkdirAll(filepath.Join(root, "empty"), 0o755))
	must(t, os.Symlink("../kept", filepath.Join(root, "out")))
	must(t, os.Symlink("../../kept", filepath.Join(root, "full/out")))
	must(t, os.Symlink("nowhere", filepath.Join(root, "dangling")))
	must(t, os.WriteFile(filepath.Join(root, "file"), nil, 0))
	for _, test := range []struct {
		path      string
		recursive bool
		want      guestv1.FileFailureReason
	}{
		{"file", false, 0},
		{"file", false, 0},
		{"none/at/all", true, 0},
		{"empty", false, 0},
		{"dangling", false, 0},
		{"full", false, notEmpty},
		{"full", true, 0},
		{"out/kept", true, outside},
		{"out", true, 0},
		{"../kept", true, outside},
		{".", true, notAFile},
	} {
		answer := &guestv1.RemoveFileResponse{}
		ask(t, remove, root, answer, &guestv1.RemoveFileRequest{Path: test.path, Recursive: test.recursive})
		if answer.GetFailure().GetReason() != test.want {
			t.Errorf("%s: %v", test.path, answer)
		}
	}
	if left := names(t, outer); strings.Join(left, " ") != "kept kept/kept sandbox" {
		t.Errorf("there are %q", left)
	}
}

func TestADirectoryIsMadeOnce(t *testing.T) {
	root := t.TempDir()
	must(t, os.Mkdir(filepath.Join(root, "there"), 0o711))
	must(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o644))
	must(t, os.Symlink("there", filepath.Join(root, "link")))
	must(t, os.Symlink("/tmp", filepath.Join(root, "out")))
	for _, test := range []struct {
		path string
		mode uint32
		want uint32
		fail guestv1.FileFailureReason
	}{
		{"there", 0o700, 0o711, 0},
		{"link", 0o700, 0o711, 0},
		{"a/b/c", 0, 0o755, 0},
		{"a/b/closed", 0o6500, 0o500, 0},
		{root, 0, 0o755, 0},
		{"file", 0, 0, notAFile},
		{"file/x", 0, 0, notAFile},
		{"out/x", 0, 0, outside},
	} {
		answer := &guestv1.MakeDirectoryResponse{}
		ask(t, makeDirectory, root, answer, &guestv1.MakeDirectoryRequest{Path: test.path, Mode: test.mode})
		if answer.GetFailure().GetReason() != test.fail || answer.GetDirectory().GetMode() != test.want {
			t.Errorf("%s: %v", test.path, answer)
		}
	}
}
