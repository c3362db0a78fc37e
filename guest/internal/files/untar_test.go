package files

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const formTar = guestv1.FileForm_FILE_FORM_TAR

func TestATreeComesBackFromItsArchive(t *testing.T) {
	root := t.TempDir()
	long := strings.Repeat("long/", 60) + strings.Repeat("n", 200)
	for name, mode := range map[string]os.FileMode{
		"tree/a": 0o644, "tree/a-b": 0o600, "tree/a.d/x": 0o755, "tree/ünï 码\n": 0o640, "tree/\xff\xfe": 0o444, "tree/" + long: 0o444,
		"tree/closed/in": 0o400,
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(root, name), []byte(name), mode))
		must(t, os.Chmod(filepath.Join(root, name), mode))
	}
	must(t, os.Mkdir(filepath.Join(root, "tree/empty"), 0o711))
	must(t, os.Chmod(filepath.Join(root, "tree/closed"), 0o555))
	must(t, os.Symlink("a.d/../a", filepath.Join(root, "odd")))
	must(t, os.Symlink("../../tree/a", filepath.Join(root, "tree/a.d/up")))
	must(t, os.Symlink(filepath.Join(root, "tree"), filepath.Join(root, "tree/absolute")))
	must(t, os.Symlink("nowhere", filepath.Join(root, "tree/dangling")))
	must(t, unix.Mkfifo(filepath.Join(root, "tree/fifo"), 0o644))

	first, failure := getFrom(t, root, &guestv1.GetFileRequest{Path: "tree", Form: formTar})
	if failure != nil {
		t.Fatal(failure)
	}
	answer := putIn(t, root, &guestv1.PutFileHeader{Path: "copy", Form: formTar}, first, true)
	if answer.GetFailure() != nil {
		t.Fatal(answer)
	}
	want, got := describeTree(t, filepath.Join(root, "tree")), describeTree(t, filepath.Join(root, "copy"))
	want = slices.DeleteFunc(want, func(line string) bool { return strings.HasPrefix(line, "fifo ") })
	if !slices.Equal(got, want) {
		t.Errorf("there is\n%s\ninstead of\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if int(answer.GetEntries()) != len(want) {
		t.Errorf("%d entries of %d", answer.GetEntries(), len(want))
	}
	again, _ := getFrom(t, root, &guestv1.GetFileRequest{Path: "tree", Form: formTar})
	if !bytes.Equal(first, again) {
		t.Error("the archive is another one the second time")
	}
	// Over what is there, closed directories too.
	if answer := putIn(t, root, &guestv1.PutFileHeader{Path: "copy", Form: formTar}, first, true); answer.GetFailure() != nil {
		t.Error(answer)
	}
}

// describeTree has a line for each name: its mode and content.
func describeTree(t *testing.T, root string) []string {
	var lines []string
	for _, name := range names(t, root) {
		path := filepath.Join(root, name)
		stat, err := os.Lstat(path)
		must(t, err)
		content, _ := os.Readlink(path)
		if stat.Mode().IsRegular() {
			bytes, err := os.ReadFile(path)
			must(t, err)
			content = string(bytes)
		}
		lines = append(lines, fmt.Sprintf("%s %v %q", name, stat.Mode(), content))
	}
	return lines
}

