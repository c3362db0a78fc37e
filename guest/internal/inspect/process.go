package inspect

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/proc"
)

// tick is the unit of /proc/PID/stat, the same on every machine that Linux runs on today.
const tick = 10 * time.Millisecond

// times are what /proc/PID/stat says.
type times struct {
	pid int
	// started is since the machine was.
	started time.Duration
	cpu     time.Duration
	name    string
}

// timesOf tells nothing of what is gone.
func timesOf(pid int) (times, bool) {
	content, err := os.ReadFile(path(pid, "stat"))
	if err != nil {
		return times{}, false
	}
	// The name in parentheses may hold anything, so fields are counted from its end.
	open, end := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	fields := bytes.Fields(content[end+1:])
	const state, user, system, start = 3, 14, 15, 22
	if open < 0 || end < open || len(fields) <= start-state {
		return times{}, false
	}
	return times{
		pid:     pid,
		started: ticks(fields[start-state]),
		cpu:     ticks(fields[user-state]) + ticks(fields[system-state]),
		name:    string(content[open+1 : end]),
	}, true
}

// describe says what a process is; the mark is whose. It tells nothing of what is gone, or is another user's.
func (t times) describe(uid uint32) (*guestv1.Process, proc.Mark, bool) {
	seen, there := proc.Describe(t.pid)
	if !there || seen.UID != uid {
		return nil, proc.Unmarked, false
	}
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now)
	return &guestv1.Process{
		Pid:         int32(t.pid),
		ParentPid:   int32(seen.Parent),
		Command:     t.command(),
		Age:         durationpb.New(max(0, time.Duration(now.Nano())-t.started)),
		Cpu:         durationpb.New(t.cpu),
		MemoryBytes: seen.Memory,
		Threads:     int32(seen.Threads),
	}, seen.Mark, true
}

// command is the command line as far as it fits, or the name of what has none.
func (t times) command() string {
	file, err := os.Open(path(t.pid, "cmdline"))
	if err == nil {
		defer file.Close()
		line := make([]byte, maxCommand)
		n, _ := file.Read(line)
		line = bytes.TrimRight(line[:n], "\x00")
		if len(line) > 0 {
			return printable(string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return "[" + printable(t.name) + "]"
}

func ticks(text []byte) time.Duration {
	count, _ := strconv.ParseInt(string(text), 10, 64)
	return time.Duration(count) * tick
}

func path(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }
