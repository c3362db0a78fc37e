package files

import (
	"container/heap"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// batch is how many names are read at once.
	batch = 512
	// keysSize is what the names of one directory may take that are held to be put in order; each directory below has half.
	keysSize = 4 << 20
	// leastKeysSize is what every one has at least.
	leastKeysSize = 16 << 10
	// keySize is what a name takes beside its bytes.
	keySize = 48
)

// walk goes through a directory in the byte order of paths, however many names it has: only so many are held as fit, the
// smallest, and it is read again for those that follow. Links are not followed.
type walk struct {
	// glob is what paths must match to be visited; empty for all.
	glob pattern
	// recursive is whether directories are gone into.
	recursive bool
	// strict is whether a directory that cannot be gone into is an error.
	strict bool
	// visit is called for each name, with the directory that has it and its path from the start.
	visit func(dir int, name, path string) error
}

// level is one directory of a walk.
type level struct {
	prefix string
	// after is what to begin behind, as a path from here.
	after string
	at    states
	depth int
	size  int
}

func (w *walk) run(directory *os.File, after string) error {
	top := level{after: after, size: keysSize}
	if len(w.glob) > 0 {
		top.at = w.glob.start()
	}
	return w.through(directory, top)
}

func (w *walk) through(directory *os.File, here level) error {
	for {
		keys, cut, err := w.next(directory, here)
		if err != nil {
			return err
		}
		for _, key := range keys {
			name, below := strings.CutSuffix(key, "/")
			if below {
				err = w.descend(int(directory.Fd()), name, here)
			} else {
				err = w.visit(int(directory.Fd()), name, path.Join(here.prefix, name))
			}
			if err != nil {
				return err
			}
		}
		if !cut {
			return nil
		}
		here.after = keys[len(keys)-1]
	}
}

// next are the smallest keys of a directory behind here.after, and whether there are more. A key is a name, or a name and
// a slash for what is below it: they sort as the paths do that they stand for.
func (w *walk) next(directory *os.File, here level) (keys []string, cut bool, err error) {
	if _, err := directory.Seek(0, io.SeekStart); err != nil {
		return nil, false, err
	}
	s := &smallest{left: here.size}
	for {
		entries, err := directory.ReadDir(batch)
		for _, entry := range entries {
			name := entry.Name()
			if len(here.prefix)+1+len(name) > maxPath {
				if w.strict {
					return nil, false, fail(otherwise, "a path is longer than %d bytes", maxPath)
				}
				continue
			}
			matched, alive := w.judge(here, name)
			if matched && name > here.after {
				s.offer(name)
			}
			key := name + "/"
			if w.recursive && alive && entry.IsDir() && (key > here.after || len(key) < len(here.after) && strings.HasPrefix(here.after, key)) {
				s.offer(key)
			}
		}
		if err == io.EOF {
			slices.Sort(s.keys)
			return s.keys, s.cut, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
}

func (w *walk) judge(here level, name string) (matched, alive bool) {
	if len(w.glob) == 0 {
		return true, true
	}
	after := w.glob.next(here.at, name)
	return after.matched(), after.alive()
}

func (w *walk) descend(dir int, name string, from level) error {
	if from.depth >= maxDepth {
		if w.strict {
			return fail(otherwise, "more than %d directories deep", maxDepth)
		}
		return nil
	}
	fd, err := unix.Openat(dir, name, readDirectory|unix.O_NOFOLLOW, 0)
	gone := errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
	if gone || err != nil && !w.strict {
		return nil
	}
	below := level{prefix: path.Join(from.prefix, name), depth: from.depth + 1, size: max(from.size/2, leastKeysSize)}
	if err != nil {
		return about(below.prefix, err)
	}
	below.after, _ = strings.CutPrefix(from.after, name+"/")
	if below.after == from.after {
		below.after = ""
	}
	if len(w.glob) > 0 {
		below.at = w.glob.next(from.at, name)
	}
	directory := os.NewFile(uintptr(fd), name)
	defer directory.Close()
	return w.through(directory, below)
}

// smallest keeps the smallest of the keys that it is offered, as many as fit.
type smallest struct {
	keys []string
	left int
	// cut is whether some did not fit: all of them are behind the last one that is kept.
	cut bool
}

func (s *smallest) offer(key string) {
	if s.cut && key > s.keys[0] {
		return
	}
	heap.Push(s, key)
	for s.left -= len(key) + keySize; s.left < 0 && len(s.keys) > 1; s.cut = true {
		s.left += len(heap.Pop(s).(string)) + keySize
	}
}

// Len is for heap.
func (s *smallest) Len() int { return len(s.keys) }

// Less puts the largest on top.
func (s *smallest) Less(i, j int) bool { return s.keys[i] > s.keys[j] }

// Swap is for heap.
func (s *smallest) Swap(i, j int) { s.keys[i], s.keys[j] = s.keys[j], s.keys[i] }

// Push is for heap.
func (s *smallest) Push(key any) { s.keys = append(s.keys, key.(string)) }

// Pop is for heap.
func (s *smallest) Pop() any {
	last := len(s.keys) - 1
	key := s.keys[last]
	s.keys = s.keys[:last]
	return key
}
