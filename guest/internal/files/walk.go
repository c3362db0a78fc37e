package files

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

const (
	// maxLinks is how many links one path may go through, as in the kernel.
	maxLinks = 40
	// maxName is the kernel's limit for one part of a path.
	maxName = 255
)

// relative cleans a path as it was given and takes the root off.
func relative(root, given string) (string, error) {
	switch {
	case given == "":
		return "", fail(badName, "an empty path")
	case strings.ContainsRune(given, 0):
		return "", fail(badName, "a NUL in the path")
	case !utf8.ValidString(given):
		return "", fail(badName, "the path is not UTF-8")
	}
	if path.IsAbs(given) {
		rest, inside := below(root, path.Clean(given))
		if !inside {
			return "", fail(outside, "%s is not below %s", given, root)
		}
		given = rest
	}
	given = path.Clean(given)
	if given == ".." || strings.HasPrefix(given, "../") {
		return "", fail(outside, "%s leads out of %s", given, root)
	}
	for part := range strings.SplitSeq(given, "/") {
		if len(part) > maxName {
			return "", fail(badName, "a name is longer than %d bytes", maxName)
		}
	}
	return given, nil
}

// below takes root off an absolute path.
func below(root, absolute string) (string, bool) {
	if absolute == root {
		return ".", true
	}
	return strings.CutPrefix(absolute, root+"/")
}

// place is a directory that is open, and a name in it that is no link, unless links themselves were asked for.
type place struct {
	dir  int
	name string
	// depth is how many directories there are from the root to dir.
	depth int
	// made are the directories that were made on the way.
	made []made
}

// made is a directory that was made: its name in one that is open.
type made struct {
	dir  int
	name string
}

func (p *place) close() {
	_ = unix.Close(p.dir)
	for _, one := range p.made {
		_ = unix.Close(one.dir)
	}
}

// unmake removes what was made on the way, as far as nobody has put anything in it.
func (p *place) unmake() {
	for _, one := range slices.Backward(p.made) {
		_ = unix.Unlinkat(one.dir, one.name, unix.AT_REMOVEDIR)
	}
}

// how says what a walk does beside walking.
type how int

const (
	// makeParents makes directories that are missing.
	makeParents how = 1 << iota
	// linkItself does not follow a link that is the last part.
	linkItself
)

// find walks from root to name one part at a time, following links as long as they stay inside. Nothing outside is
// ever opened, whatever the code renames meanwhile: each step starts at a directory that is held open. The last part
// need not exist; "." stands for the root itself.
func find(root, name string, how how) (found *place, err error) {
	base, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	// held are the directories from root to here, so that `..` never asks the file system.
	held := []int{base}
	walked := &place{}
	defer func() {
		if found == nil {
			walked.dir = -1
			walked.unmake()
			walked.close()
		}
		for _, fd := range held {
			_ = unix.Close(fd)
		}
	}()
	rest := strings.Split(name, "/")
	for links := 0; ; {
		part := rest[0]
		rest = rest[1:]
		here := held[len(held)-1]
		switch part {
		case "..":
			if len(held) == 1 {
				return nil, fail(outside, "a link leads out of %s", root)
			}
			_ = unix.Close(here)
			held = held[:len(held)-1]
			fallthrough
		case "", ".":
			if len(rest) > 0 {
				continue
			}
			return walked.take(&held, "."), nil
		}
		target, isLink, err := readLink(here, part)
		if err != nil && (err != unix.ENOENT || len(rest) > 0 && how&makeParents == 0) {
			return nil, err
		}
		if isLink && (len(rest) > 0 || how&linkItself == 0) {
			if links++; links > maxLinks {
				return nil, unix.ELOOP
			}
			if path.IsAbs(target) {
				inside := false
				if target, inside = below(root, path.Clean(target)); !inside {
					return nil, fail(outside, "a link leads out of %s", root)
				}
				for _, fd := range held[1:] {
					_ = unix.Close(fd)
				}
				held = held[:1]
			}
			rest = append(strings.Split(target, "/"), rest...)
			continue
		}
		if len(rest) == 0 {
			return walked.take(&held, part), nil
		}
		if err == unix.ENOENT {
			if err := walked.make(here, part); err != nil {
				return nil, err
			}
		}
		next, err := unix.Openat(here, part, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		held = append(held, next)
	}
}

// take makes the place the last directory that is held.
func (p *place) take(held *[]int, name string) *place {
	p.depth = len(*held) - 1
	p.dir, p.name = (*held)[p.depth], name
	*held = (*held)[:p.depth]
	return p
}

func (p *place) make(dir int, name string) error {
	err := unix.Mkdirat(dir, name, 0o755)
	if err == unix.EEXIST {
		return nil
	}
	if err != nil {
		return err
	}
	if dir, err = unix.FcntlInt(uintptr(dir), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return err
	}
	p.made = append(p.made, made{dir, name})
	return nil
}

func readLink(dir int, name string) (target string, isLink bool, err error) {
	var stat unix.Stat_t
	if err := unix.Fstatat(dir, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return "", false, err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFLNK {
		return "", false, nil
	}
	buffer := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(dir, name, buffer)
	if err != nil {
		return "", false, err
	}
	return string(buffer[:n]), true, nil
}
