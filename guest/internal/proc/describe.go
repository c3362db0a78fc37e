package proc

import (
	"strconv"
	"syscall"
)

// Description is what /proc/PID/status says of a process.
type Description struct {
	Mark    Mark
	UID     uint32
	Parent  int
	Threads int
	// Memory is in bytes, what no file backs.
	Memory int64
}

// Describe tells nothing of what is gone.
func Describe(pid int) (Description, bool) {
	var buffer [maxStatus]byte
	seen, there := lookAt(pid, buffer[:])
	if !there {
		return Description{}, false
	}
	number := func(name string) int64 {
		value, _ := strconv.ParseInt(string(firstWord(field(buffer[:], name))), 10, 64)
		return value
	}
	return Description{
		Mark:    seen.mark,
		UID:     owner(pid, field(buffer[:], "Uid")),
		Parent:  seen.parent,
		Threads: int(number("Threads")),
		Memory:  (number("RssAnon") + number("RssShmem") + number("VmSwap")) << 10,
	}, true
}

// owner is the real user of a process, or, where that is not shown (gVisor), whose its directory is.
func owner(pid int, users []byte) uint32 {
	if uid, err := strconv.ParseUint(string(firstWord(users)), 10, 32); err == nil {
		return uint32(uid)
	}
	var stat syscall.Stat_t
	_ = syscall.Lstat("/proc/"+strconv.Itoa(pid), &stat)
	return stat.Uid
}
