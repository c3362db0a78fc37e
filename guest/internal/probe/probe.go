// Package probe finds out, as the code's user in a sandbox, what this sandbox really enforces: it tries each thing
// and tells how far it came.
package probe

import (
	"encoding/json"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Command is the argument that makes the binary a probe.
const Command = "probe"

const (
	// mostTasks, mostFiles and mostBytes are how far it goes where nothing stops it.
	mostTasks = 64
	mostFiles = 256
	mostBytes = 4 << 20
)

// Findings are how far it came with what the sandbox bounds, and what it could do that nobody may.
type Findings struct {
	// Tasks is how many processes it could start at once.
	Tasks int `json:"tasks"`
	// OpenFiles is how many files it could have open at once.
	OpenFiles int `json:"openFiles"`
	// WorkspaceBytes and TmpBytes are how much it could write.
	WorkspaceBytes int `json:"workspaceBytes"`
	TmpBytes       int `json:"tmpBytes"`
	// SlowedDown is whether it got no more of the processors than it may have.
	SlowedDown bool `json:"slowedDown"`
	// Filtered is whether a call failed that the profile does not list.
	Filtered bool `json:"filtered"`
	// SwapBytes is what the machine has.
	SwapBytes uint64 `json:"swapBytes"`
	// Reached is what of the guest it could get at.
	Reached []string `json:"reached"`
}

// Limits tries everything but memory, for which it would be killed, and writes Findings as a line of JSON. cores is
// what it may have of the processors.
func Limits(cores string, out io.Writer) int {
	share, err := strconv.ParseFloat(cores, 64)
	if err != nil {
		return 2
	}
	// Nothing may want a thread while there is no room for one.
	debug.SetGCPercent(-1)
	runtime.LockOSThread()
	running := tasks()
	debug.SetGCPercent(100)
	found := Findings{
		Tasks:          running,
		OpenFiles:      openFiles(),
		WorkspaceBytes: writable("/sandbox"),
		TmpBytes:       writable("/tmp"),
		Filtered:       filtered(),
		SwapBytes:      swap(),
		Reached:        reached(),
		SlowedDown:     slowedDown(share),
	}
	if json.NewEncoder(out).Encode(found) != nil {
		return 1
	}
	return 0
}

// Memory takes memory and waits for a moment, to be killed.
func Memory(bytes string) int {
	size, err := strconv.Atoi(bytes)
	if err != nil {
		return 2
	}
	// What the kernel will not give is enforced as well, in its own way.
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_POPULATE)
	if err != nil {
		return 3
	}
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	time.Sleep(time.Second)
	runtime.KeepAlive(memory)
	return 0
}

// tasks makes nothing but raw calls: the children are copies without Go's other threads, and this process could not
// start a thread when it has reached the limit.
func tasks() int {
	var pids [mostTasks]uintptr
	count := 0
	for count < mostTasks {
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			break
		}
		if pid == 0 {
			for {
				_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
			}
		}
		pids[count] = pid
		count++
	}
	for _, pid := range pids[:count] {
		_, _, _ = unix.RawSyscall(unix.SYS_KILL, pid, uintptr(unix.SIGKILL), 0)
		_, _, _ = unix.RawSyscall6(unix.SYS_WAIT4, pid, 0, 0, 0, 0, 0)
	}
	return count
}

func openFiles() int {
	var files []int
	for len(files) < mostFiles {
		fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		files = append(files, fd)
	}
	for _, fd := range files {
		_ = unix.Close(fd)
	}
	return len(files)
}

func writable(directory string) int {
	path := directory + "/isol8-probe"
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return 0
	}
	defer unix.Unlink(path)
	defer unix.Close(fd)
	piece := make([]byte, 64<<10)
	written := 0
	for written < mostBytes {
		n, err := unix.Write(fd, piece)
		if err != nil || n == 0 {
			break
		}
		written += n
	}
	return written
}

// filtered makes a call that does nothing, anybody may make, and no profile of ours lists.
func filtered() bool {
	_, _, errno := unix.RawSyscall(unix.SYS_UNSHARE, 0, 0, 0)
	return errno == unix.EPERM
}

func swap() uint64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return info.Totalswap * uint64(info.Unit)
}
