package proc

import (
	"strconv"
	"strings"
)

// Mark is a supplementary group that everything has which one start led to, and that no code can give up: that takes a
// capability. So what belongs together is found again, even after a double fork into a session of its own.
type Mark uint32

// Unmarked is what the guest's own helpers are.
const Unmarked Mark = 0

// Plain is what is started where nothing lives beside it: it has the code's own group and no other, so that programs see
// no group without a name.
func Plain(own uint32) Mark { return Mark(own) }

// firstMark and lastMark are the groups that are marks.
const (
	firstMark Mark = 40_000
	lastMark  Mark = 64_999
)

// NewMark is a mark that no process has, and that is not the code's own group.
func (r *Reaper) NewMark(own uint32) Mark {
	r.marking.Lock()
	defer r.marking.Unlock()
	for {
		switch {
		case r.lastMark == Unmarked:
			r.lastMark = firstMark
		case r.lastMark == lastMark:
			r.lastMark, r.wrapped = firstMark, true
		default:
			r.lastMark++
		}
		// Looking at every process is for the second time around.
		if r.lastMark != Mark(own) && !(r.wrapped && len(r.Marked(r.lastMark)) > 0) {
			return r.lastMark
		}
	}
}

// WithoutMarks is a line of /proc/PID/status without the groups that are marks.
func WithoutMarks(line string) string {
	name, groups, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
	if name != "Groups" {
		return line
	}
	for group := range strings.FieldsSeq(groups) {
		if gid, err := strconv.ParseUint(group, 10, 32); err != nil || !isMark(gid) {
			name += " " + group
		}
	}
	return name + "\n"
}

func isMark(gid uint64) bool { return gid >= uint64(firstMark) && gid <= uint64(lastMark) }
