package files

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const formFile = guestv1.FileForm_FILE_FORM_FILE

func TestAFileIsPutWholeOrNotAtAll(t *testing.T) {
	content := []byte("a\x00b\xff" + string(make([]byte, 3000)))
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	for name, test := range map[string]struct {
		sha256 string
		whole  bool
		want   guestv1.FileFailureReason
	}{
		"whole":               {"", true, 0},
		"of the right digest": {digest, true, 0},
		"of another digest":   {digest[1:] + "0", true, wrongDigest},
		"cut short":           {"", false, otherwise},
		"cut short, digest":   {digest, false, otherwise},
	} {
		root := t.TempDir()
		must(t, os.WriteFile(filepath.Join(root, "old"), []byte("old"), 0o600))
		for _, path := range []string{"old", "new/dir/file $(x); 'y'"} {
			header := &guestv1.PutFileHeader{Path: path, Mode: 0o4755, Sha256: test.sha256, Form: formFile}
			answer := putIn(t, root, header, content, test.whole)
			if answer.GetFailure().GetReason() != test.want {
				t.Errorf("%s: %v", name, answer)
			}
			if test.want == 0 && (answer.GetSha256() != digest || answer.GetFile().GetMode() != 0o755 || answer.GetFile().GetPath() != path) {
				t.Errorf("%s: %v", name, answer)
			}
		}
		old, err := os.ReadFile(filepath.Join(root, "old"))
		must(t, err)
		if replaced := string(old) == string(content); replaced != (test.want == 0) {
			t.Errorf("%s: %.10q is there", name, old)
		}
		if all := names(t, root); test.want != 0 && !slices.Equal(all, []string{"old"}) {
			t.Errorf("%s leaves %q", name, all)
		}
	}
}

func TestAPartOfAFile(t *testing.T) {
	root := t.TempDir()
	content := make([]byte, 3*ChunkSize+7)
	for i := range content {
		content[i] = byte(i >> 8)
	}
	must(t, os.WriteFile(filepath.Join(root, "x"), content, 0o644))
	size := int64(len(content))
	for _, span := range [][3]int64{{0, -1, size}, {0, 0, 0}, {5, 10, 10}, {ChunkSize, ChunkSize, ChunkSize}, {size, -1, 0}, {size + 9, 5, 0}, {size - 3, 99, 3}} {
		got, failure := getFrom(t, root, &guestv1.GetFileRequest{Path: "x", Offset: span[0], Length: span[1], Form: formFile})
		if failure != nil || int64(len(got)) != span[2] || span[2] > 0 && string(got) != string(content[span[0]:span[0]+span[2]]) {
			t.Errorf("%v: %d bytes, %v", span, len(got), failure)
		}
	}
	for path, want := range map[string]guestv1.FileFailureReason{"none": notFound, ".": notAFile, "../x": outside, "x/y": notAFile} {
		if _, failure := getFrom(t, root, &guestv1.GetFileRequest{Path: path, Length: -1, Form: formFile}); failure.GetReason() != want {
			t.Errorf("%s: %v", path, failure)
		}
	}
}
