package proc

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// maxStatus is what is read of /proc/PID/status: more than comes before its last line of interest.
const maxStatus = 4 << 10

// look is what /proc/PID/status says of a process.
type look struct {
	// groups are all of its supplementary groups.
	groups []byte
	parent int
	// dead is set when it was not waited for, and no thread of it runs.
	dead bool
	// stopped is set when somebody stopped it.
	stopped bool
	// moving is set when it runs, or will when what it waits for comes.
	moving bool
}

// lookAt tells nothing of what is gone.
func lookAt(pid int, buffer []byte) (look, bool) {
	file, err := syscall.Open("/proc/"+strconv.Itoa(pid)+"/status", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return look{}, false
	}
	n, err := syscall.Read(file, buffer)
	_ = syscall.Close(file)
	if err != nil || n <= 0 {
		return look{}, false
	}
	status := buffer[:n]
	parent, _ := strconv.Atoi(string(field(status, "PPid")))
	state := firstOf(field(status, "State"))
	// The first thread of a process may end before the others: it is a zombie then, and the process is none.
	threads, _ := strconv.Atoi(string(field(status, "Threads")))
	return look{
		groups:  field(status, "Groups"),
		parent:  parent,
		dead:    state == 'X' || state == 'Z' && threads <= 1,
		stopped: state == 'T',
		// What starts another and waits for that to be a program cannot be interrupted (D), and does nothing else.
		moving: state == 'R' || state == 'S' || state == 'Z' && threads > 1,
	}, true
}

// field is the value of a line. No name of a process can look like one: the kernel writes its line breaks as \n.
func field(status []byte, name string) []byte {
	_, after, _ := bytes.Cut(status, []byte("\n"+name+":"))
	value, _, _ := bytes.Cut(after, []byte("\n"))
	return bytes.TrimSpace(value)
}

func firstOf(value []byte) byte {
	if len(value) == 0 {
		return 0
	}
	return value[0]
}

// has tells whether a mark is among the groups.
func (l look) has(mark Mark) bool {
	for group := range bytes.FieldsSeq(l.groups) {
		if gid, err := strconv.ParseUint(string(group), 10, 32); err == nil && Mark(gid) == mark {
			return true
		}
	}
	return false
}

// pids are all processes but this one, those with the highest pid first: what started last is looked at first.
func pids() []int {
	directory, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer directory.Close()
	names, _ := directory.Readdirnames(-1)
	var found []int
	for i := len(names) - 1; i >= 0; i-- {
		if pid, err := strconv.Atoi(names[i]); err == nil && pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}
