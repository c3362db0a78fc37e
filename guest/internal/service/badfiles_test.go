package service_test

import (
	"strings"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

const (
	notFound = guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_FOUND
	outside  = guestv1.FileFailureReason_FILE_FAILURE_REASON_OUTSIDE
	notAFile = guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_A_FILE
	noSpace  = guestv1.FileFailureReason_FILE_FAILURE_REASON_NO_SPACE
	denied   = guestv1.FileFailureReason_FILE_FAILURE_REASON_PERMISSION_DENIED
	badName  = guestv1.FileFailureReason_FILE_FAILURE_REASON_BAD_NAME
	tooLarge = guestv1.FileFailureReason_FILE_FAILURE_REASON_TOO_LARGE
	other    = guestv1.FileFailureReason_FILE_FAILURE_REASON_OTHER
)

// furnished is a sandbox with every kind of thing that a path can lead to.
func furnished(t *testing.T) *sandboxtest.Sandbox {
	s := sandboxtest.Greeted(t)
	if failure := write(t, s, file{path: "dir/file", content: "inside"}, file{path: "plain", content: "x"}); failure != nil {
		t.Fatal(failure)
	}
	for _, link := range [][]string{
		{"/etc", "etc"}, {"../../bin", "bin"}, {"/tmp/new", "dangling-out"}, {"dir", "in"}, {"/sandbox/dir", "absolute-in"},
		{"dir/file", "to-file"}, {"loop", "loop"}, {"dir/new", "dangling-in"}, {"/bin/program", "program"},
	} {
		s.Do(t, sandboxtest.Command("link", link[0], link[1]))
	}
	s.Do(t, sandboxtest.Command("fifo", "pipe"))
	s.Do(t, sandboxtest.Command("sparse", "sparse", "10000000000"))
	return s
}

func TestFilesAreWrittenInsideOrNotAtAll(t *testing.T) {
	s := furnished(t)
	for _, test := range []struct {
		file file
		want guestv1.FileFailureReason
	}{
		{file{path: "../x"}, outside},
		{file{path: "a/../../x"}, outside},
		{file{path: "/tmp/x"}, outside},
		{file{path: "/sandboxes/x"}, outside},
		{file{path: "etc/x"}, outside},
		{file{path: "bin/x"}, outside},
		{file{path: "dangling-out"}, outside},
		{file{path: "program"}, outside},
		{file{path: "dir"}, notAFile},
		{file{path: "new/"}, notAFile},
		{file{path: "."}, notAFile},
		{file{path: "pipe"}, notAFile},
		{file{path: "plain/x"}, notAFile},
		{file{path: ""}, badName},
		{file{path: "a\x00b"}, badName},
		{file{path: strings.Repeat("x", 256)}, badName},
		{file{path: "loop"}, other},
		{file{path: "short", content: "123", size: 4}, other},
		{file{path: "long", content: "12345", size: 4}, other},
		{file{path: "negative", size: -1}, other},
		{file{path: "huge", content: strings.Repeat("x", 17<<20)}, noSpace},
		{file{path: strings.Repeat("x", 255), content: "ok"}, 0},
		{file{path: "in/a", content: "ok"}, 0},
		{file{path: "absolute-in/b", content: "ok"}, 0},
		{file{path: "dangling-in", content: "ok"}, 0},
		{file{path: "to-file", content: "ok", mode: 0o6755}, 0},
	} {
		failure := write(t, s, test.file)
		if failure.GetReason() != test.want || failure != nil && failure.GetPath() != test.file.path {
			t.Errorf("%.40q: %v", test.file.path, failure)
		}
	}
	want := []string{"dir/a", "dir/b", "dir/file", "dir/new", "plain", "sparse", strings.Repeat("x", 255)}
	var got []string
	for _, file := range readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"**"}, MaxTotalBytes: 1 << 20, MaxFiles: 50}) {
		got = append(got, file.path)
		if file.path == "dir/file" && (file.content != "ok" || file.mode != 0o755) {
			t.Error(file)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("there are %q", got)
	}
}

func TestFilesAreReadFromInsideOnly(t *testing.T) {
	s := furnished(t)
	s.Do(t, sandboxtest.Command("zeros", "0"))
	for _, test := range []struct {
		pattern string
		want    []read
	}{
		{"none", []read{{path: "none", failure: notFound}}},
		{"*.none", []read{{path: "*.none", failure: notFound}}},
		{"no/dir/*", []read{{path: "no/dir/*", failure: notFound}}},
		{"etc/passwd", []read{{path: "etc/passwd", failure: outside}}},
		{"etc/*", []read{{path: "etc/*", failure: outside}}},
		{"program", []read{{path: "program", failure: outside}}},
		{"../*", []read{{path: "../*", failure: outside}}},
		{"dir", []read{{path: "dir", failure: notAFile}}},
		{"pipe", []read{{path: "pipe", failure: notAFile}}},
		{"plain/x", []read{{path: "plain/x", failure: notAFile}}},
		{"[", []read{{path: "[", failure: badName}}},
		{"sparse", []read{{path: "sparse", failure: tooLarge}}},
		{"to-file", []read{{path: "to-file", mode: 0o644, content: "inside"}}},
		{"absolute-in/file", []read{{path: "absolute-in/file", mode: 0o644, content: "inside"}}},
		{"in/*", []read{{path: "in/file", mode: 0o644, content: "inside"}}},
		{"*", []read{{path: "plain", mode: 0o644, content: "x"}, {path: "sparse", failure: tooLarge}}},
		{"**/fi?e", []read{{path: "dir/file", mode: 0o644, content: "inside"}}},
		{"/sandbox/**/f[h-j]le", []read{{path: "dir/file", mode: 0o644, content: "inside"}}},
	} {
		got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{test.pattern}})
		if len(got) != len(test.want) {
			t.Errorf("%s: %v", test.pattern, got)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: %v", test.pattern, got[i])
			}
		}
	}
	got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"dir/*", "**"}, MaxFiles: 1})
	if len(got) != 2 || got[0].path != "dir/file" || got[1] != (read{path: "**", failure: tooLarge}) {
		t.Error("more files than may be read:", got)
	}
}
