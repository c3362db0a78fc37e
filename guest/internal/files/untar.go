package files

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// maxClosed bounds what is remembered of directories whose modes come last: the bytes of their paths.
const maxClosed = 1 << 20

// archive is a tar archive that is being written below a directory. Each of its entries appears whole or not at all.
type archive struct {
	root, base string
	// closed are directories that their owner may not write once the archive is there, with their modes: until then he may.
	closed      []closedDirectory
	closedBytes int
	entries     int64
}

type closedDirectory struct {
	name string
	mode uint32
}

func putArchive(root string, header *guestv1.PutFileHeader, content *incoming) (*guestv1.FileEntry, int64, error) {
	base, err := relative(root, header.GetPath())
	if err != nil {
		return nil, 0, err
	}
	directory, err := makeAll(root, base, defaultDirectoryMode)
	if err != nil {
		return nil, 0, err
	}
	a := &archive{root: root, base: base}
	err = a.write(tar.NewReader(content))
	if closing := a.close(); err == nil {
		err = closing
	}
	if err == nil {
		// What fills the last block of a tape is content too.
		_, err = io.Copy(io.Discard, content)
	}
	if err == nil {
		err = content.mustHave(header.GetSha256())
	}
	return directory, a.entries, err
}

func (a *archive) write(from *tar.Reader) error {
	for {
		entry, err := from.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if entry.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := a.writeEntry(entry, from); err != nil {
			return ofArchive(about(entry.Name, err))
		}
		a.entries++
	}
}

// unreadable is a failure of the archive, unless it says already what it is.
func unreadable(err error) error {
	if known := (*failure)(nil); errors.As(err, &known) {
		return err
	}
	return fail(badArchive, "it is no tar archive, or cut short: %v", err)
}

// ofArchive is a failure of an entry as one of its archive, where another archive would have been written.
func ofArchive(entry *failure) *failure {
	switch entry.reason {
	case outside, badName, notFound:
		entry.reason = badArchive
	}
	return entry
}

// about names the entry that a failure is about.
func about(name string, err error) *failure {
	found := describe(name, err)
	return &failure{reason: found.GetReason(), message: found.GetPath() + ": " + found.GetMessage()}
}

func (a *archive) writeEntry(entry *tar.Header, content io.Reader) error {
	name, err := a.inside(entry.Name)
	if err != nil {
		return err
	}
	mode := uint32(entry.Mode) & 0o777
	switch entry.Typeflag {
	case tar.TypeDir:
		return a.directory(name, mode)
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeSymlink, tar.TypeLink:
	default:
		return fail(badArchive, "it is neither a file, a directory nor a link")
	}
	target, err := find(a.root, name, makeParents|linkItself)
	if err != nil {
		return err
	}
	defer target.close()
	switch entry.Typeflag {
	case tar.TypeSymlink:
		err = target.symlink(a.root, entry.Linkname)
	case tar.TypeLink:
		err = a.hardLink(target, entry.Linkname)
	default:
		err = target.file(entry, mode, content)
	}
	if err != nil {
		target.unmake()
	}
	return err
}

// inside is where an entry belongs, relative to root.
func (a *archive) inside(name string) (string, error) {
	switch {
	case name == "" || strings.ContainsRune(name, 0) || len(name) > maxPath:
		return "", fail(badArchive, "a name that is empty, too long or has a NUL")
	case path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), ".."):
		return "", fail(badArchive, "a name that is absolute or has `..`")
	}
	return path.Join(a.base, name), nil
}

func (a *archive) directory(name string, mode uint32) error {
	if name == a.base {
		return nil
	}
	if mode&0o300 != 0o300 {
		if a.closedBytes += len(name); a.closedBytes > maxClosed {
			return fail(badArchive, "too many directories that may not be written")
		}
		a.closed = append(a.closed, closedDirectory{name, mode})
	}
	return setMode(a.root, name, mode|0o700)
}

// close gives directories their own modes, the deepest first: an outer one may bar the way.
func (a *archive) close() (err error) {
	for _, one := range slices.Backward(a.closed) {
		if failed := setMode(a.root, one.name, one.mode); err == nil && failed != nil {
			err = about(one.name, failed)
		}
	}
	return err
}

// setMode makes a directory where there is none, and sets its mode.
func setMode(root, name string, mode uint32) error {
	directory, _, err := enter(root, name)
	if err != nil {
		return err
	}
	defer directory.Close()
	return unix.Fchmod(int(directory.Fd()), mode)
}

// file writes a regular file. A header may say any size: what cannot fit is refused before it fills the disk.
func (p *place) file(entry *tar.Header, mode uint32, content io.Reader) error {
	if err := p.mayBeTaken(); err != nil {
		return err
	}
	var disk unix.Statfs_t
	if err := unix.Fstatfs(p.dir, &disk); err == nil && disk.Blocks > 0 && uint64(entry.Size)/uint64(disk.Bsize) > disk.Bavail {
		return fail(noSpace, "%d bytes do not fit", entry.Size)
	}
	return p.put(mode, func(file *os.File) error {
		_, err := io.Copy(file, content)
		if errno := unix.Errno(0); errors.As(err, &errno) {
			return err
		} else if err != nil {
			return unreadable(err)
		}
		return nil
	})
}

// symlink makes a link that leads to something inside of root. It holds for whatever comes later too: with `..` at its
// beginning only, it goes up from where it really is, and then through links that were judged as well.
func (p *place) symlink(root, target string) error {
	if err := p.mayBeTaken(); err != nil {
		return err
	}
	if target == "" {
		return fail(badArchive, "a link to nothing")
	}
	climbs := 0
	rest := target
	if path.IsAbs(target) {
		var inside bool
		if rest, inside = below(root, path.Clean(target)); !inside || rest != strings.TrimPrefix(target, root+"/") && rest != "." {
			return fail(badArchive, "a link to %s, which is not plainly below %s", printable(target, 256), root)
		}
	}
	for part := range strings.SplitSeq(rest, "/") {
		if part != ".." {
			break
		}
		climbs++
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, ".."), "/")
	}
	if climbs > p.depth || slices.Contains(strings.Split(rest, "/"), "..") {
		return fail(badArchive, "a link to %s, which may lead out of %s", printable(target, 256), root)
	}
	temporary := temporaryName()
	if err := unix.Symlinkat(target, p.dir, temporary); err != nil {
		return err
	}
	return p.rename(temporary)
}

// hardLink gives a regular file inside another name.
func (a *archive) hardLink(target *place, existing string) error {
	name, err := a.inside(existing)
	if err != nil {
		return err
	}
	if err := target.mayBeTaken(); err != nil {
		return err
	}
	source, err := find(a.root, name, linkItself)
	if err != nil {
		return err
	}
	defer source.close()
	var stat unix.Stat_t
	if err := unix.Fstatat(source.dir, source.name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return fail(badArchive, "a hard link to what is no regular file")
	}
	temporary := temporaryName()
	if err := unix.Linkat(source.dir, source.name, target.dir, temporary, 0); err != nil {
		return err
	}
	return target.rename(temporary)
}

// rename gives what has a temporary name its own. Nothing stays behind: two names of one file are left alone by it.
func (p *place) rename(temporary string) error {
	err := unix.Renameat(p.dir, temporary, p.dir, p.name)
	_ = unix.Unlinkat(p.dir, temporary, 0)
	return err
}

// mayBeTaken refuses what is neither a regular file nor a link.
func (p *place) mayBeTaken() error {
	return p.mayBe(unix.S_IFREG, unix.S_IFLNK)
}
