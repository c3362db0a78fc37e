package reset

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	sysvipc = "/proc/sysvipc/"
	queues  = "/dev/mqueue"
	// ipcRemove is IPC_RMID.
	ipcRemove = 0
)

// kinds are the objects of System V, each with the call that removes one.
var kinds = map[string]func(id uintptr) unix.Errno{
	"shm": func(id uintptr) unix.Errno { return call(unix.SYS_SHMCTL, id, ipcRemove, 0, 0) },
	"sem": func(id uintptr) unix.Errno { return call(unix.SYS_SEMCTL, id, 0, ipcRemove, 0) },
	"msg": func(id uintptr) unix.Errno { return call(unix.SYS_MSGCTL, id, ipcRemove, 0, 0) },
}

// removeIPC removes what outlives processes without being a file of a disk.
func removeIPC() error {
	for kind, remove := range kinds {
		for _, id := range objects(kind) {
			if errno := remove(id); errno != 0 {
				return errno
			}
		}
	}
	entries, _ := os.ReadDir(queues)
	for _, entry := range entries {
		if err := os.Remove(queues + "/" + entry.Name()); err != nil {
			return err
		}
	}
	return nil
}

// objects are the ids of one kind: the second column, below a line of titles.
func objects(kind string) []uintptr {
	content, _ := os.ReadFile(sysvipc + kind)
	var ids []uintptr
	for _, line := range bytes.Split(content, []byte("\n")) {
		fields := bytes.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if id, err := strconv.Atoi(string(fields[1])); err == nil {
			ids = append(ids, uintptr(id))
		}
	}
	return ids
}

func call(number, a, b, c, d uintptr) unix.Errno {
	_, _, errno := unix.Syscall6(number, a, b, c, d, 0, 0)
	return errno
}
