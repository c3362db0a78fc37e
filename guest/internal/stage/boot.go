package stage

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/proc"
)

// oomScore makes the kernel take code before the guest when memory runs out.
const oomScore = "500"

// Boot starts a program in a directory as a stage would become one, with limits that are still to be set. Where no code
// can live beside it, it saves a process: a stage takes a fifth of what CPython takes to boot. What it leads to has the mark.
func (l *Launcher) Boot(argv, environment []string, directory string, files [3]uintptr, mark proc.Mark) (*proc.Process, error) {
	if l.crowded.Load() {
		return l.bootByStage(&Spec{Argv: argv, Environment: environment, Root: directory}, files, mark)
	}
	var process *proc.Process
	// Whoever has the code's real user is asked whether it may execute the program.
	err := asRealUser(l.UID, func() error {
		path, failure := lookUp(argv[0], environment)
		if failure != nil {
			return failure
		}
		// Priority belongs to a thread, and what a thread starts inherits it.
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, niceness); err != nil {
			return fmt.Errorf("priority: %w", err)
		}
		var err error
		process, err = l.Reaper.Start(path, argv, &syscall.ProcAttr{
			Dir: directory, Env: environment, Files: files[:], Sys: Credential(l.UID, mark),
		}, mark)
		if err == nil {
			// Unlike a stage it owns its entries in /proc.
			_ = unix.Setfsuid(int(l.UID))
			preferVictim(process)
		}
		return err
	})
	return process, err
}

func (l *Launcher) bootByStage(spec *Spec, files [3]uintptr, mark proc.Mark) (*proc.Process, error) {
	begun, err := l.Start(files[0], files[1], files[2], mark)
	if err != nil {
		return nil, err
	}
	defer begun.Close()
	if err := begun.Become(spec, func() {}); err != nil {
		l.Reaper.Kill(begun.Process)
		return nil, err
	}
	return begun.Process, nil
}

func preferVictim(process *proc.Process) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", process.PID), []byte(oomScore), 0)
}
