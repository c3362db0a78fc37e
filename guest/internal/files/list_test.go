package files

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// listAll reads all pages; between two of them `meanwhile` may change what is there.
func listAll(t *testing.T, root string, order *guestv1.ListFilesRequest, meanwhile func()) (paths []string, pages int) {
	t.Helper()
	for {
		page := &guestv1.ListFilesResponse{}
		ask(t, list, root, page, order)
		if page.GetFailure() != nil {
			t.Fatal(page)
		}
		for _, entry := range page.GetFiles() {
			paths = append(paths, entry.GetPath())
		}
		pages++
		if order.After = page.GetNext(); len(order.After) == 0 {
			return paths, pages
		}
		meanwhile()
	}
}

func TestAListHasAPlaceForEachPath(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a/x", "a/y/z", "a-b", "a.txt", "b/x.txt", "ü/\xff", "z"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(root, name), nil, 0o644))
	}
	must(t, os.Symlink("a", filepath.Join(root, "link")))
	must(t, os.Symlink("/etc", filepath.Join(root, "out")))
	for name, test := range map[string]struct {
		order *guestv1.ListFilesRequest
		want  string
	}{
		"one level":        {&guestv1.ListFilesRequest{Path: "."}, "a a-b a.txt b link out z ü"},
		"all":              {&guestv1.ListFilesRequest{Path: "/sandbox", Recursive: true}, "a a-b a.txt a/x a/y a/y/z b b/x.txt link out z ü ü/�"},
		"a directory":      {&guestv1.ListFilesRequest{Path: "a", Recursive: true}, "a/x a/y a/y/z"},
		"through a link":   {&guestv1.ListFilesRequest{Path: "link"}, "link/x link/y"},
		"a glob":           {&guestv1.ListFilesRequest{Path: ".", Glob: "a*"}, "a a-b a.txt"},
		"a deep glob":      {&guestv1.ListFilesRequest{Path: ".", Glob: "**/*.txt", Recursive: true}, "a.txt b/x.txt"},
		"a glob from here": {&guestv1.ListFilesRequest{Path: "a", Glob: "y/?", Recursive: true}, "a/y/z"},
		"a glob of depth":  {&guestv1.ListFilesRequest{Path: ".", Glob: "*/*"}, ""},
	} {
		for limit := range 4 {
			order := &guestv1.ListFilesRequest{Path: test.order.Path, Glob: test.order.Glob, Recursive: test.order.Recursive, Limit: int32(limit*limit + 1)}
			if order.Path == "/sandbox" {
				order.Path = root
			}
			got, _ := listAll(t, root, order, func() {})
			if strings.Join(got, " ") != test.want {
				t.Errorf("%s, %d each: %q", name, order.Limit, got)
			}
		}
	}
	for path, want := range map[string]guestv1.FileFailureReason{"none": notFound, "z": notAFile, "out": outside, "..": outside, "": badName} {
		page := &guestv1.ListFilesResponse{}
		ask(t, list, root, page, &guestv1.ListFilesRequest{Path: path, Limit: 5})
		if page.GetFailure().GetReason() != want {
			t.Errorf("%s: %v", path, page)
		}
	}
}

func TestAListLosesNothingThatStays(t *testing.T) {
	root := t.TempDir()
	var stay []string
	for i := range 300 {
		name := fmt.Sprintf("d%d/f%03d", i%7, i)
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(root, name), nil, 0o644))
		if i%2 == 0 {
			stay = append(stay, name)
		}
	}
	changes := 0
	got, pages := listAll(t, root, &guestv1.ListFilesRequest{Path: ".", Recursive: true, Glob: "*/*", Limit: 10}, func() {
		changes += 2
		_ = os.Remove(filepath.Join(root, fmt.Sprintf("d%d/f%03d", (changes-1)%7, changes-1)))
		_ = os.WriteFile(filepath.Join(root, fmt.Sprintf("d%d/new%d", changes%7, changes)), nil, 0o644)
	})
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) || pages < 10 {
		t.Errorf("%d pages: %q", pages, got)
	}
	for _, name := range stay {
		if !slices.Contains(got, name) {
			t.Errorf("%s was lost", name)
		}
	}
}

func TestManyLongNamesAreListedAndPacked(t *testing.T) {
	root, err := os.MkdirTemp("/dev/shm", "files")
	must(t, err)
	defer os.RemoveAll(root)
	// More than are held at once, on both levels.
	const count = 20_000
	must(t, os.MkdirAll(filepath.Join(root, "in/in"), 0o755))
	file := filepath.Join(root, "file")
	must(t, os.WriteFile(file, nil, 0o644))
	for i := range count {
		directory := []string{"in", "in/in"}[i%2]
		must(t, os.Link(file, filepath.Join(root, directory, fmt.Sprintf("%0240d", (i*7919)%count))))
	}
	got, pages := listAll(t, root, &guestv1.ListFilesRequest{Path: "in", Recursive: true, Limit: MaxPage}, func() {})
	if len(got) != count+1 || !slices.IsSorted(got) {
		t.Errorf("%d names", len(got))
	}
	if least := count * 250 / pageSize; pages <= least {
		t.Errorf("%d pages", pages)
	}
	var packed int
	archive, failure := getFrom(t, root, &guestv1.GetFileRequest{Path: "in", Form: formTar})
	if failure != nil {
		t.Fatal(failure)
	}
	answer := untar(t, root, archive)
	if packed = int(answer.GetEntries()); packed != count+1 {
		t.Errorf("%d entries: %v", packed, answer)
	}
}
