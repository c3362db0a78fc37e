// Command spawner runs programs in root file systems and says how long they took, with as little of its own in the
// time as can be: vfork, exec, read to the end, wait. Node's child_process would add milliseconds.
//
// It is started in a mount namespace of its own (`unshare --mount`), where each root named in its arguments gets this
// machine's /proc and /dev; so whoever removes the roots cannot reach through. Programs have no namespace, cgroup or
// limit of their own. One JSON order a line on standard input, one JSON report a line on standard output, in any order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

type order struct {
	ID   int      `json:"id"`
	Root string   `json:"root"`
	Dir  string   `json:"dir"`
	UID  uint32   `json:"uid"`
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
}

type report struct {
	ID int `json:"id"`
	// From just before the fork until the program is waited for and its output is at its end.
	Nanoseconds int64 `json:"nanoseconds"`
	// Until the first byte of output; 0 without any.
	FirstByte int64  `json:"firstByte"`
	Bytes     int64  `json:"bytes"`
	Head      string `json:"head"`
	Exit      int    `json:"exit"`
	Error     string `json:"error,omitempty"`
}

// What is kept of the output, so that a caller can see that it is the right one.
const headBytes = 256

func main() {
	for _, root := range os.Args[1:] {
		for _, name := range []string{"proc", "dev"} {
			if err := syscall.Mount("/"+name, filepath.Join(root, name), "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
				fmt.Fprintf(os.Stderr, "spawner: mounting /%s in %s: %v\n", name, root, err)
				os.Exit(1)
			}
		}
	}
	var answers sync.Mutex
	encoder := json.NewEncoder(os.Stdout)
	orders := bufio.NewScanner(os.Stdin)
	orders.Buffer(nil, 1<<20)
	for orders.Scan() {
		var next order
		if err := json.Unmarshal(orders.Bytes(), &next); err != nil {
			fmt.Fprintln(os.Stderr, "spawner:", err)
			os.Exit(1)
		}
		go func() {
			done := run(next)
			answers.Lock()
			defer answers.Unlock()
			if encoder.Encode(done) != nil {
				os.Exit(1)
			}
		}()
	}
}

func run(next order) report {
	// The kernel's own pipe and calls: Go's poller would take part in the time.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	failed := func(err error) report { return report{ID: next.ID, Error: err.Error()} }
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return failed(err)
	}
	defer syscall.Close(null)
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return failed(err)
	}
	defer syscall.Close(pipe[0])

	begun := time.Now()
	pid, err := syscall.ForkExec(next.Argv[0], next.Argv, &syscall.ProcAttr{
		Dir:   next.Dir,
		Env:   next.Env,
		Files: []uintptr{uintptr(null), uintptr(pipe[1]), 2},
		Sys: &syscall.SysProcAttr{
			Chroot:     next.Root,
			Credential: &syscall.Credential{Uid: next.UID, Gid: next.UID, NoSetGroups: false},
			Pdeathsig:  syscall.SIGKILL,
		},
	})
	syscall.Close(pipe[1])
	if err != nil {
		return failed(fmt.Errorf("%s: %w", next.Argv[0], err))
	}
	done := report{ID: next.ID}
	var head []byte
	buffer := make([]byte, 1<<16)
	for {
		n, err := syscall.Read(pipe[0], buffer)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			break
		}
		if done.Bytes == 0 {
			done.FirstByte = time.Since(begun).Nanoseconds()
		}
		done.Bytes += int64(n)
		if room := headBytes - len(head); room > 0 {
			head = append(head, buffer[:min(n, room)]...)
		}
	}
	var status syscall.WaitStatus
	for {
		if _, err = syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	done.Nanoseconds = time.Since(begun).Nanoseconds()
	done.Head = string(head)
	done.Exit = status.ExitStatus()
	if err != nil {
		done.Error = err.Error()
	}
	return done
}
