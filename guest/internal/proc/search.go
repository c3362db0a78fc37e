package proc

import (
	"bytes"
	"os"
	"sync"
)

// showsGroups is false where /proc/PID/status has no line of groups (gVisor).
var showsGroups = sync.OnceValue(func() bool {
	own, _ := os.ReadFile("/proc/self/status")
	return bytes.Contains(own, []byte("\nGroups:"))
})

// search finds what has a mark, again and again.
type search struct {
	reaper *Reaper
	mark   Mark
	buffer [maxStatus]byte
	// seen is what was found so far.
	seen map[int]bool
}

func (r *Reaper) newSearch(mark Mark) *search {
	return &search{reaper: r, mark: mark, seen: map[int]bool{}}
}

// found is the result of one search.
type found struct {
	// pids live and have the mark.
	pids []int
	// fresh is set when one of them was not found before.
	fresh bool
	// others live and do not have it.
	others []int
	// moving is set when one of the others was not stopped.
	moving bool
	// sure is set when nothing else can have it.
	sure bool
}

// once looks at all processes. It is sure when nothing went away meanwhile that may have left a child behind.
func (s *search) once() found {
	result := found{sure: true}
	parents := map[int]int{}
	for _, pid := range pids() {
		seen, there := lookAt(pid, s.buffer[:])
		switch {
		case !there:
			result.sure = false
		case seen.dead:
		case !showsGroups():
			parents[pid] = seen.parent
			result.moving = result.moving || seen.moving
		case seen.has(s.mark):
			result.pids = append(result.pids, pid)
		default:
			result.others = append(result.others, pid)
			result.moving = result.moving || seen.moving
		}
	}
	if !showsGroups() {
		result.pids, result.others = s.family(parents)
	}
	for _, pid := range result.pids {
		result.fresh = result.fresh || !s.seen[pid]
		s.seen[pid] = true
	}
	return result
}

// family is what descends from the processes that were started with the mark, or from what was found before. What lost
// its parent before the first search is not found.
func (s *search) family(parents map[int]int) (members, others []int) {
	roots := s.reaper.started(s.mark)
	for pid := range parents {
		at := pid
		for steps := 0; at > 1 && !roots[at] && !s.seen[at] && steps < len(parents); steps++ {
			at = parents[at]
		}
		if roots[at] || s.seen[at] {
			members = append(members, pid)
		} else {
			others = append(others, pid)
		}
	}
	return members, others
}

// started are the children that live and were started with a mark.
func (r *Reaper) started(mark Mark) map[int]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[int]bool{}
	for pid, process := range r.children {
		if process.Mark == mark {
			found[pid] = true
		}
	}
	return found
}

// Marked are the processes that have a mark and live.
func (r *Reaper) Marked(mark Mark) []int { return r.newSearch(mark).once().pids }
