// Package inspect tells what a sandbox holds. What it reads of the code's processes is their own word.
package inspect

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/run"
)

const (
	// maxProcesses and maxBytes bound what is told of processes, maxCommand each command line.
	maxProcesses = 1000
	maxBytes     = 96 << 10
	maxCommand   = 4 << 10
)

// Processes are those of a user but the guest's helpers, the oldest first. owner tells whose a mark is, and of a process
// that was started then.
func Processes(uid uint32, helpers map[int]bool, owner func(proc.Mark, time.Time) run.Owner) []*guestv1.Process {
	var all []times
	for _, pid := range proc.PIDs() {
		if seen, there := timesOf(pid); there && !helpers[pid] {
			all = append(all, seen)
		}
	}
	slices.SortFunc(all, func(a, b times) int {
		if a.started != b.started {
			return int(a.started - b.started)
		}
		return a.pid - b.pid
	})
	var told []*guestv1.Process
	size := 0
	for _, seen := range all {
		process, mark, there := seen.describe(uid)
		if !there {
			continue
		}
		whose := owner(mark, time.Now().Add(-process.Age.AsDuration()))
		process.RunId, process.Context = whose.RunID, whose.Context
		// A field of a message has a tag and a length.
		size += proto.Size(process) + 4
		if len(told) == maxProcesses || size > maxBytes {
			break
		}
		told = append(told, process)
	}
	return told
}

// Disks are how full the file systems are that the code can write.
func Disks(directories []reset.Directory) []*guestv1.Disk {
	var disks []*guestv1.Disk
	for _, directory := range directories {
		var system unix.Statfs_t
		if unix.Statfs(directory.Path, &system) == nil {
			disks = append(disks, &guestv1.Disk{
				Path:      directory.Path,
				SizeBytes: int64(system.Blocks) * system.Bsize,
				UsedBytes: int64(system.Blocks-system.Bfree) * system.Bsize,
			})
		}
	}
	return disks
}

// printable is text that does nothing to a terminal, as far as a command line may be long.
func printable(text string) string {
	var line strings.Builder
	for _, char := range text {
		if !unicode.IsGraphic(char) {
			char = unicode.ReplacementChar
		}
		if line.Len()+len(string(char)) > maxCommand {
			break
		}
		line.WriteRune(char)
	}
	return line.String()
}
