package usage

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Memory reads the cgroup's memory again and again without opening a file.
type Memory struct {
	usage, stat       *os.File
	inactive, active  string
	usageBuf, statBuf []byte
}

// OpenMemory returns nil where the cgroup cannot be read.
func (c *Cgroup) OpenMemory() *Memory {
	m := &Memory{usageBuf: make([]byte, 64), statBuf: make([]byte, 16<<10)}
	names := map[int][2]string{
		1: {"memory/memory.usage_in_bytes", "memory/memory.stat"},
		2: {"memory.current", "memory.stat"},
	}[c.Version]
	m.inactive, m.active = "inactive_file", "active_file"
	if c.Version == 1 {
		m.inactive, m.active = "total_inactive_file", "total_active_file"
	}
	var err error
	if m.usage, err = os.Open(filepath.Join(c.root, names[0])); err != nil || names[0] == "" {
		return nil
	}
	if m.stat, err = os.Open(filepath.Join(c.root, names[1])); err != nil {
		_ = m.usage.Close()
		return nil
	}
	return m
}

// Usage is everything charged to the cgroup: processes, files in memory, the kernel's own and the page cache.
func (m *Memory) Usage() (int64, bool) {
	n, _ := m.usage.ReadAt(m.usageBuf, 0)
	value, err := strconv.ParseInt(strings.TrimSpace(string(m.usageBuf[:n])), 10, 64)
	return value, err == nil
}

// FileCache is the part of Usage that the kernel takes back when it needs it. Files in tmpfs are not part of it.
func (m *Memory) FileCache() int64 {
	n, _ := m.stat.ReadAt(m.statBuf, 0)
	var sum int64
	for _, key := range []string{m.inactive, m.active} {
		if value := Field(m.statBuf[:n], key); value != nil {
			sum += *value
		}
	}
	return sum
}

// Close gives its files back.
func (m *Memory) Close() {
	_ = m.usage.Close()
	_ = m.stat.Close()
}
