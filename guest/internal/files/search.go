package files

import (
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

const (
	// maxDepth bounds the directories that are open at once.
	maxDepth = 200
)

// search collects the files that patterns name.
type search struct {
	root  string
	limit int
	// files are what was found, each with the way it was asked for.
	files    map[string]string
	failures []*guestv1.FileFailure
}

// add takes up what one pattern names.
func (s *search) add(given string) {
	if err := s.expand(given); err != nil {
		s.failures = append(s.failures, describe(given, err))
	}
}

func (s *search) expand(given string) error {
	name, err := relative(s.root, given)
	if err != nil {
		return err
	}
	if !isGlob(name) {
		return s.take(name, given)
	}
	parts, err := parsePattern(name)
	if err != nil {
		return err
	}
	literal := parts.literal()
	prefix := path.Join(parts[:literal]...)
	start, err := openDirectory(s.root, prefix)
	if err != nil {
		return err
	}
	found := false
	glob := parts[literal:]
	if err := s.descend(start, prefix, glob, glob.start(), 0, &found); err != nil {
		return err
	}
	if !found {
		return fail(notFound, "nothing matches")
	}
	return nil
}

// descend goes through one directory, in the order of names, and closes it. Links are neither followed nor matched.
func (s *search) descend(directory *os.File, prefix string, glob pattern, at states, depth int, found *bool) error {
	defer directory.Close()
	entries, _ := directory.ReadDir(-1)
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, entry := range entries {
		after := glob.next(at, entry.Name())
		name := path.Join(prefix, entry.Name())
		switch {
		case entry.Type().IsRegular() && after.matched():
			*found = true
			if err := s.take(name, name); err != nil {
				return err
			}
		case entry.IsDir() && after.alive() && depth >= maxDepth:
			if err := s.leaveOut(name, fail(badName, "more than %d directories deep: not searched", maxDepth)); err != nil {
				return err
			}
		case entry.IsDir() && after.alive():
			fd, err := unix.Openat(int(directory.Fd()), entry.Name(), readDirectory|unix.O_NOFOLLOW, 0)
			if err != nil {
				// Not the code's to read, or gone meanwhile: nothing in it matches.
				continue
			}
			if err := s.descend(os.NewFile(uintptr(fd), name), name, glob, after, depth+1, found); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *search) take(name, given string) error {
	if !utf8.ValidString(name) {
		return s.leaveOut(name, fail(badName, "the name is not UTF-8"))
	}
	if _, known := s.files[name]; known {
		return nil
	}
	if err := s.full(); err != nil {
		return err
	}
	s.files[name] = given
	return nil
}

// leaveOut notes what a pattern names and nobody can be given.
func (s *search) leaveOut(name string, why *failure) error {
	if err := s.full(); err != nil {
		return err
	}
	s.failures = append(s.failures, describe(name, why))
	return nil
}

// full is an error when no more can be named, found or left out.
func (s *search) full() error {
	if len(s.files)+len(s.failures) >= s.limit {
		return fail(tooLarge, "more than %d files", s.limit)
	}
	return nil
}

// sorted are the paths of all files.
func (s *search) sorted() []string {
	return slices.Sorted(maps.Keys(s.files))
}

const readDirectory = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NONBLOCK | unix.O_CLOEXEC

func openDirectory(root, name string) (*os.File, error) {
	if name == "" {
		name = "."
	}
	where, err := find(root, name, 0)
	if err != nil {
		return nil, err
	}
	defer where.close()
	fd, err := unix.Openat(where.dir, where.name, readDirectory|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}
