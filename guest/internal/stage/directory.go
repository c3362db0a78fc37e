package stage

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// CheckDirectory says why the code's user cannot enter a directory, relative to root, or may not because it leads out of
// root. What enters it later is told to enter the same name: this is for a good answer, and keeps nobody anywhere.
func (l *Launcher) CheckDirectory(root, directory string) error {
	if !path.IsAbs(directory) {
		directory = root + "/" + directory
	}
	fd := -1
	err := AsUser(l.UID, func() (err error) {
		// The name in it takes the right to enter it.
		fd, err = unix.Open(directory+"/.", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return badDirectory(directory, err)
	}
	defer unix.Close(fd)
	where := make([]byte, unix.PathMax)
	n, err := unix.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd), where)
	if err != nil {
		return badDirectory(directory, err)
	}
	if found := string(where[:n]); found != root && !strings.HasPrefix(found, root+"/") {
		return badDirectory(directory, errOutside)
	}
	return nil
}

func badDirectory(directory string, err error) *Failure {
	reason := guestv1.RunFailureReason_RUN_FAILURE_REASON_BAD_WORKING_DIRECTORY
	if err == errOutside {
		reason = guestv1.RunFailureReason_RUN_FAILURE_REASON_WORKING_DIRECTORY_OUTSIDE
	}
	return &Failure{Reason: reason, Message: fmt.Sprintf("working directory %q: %v", directory, err)}
}
