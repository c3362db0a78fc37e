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
	mark   Mark
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
		mark:    markIn(field(status, "Groups"), field(status, "Gid")),
		parent:  parent,
		dead:    state == 'X' || state == 'Z' && threads <= 1,
		stopped: state == 'T',
		// What starts another and waits for that to be a program cannot be interrupted (D), and does nothing else.
		moving: state == 'R' || state == 'S' || state == 'Z' && threads > 1,
	}, true
}

// field is the value of a line. What comes last is the kernel's: a name of a process, in the first line, may look like
// one where line breaks in it are not written as \n (gVisor).
func field(status []byte, name string) []byte {
	line := []byte("\n" + name + ":")
	at := bytes.LastIndex(status, line)
	if at < 0 {
		return nil
	}
	value, _, _ := bytes.Cut(status[at+len(line):], []byte("\n"))
	return bytes.TrimSpace(value)
}

func firstOf(value []byte) byte {
	if len(value) == 0 {
		return 0
	}
	return value[0]
}

func firstWord(value []byte) []byte {
	word, _, _ := bytes.Cut(bytes.TrimSpace(value), []byte("\t"))
	word, _, _ = bytes.Cut(word, []byte(" "))
	return word
}

// markIn is the mark among groups; a process whose own group could be one has that too.
func markIn(groups, own []byte) Mark {
	own = firstWord(own)
	for group := range bytes.FieldsSeq(groups) {
		if gid, err := strconv.ParseUint(string(group), 10, 32); err == nil && isMark(gid) && !bytes.Equal(group, own) {
			return Mark(gid)
		}
	}
	return Unmarked
}

// PIDs are all processes but this one, those with the highest pid first: what started last is looked at first.
func PIDs() []int {
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