func TestArchivesThatLeadOutWriteNothingThere(t *testing.T) {
	file := func(name string) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o6777, Size: 3}
	}
	link := func(name, target string) tar.Header {
		return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}
	}
	for name, test := range map[string]struct {
		entries []tar.Header
		want    guestv1.FileFailureReason
	}{
		"a file":                          {[]tar.Header{file("a/b")}, 0},
		"a way up":                        {[]tar.Header{file("../out")}, badArchive},
		"a way up in the middle":          {[]tar.Header{file("a/../../../out")}, badArchive},
		"an absolute name":                {[]tar.Header{file("/out")}, badArchive},
		"a link out":                      {[]tar.Header{link("l", "../../secret")}, badArchive},
		"an absolute link out":            {[]tar.Header{link("l", "/etc")}, badArchive},
		"a link with a way up inside":     {[]tar.Header{link("l", "x/../..")}, badArchive},
		"a link to nothing":               {[]tar.Header{link("l", "")}, badArchive},
		"a link to the root":              {[]tar.Header{link("l", "..")}, 0},
		"links that lead out together":    {[]tar.Header{link("d", "."), link("d/d/e", "../../secret")}, badArchive},
		"a file through a link in":        {[]tar.Header{link("l", "../there"), file("l/x")}, 0},
		"a file in the place of a link":   {[]tar.Header{link("l", "../there/kept"), file("l")}, 0},
		"a file through the code's link":  {[]tar.Header{file("out/x")}, badArchive},
		"a file in place of the same":     {[]tar.Header{file("out")}, 0},
		"a directory through that link":   {[]tar.Header{{Typeflag: tar.TypeDir, Name: "out/x/", Mode: 0o755}}, badArchive},
		"a hard link":                     {[]tar.Header{file("a"), {Typeflag: tar.TypeLink, Name: "b", Linkname: "a"}}, 0},
		"a hard link to itself":           {[]tar.Header{file("a"), {Typeflag: tar.TypeLink, Name: "a", Linkname: "a"}}, 0},
		"a hard link up":                  {[]tar.Header{{Typeflag: tar.TypeLink, Name: "b", Linkname: "../there/kept"}}, badArchive},
		"a hard link through the link":    {[]tar.Header{{Typeflag: tar.TypeLink, Name: "b", Linkname: "out/secret"}}, badArchive},
		"a hard link to a link":           {[]tar.Header{{Typeflag: tar.TypeLink, Name: "b", Linkname: "out"}}, badArchive},
		"a hard link to nothing":          {[]tar.Header{{Typeflag: tar.TypeLink, Name: "b", Linkname: "none"}}, badArchive},
		"a device":                        {[]tar.Header{{Typeflag: tar.TypeChar, Name: "zero", Devmajor: 1, Devminor: 5}}, badArchive},
		"a FIFO":                          {[]tar.Header{{Typeflag: tar.TypeFifo, Name: "pipe"}}, badArchive},
		"a file over a FIFO":              {[]tar.Header{file("fifo")}, notAFile},
		"a file over a directory":         {[]tar.Header{file("dir")}, notAFile},
		"a file over the directory":       {[]tar.Header{file("./.")}, notAFile},
		"a directory over a file":         {[]tar.Header{file("f"), {Typeflag: tar.TypeDir, Name: "f/", Mode: 0o755}}, notAFile},
		"a link over a directory":         {[]tar.Header{link("dir", "..")}, notAFile},
		"too long a name":                 {[]tar.Header{file(strings.Repeat("x", 256))}, badArchive},
		"the directory itself, mode 0000": {[]tar.Header{{Typeflag: tar.TypeDir, Name: "./"}}, 0},
	} {
		outer := t.TempDir()
		root := filepath.Join(outer, "sandbox")
		for _, directory := range []string{"at/dir", "there"} {
			must(t, os.MkdirAll(filepath.Join(root, directory), 0o755))
		}
		must(t, os.WriteFile(filepath.Join(root, "there/kept"), []byte("kept"), 0o644))
		must(t, os.WriteFile(filepath.Join(outer, "secret"), []byte("secret"), 0o644))
		must(t, os.Symlink("../..", filepath.Join(root, "at/out")))
		must(t, unix.Mkfifo(filepath.Join(root, "at/fifo"), 0o644))
		answer := untar(t, root, tarOf(t, test.entries...))
		if answer.GetFailure().GetReason() != test.want {
			t.Errorf("%s: %v", name, answer)
		}
		if got := names(t, outer); slices.ContainsFunc(got, func(name string) bool {
			return !strings.HasPrefix(name, "sandbox") && name != "secret" || strings.Contains(name, ".isol8-")
		}) {
			t.Errorf("%s: there are %q", name, got)
		}
		kept, _ := os.ReadFile(filepath.Join(root, "there/kept"))
		secret, _ := os.ReadFile(filepath.Join(outer, "secret"))
		if string(kept) != "kept" || string(secret) != "secret" {
			t.Errorf("%s: %q, %q", name, kept, secret)
		}
		for _, one := range names(t, root) {
			if stat, err := os.Lstat(filepath.Join(root, one)); err == nil && stat.Mode()&(os.ModeSetuid|os.ModeSetgid) != 0 {
				t.Errorf("%s: %s is %v", name, one, stat.Mode())
			}
		}
	}
}

func TestArchivesThatAreNone(t *testing.T) {
	whole := tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "first", Size: 5}, tar.Header{Typeflag: tar.TypeReg, Name: "second", Size: 5000})
	for name, test := range map[string]struct {
		archive []byte
		entries int64
		want    guestv1.FileFailureReason
	}{
		"whole":             {whole, 2, 0},
		"nothing":           {nil, 0, 0},
		"text":              {[]byte(strings.Repeat("no archive ", 200)), 0, badArchive},
		"cut in a file":     {whole[:len(whole)-3000], 1, badArchive},
		"cut in a header":   {whole[:1200], 1, badArchive},
		"of a huge size":    {huge(t), 1, noSpace},
		"with a huge name":  {[]byte(hugeName(t)), 0, badArchive},
		"with endless maps": {sparseMaps(), 0, badArchive},
	} {
		root := t.TempDir()
		answer := untar(t, root, test.archive)
		if answer.GetFailure().GetReason() != test.want || answer.GetEntries() != test.entries {
			t.Errorf("%s: %v", name, answer)
		}
		if got := names(t, root); len(got) != 1+int(test.entries) {
			t.Errorf("%s: there are %q", name, got)
		}
	}
}

// huge has a file of 4 EiB.
func huge(t *testing.T) []byte {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	must(t, writer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "first"}))
	must(t, writer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "huge", Size: 1 << 62, Format: tar.FormatGNU}))
	return archive.Bytes()
}

// hugeName has a header that says that a name of 4 GiB follows.
func hugeName(t *testing.T) string {
	archive := tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("n/", 200) + "n", Format: tar.FormatGNU})
	copy(archive[124:136], "77777777777\x00")
	return string(summed(archive))
}

// sparseMaps has a sparse file of the old kind whose map does not end.
func sparseMaps() []byte {
	head := make([]byte, 512)
	copy(head, "sparse")
	copy(head[100:], "0000644\x00")
	copy(head[124:], "00000000000\x00")
	copy(head[136:], "00000000000\x00")
	head[156] = 'S'
	copy(head[257:], "ustar  \x00")
	head[482] = 1
	copy(head[483:], "00000000000\x00")
	archive := summed(head)
	more := make([]byte, 512)
	for i := range 21 {
		copy(more[24*i:], "00000000000\x0000000000000\x00")
	}
	more[504] = 1
	return append(archive, bytes.Repeat(more, 20_000)...)
}

// summed gives an archive's first header a sum that is right.
func summed(archive []byte) []byte {
	copy(archive[148:156], "        ")
	sum := 0
	for _, b := range archive[:512] {
		sum += int(b)
	}
	copy(archive[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return archive
}
