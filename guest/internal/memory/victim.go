package memory

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/proc"
)

// victim is a process chosen to be killed. Its start time tells it from a later process of the same pid.
type victim struct {
	pid    int
	at     time.Time
	before string
}

// largest finds the process with the most memory of its own, this one and the workers not counted.
func largest(workers map[int]bool) (victim, bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return victim{}, false
	}
	var chosen victim
	var most int64
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() || workers[pid] {
			continue
		}
		if size := size(pid); size > most {
			most, chosen = size, victim{pid: pid}
		}
	}
	if chosen.pid == 0 {
		return victim{}, false
	}
	chosen.before = started(chosen.pid)
	return chosen, chosen.before != ""
}

func (v *victim) kill() bool {
	v.at = time.Now()
	return started(v.pid) == v.before && unix.Kill(v.pid, unix.SIGKILL) == nil
}

// lingers tells whether it may still hold its memory, for as long as one may wait for that. What it says of its memory is
// gone before that is given back, which is when it is a zombie.
func (v victim) lingers() bool {
	return v.pid != 0 && time.Since(v.at) < patience && started(v.pid) == v.before
}

// leastUID is the first user of code; below are the guest's own, which are never chosen.
const leastUID = 1000

// size is anonymous and shared memory and swap of a process of the code; a zombie has none.
func size(pid int) int64 {
	seen, there := proc.Describe(pid)
	if !there || seen.UID < leastUID {
		return 0
	}
	return seen.Memory
}

// started is the start time of a process, which with its pid names it for good; empty when it is gone or a zombie.
func started(pid int) string {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	// The name in parentheses may hold anything, so fields are counted from its end.
	fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
	const startTime = 22 - 3
	if len(fields) <= startTime || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return ""
	}
	return string(fields[startTime])
}

// resident reads the memory of this process.
type resident struct {
	statm *os.File
	buf   [128]byte
}

func openSelf() *resident {
	statm, err := os.Open("/proc/self/statm")
	if err != nil {
		return nil
	}
	return &resident{statm: statm}
}

// bytes is what is resident and not a file's or shared.
func (r *resident) bytes() int64 {
	n, _ := r.statm.ReadAt(r.buf[:], 0)
	fields := bytes.Fields(r.buf[:n])
	if len(fields) < 3 {
		return 0
	}
	all, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, _ := strconv.ParseInt(string(fields[2]), 10, 64)
	return (all - shared) * int64(os.Getpagesize())
}
