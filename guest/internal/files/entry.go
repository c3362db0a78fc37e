package files

import (
	"math"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// maxPath is the longest path that is given or taken, in bytes: the kernel's own limit.
const maxPath = 4096

// entryOf describes what has a name.
func entryOf(name string, stat *unix.Stat_t) *guestv1.FileEntry {
	entry := &guestv1.FileEntry{
		Path:              printable(name, 3*maxPath),
		Kind:              kindOf(stat),
		Mode:              stat.Mode & 0o777,
		ModifiedUnixNanos: nanos(stat.Mtim),
	}
	if entry.Kind == guestv1.FileKind_FILE_KIND_REGULAR {
		entry.SizeBytes = stat.Size
	}
	return entry
}

func kindOf(stat *unix.Stat_t) guestv1.FileKind {
	switch stat.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return guestv1.FileKind_FILE_KIND_REGULAR
	case unix.S_IFDIR:
		return guestv1.FileKind_FILE_KIND_DIRECTORY
	case unix.S_IFLNK:
		return guestv1.FileKind_FILE_KIND_SYMLINK
	}
	return guestv1.FileKind_FILE_KIND_OTHER
}

// nanos is the closest that fits: code may set any time.
func nanos(time unix.Timespec) int64 {
	const most = math.MaxInt64/1_000_000_000 - 1
	return min(max(time.Sec, -most), most)*1_000_000_000 + time.Nsec
}

// lookAt describes what has a name in a directory; a link is not followed.
func lookAt(dir int, name, path string) (*guestv1.FileEntry, error) {
	stat := &unix.Stat_t{}
	if err := unix.Fstatat(dir, name, stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return nil, err
	}
	return entryOf(path, stat), nil
}
