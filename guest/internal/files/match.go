package files

import (
	"path"
	"strings"
)

const (
	// anyDepth is the part of a pattern that stands for any number of directories.
	anyDepth = "**"
	globs    = "*?["
)

// pattern is a glob, cut into parts.
type pattern []string

// isGlob tells a glob from the name of a file.
func isGlob(text string) bool { return strings.ContainsAny(text, globs) }

// parsePattern checks every part of a cleaned path.
func parsePattern(text string) (pattern, error) {
	var parts pattern
	for part := range strings.SplitSeq(text, "/") {
		if part == anyDepth {
			// Several in a row say no more than one and cost much more.
			if len(parts) > 0 && parts[len(parts)-1] == anyDepth {
				continue
			}
		} else if _, err := path.Match(part, ""); err != nil {
			return nil, fail(badName, "%q is not a pattern", text)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// literal is how many parts come before the first glob.
func (p pattern) literal() int {
	for i, part := range p {
		if isGlob(part) {
			return i
		}
	}
	return len(p)
}

// states of a match are the places in a pattern that the names so far can have led to: it is matched one directory at
// a time, so no pattern costs more than its length at each.
type states []bool

// start is the state before any name.
func (p pattern) start() states {
	s := make(states, len(p)+1)
	s[0] = true
	return p.skip(s)
}

// skip adds where `**` stands for nothing.
func (p pattern) skip(s states) states {
	for i, part := range p {
		if s[i] && part == anyDepth {
			s[i+1] = true
		}
	}
	return s
}

// next is the state after one more name.
func (p pattern) next(s states, name string) states {
	after := make(states, len(p)+1)
	for i, part := range p {
		if !s[i] {
			continue
		}
		if part == anyDepth {
			after[i] = true
		} else if matched, _ := path.Match(part, name); matched {
			after[i+1] = true
		}
	}
	return p.skip(after)
}

// matched tells whether the names so far are all of it; alive whether more names could be.
func (s states) matched() bool { return s[len(s)-1] }

func (s states) alive() bool {
	for _, here := range s[:len(s)-1] {
		if here {
			return true
		}
	}
	return false
}
