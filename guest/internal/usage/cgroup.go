// Package usage reads what the kernel counted for the sandbox, from a cgroup of either version. What a kernel does
// not count is absent, never 0.
package usage

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Root is where a container finds its own cgroup.
const Root = "/sys/fs/cgroup"

// Cgroup is the sandbox's cgroup.
type Cgroup struct {
	// Version is 1, 2, or 0 where there is none to be read.
	Version int
	root    string

	mu sync.Mutex
	// open are the files that were read, which stay open: every run reads them twice.
	open map[string]*os.File
}

// maxFile is more than any of those has.
const maxFile = 4 << 10

// Open finds out which version is mounted at root.
func Open(root string) *Cgroup {
	c := &Cgroup{root: root, open: map[string]*os.File{}}
	switch {
	case exists(filepath.Join(root, "cgroup.controllers")):
		c.Version = 2
	case exists(filepath.Join(root, "memory", "memory.usage_in_bytes")):
		c.Version = 1
	}
	return c
}

// Snapshot is a reading. A nil field could not be read.
type Snapshot struct {
	CPUUser, CPUSystem *time.Duration
	PeakMemory         *int64
	PeakTasks          *int64
	OOMKills           *int64
}

// Read reads everything.
func (c *Cgroup) Read() Snapshot {
	switch c.Version {
	case 1:
		return c.readV1()
	case 2:
		return c.readV2()
	}
	return Snapshot{}
}

func (c *Cgroup) readV1() Snapshot {
	var s Snapshot
	for _, controller := range []string{"cpuacct", "cpu,cpuacct"} {
		if s.CPUUser == nil || s.CPUSystem == nil {
			s.CPUUser = times(c.number(controller+"/cpuacct.usage_user"), time.Nanosecond)
			s.CPUSystem = times(c.number(controller+"/cpuacct.usage_sys"), time.Nanosecond)
		}
	}
	s.PeakMemory = c.number("memory/memory.max_usage_in_bytes")
	s.OOMKills = c.field("memory/memory.oom_control", "oom_kill")
	return s
}

func (c *Cgroup) readV2() Snapshot {
	return Snapshot{
		CPUUser:    times(c.field("cpu.stat", "user_usec"), time.Microsecond),
		CPUSystem:  times(c.field("cpu.stat", "system_usec"), time.Microsecond),
		PeakMemory: c.number("memory.peak"),
		PeakTasks:  c.number("pids.peak"),
		OOMKills:   c.field("memory.events", "oom_kill"),
	}
}

func (c *Cgroup) number(name string) *int64 {
	return parse(strings.TrimSpace(string(c.content(name))))
}

func (c *Cgroup) field(name, key string) *int64 {
	return Field(c.content(name), key)
}

// content is nothing where a file cannot be read.
func (c *Cgroup) content(name string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	file := c.open[name]
	if file == nil {
		var err error
		if file, err = os.Open(filepath.Join(c.root, name)); err != nil {
			return nil
		}
		c.open[name] = file
	}
	content := make([]byte, maxFile)
	n, _ := file.ReadAt(content, 0)
	return content[:n]
}

// Field finds `key value` in a flat keyed file of the kernel.
func Field(content []byte, key string) *int64 {
	for len(content) > 0 {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		content = rest
		name, value, found := bytes.Cut(line, []byte(" "))
		if found && string(name) == key {
			return parse(string(value))
		}
	}
	return nil
}

func parse(text string) *int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return &value
}

func times(count *int64, unit time.Duration) *time.Duration {
	if count == nil {
		return nil
	}
	duration := time.Duration(*count) * unit
	return &duration
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
