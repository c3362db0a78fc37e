package reset

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/usage"
)

// maxPosture bounds the text for comparison.
const maxPosture = 16 << 10

// Survey is what the sandbox holds now. Directories are the file systems that the code can write; helpers are processes
// of the guest's own program.
func Survey(cgroup *usage.Cgroup, directories []Directory, helpers []int) *guestv1.Survey {
	pids := processes()
	survey := &guestv1.Survey{
		Processes:  int64(len(pids)) - 1,
		IpcObjects: ipcObjects(),
		Sockets:    sockets(),
		Posture:    posture(pids, append(helpers, os.Getpid())),
	}
	for _, directory := range directories {
		var system unix.Statfs_t
		survey.Posture += fmt.Sprintf("%s %o\n", directory.Path, mode(directory.Path))
		if unix.Statfs(directory.Path, &system) == nil {
			survey.DiskBytes += int64(system.Blocks-system.Bfree) * system.Bsize
			survey.DiskInodes += int64(system.Files - system.Ffree)
		}
	}
	if memory := cgroup.OpenMemory(); memory != nil {
		defer memory.Close()
		if used, ok := memory.Usage(); ok {
			survey.MemoryBytes = used - memory.FileCache()
		}
	}
	return survey
}

func processes() []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func ipcObjects() int64 {
	count := 0
	for kind := range kinds {
		count += len(objects(kind))
	}
	entries, _ := os.ReadDir(queues)
	return int64(count + len(entries))
}

// sockets are those of every family, and the connections of TCP that are over and not yet forgotten. The tables of the
// families would say more, but to read them the kernel goes through all sockets of the host.
func sockets() int64 {
	content, _ := os.ReadFile("/proc/self/net/sockstat")
	fields := strings.Fields(string(content))
	var count int64
	for i, field := range fields[:max(0, len(fields)-1)] {
		if field == "used" || field == "tw" {
			number, _ := strconv.ParseInt(fields[i+1], 10, 64)
			count += number
		}
	}
	return count
}

// statusFields are those of /proc/PID/status that one run could change for the next. The first ones are never still in
// our own program: signals that its runtime sends to itself, and the count of those of its user.
var statusFields = []string{"SigQ:", "SigPnd:", "ShdPnd:", "Umask:", "Uid:", "Gid:", "Groups:", "SigBlk:", "SigIgn:", "CapInh:",
	"CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "Cpus_allowed:", "Mems_allowed:"}

// volatile is how many of them.
const volatile = 3

// posture is what the processes may do and how they are scheduled; ours run our own program.
func posture(pids, ours []int) string {
	var text strings.Builder
	for i, pid := range pids {
		fields := statusFields
		if slices.Contains(ours, pid) {
			fields = fields[volatile:]
		}
		limits, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		score, _ := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid))
		fmt.Fprintf(&text, "%d %s %s", i, scheduling(pid), score)
		for line := range strings.Lines(string(status)) {
			for _, field := range fields {
				if strings.HasPrefix(line, field) {
					// Every start has another mark.
					text.WriteString(proc.WithoutMarks(line))
				}
			}
		}
		text.Write(limits)
	}
	return text.String()[:min(text.Len(), maxPosture)]
}

// scheduling is priority, niceness, real-time priority and policy, from /proc/PID/stat.
func scheduling(pid int) string {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	// The name in parentheses may hold anything, so fields are counted from its end; the state is the third of all.
	fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
	const first = 3
	if len(fields) <= 41-first {
		return ""
	}
	return strings.Join([]string{fields[18-first], fields[19-first], fields[40-first], fields[41-first]}, " ")
}
