package stage

import (
	"syscall"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/proc"
)

// Limits are the limits of a program; 0 leaves one alone. A stage sets its own, the guest those of a process that runs.
type Limits struct {
	// Processes is how many tasks the program's user may have.
	Processes uint64
	// OpenFiles is how many files each process may have open.
	OpenFiles uint64
}

// Limit sets the limits of a process that runs. The kernel lets a process limit others of its own real user, and
// everybody else only with a capability that the guest does not have.
func (l *Launcher) Limit(process *proc.Process, limits Limits) error {
	return l.Reaper.While(process, func() error {
		return asRealUser(l.UID, func() error {
			if err := limitOther(process.PID, unix.RLIMIT_NOFILE, limits.OpenFiles); err != nil {
				return err
			}
			return limitOther(process.PID, unix.RLIMIT_NPROC, limits.Processes)
		})
	})
}

// limitOther is setLimit for another process.
func limitOther(pid, resource int, limit uint64) error {
	if limit == 0 {
		return nil
	}
	var inherited unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &inherited); err != nil {
		return err
	}
	limit = min(limit, inherited.Max)
	return unix.Prlimit(pid, resource, &unix.Rlimit{Cur: limit, Max: limit}, nil)
}

// setLimit sets both values of a limit of this process, never above what is inherited; 0 leaves it alone.
func setLimit(resource int, limit uint64) error {
	if limit == 0 {
		return nil
	}
	var inherited syscall.Rlimit
	if err := syscall.Getrlimit(resource, &inherited); err != nil {
		return err
	}
	limit = min(limit, inherited.Max)
	// syscall's own function: it keeps Exec from restoring the limit that Go's start found.
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit})
}
