package stage

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/files"
)

// niceness of code: the guest, at 0, gets the processor when it must kill.
const niceness = 10

// Main is the stage: it reads a Spec and becomes the program. It does not return.
func Main() {
	// Priority and execve belong to a thread here, so both must be done by one.
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	// From here nothing but 0, 1 and 2 goes to the program.
	_ = unix.CloseRange(specFD, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
	unix.CloseOnExec(specFD)
	unix.CloseOnExec(statusFD)

	_, _ = unix.Write(statusFD, []byte{waiting})
	in := os.NewFile(specFD, "spec")
	var spec Spec
	if err := json.NewDecoder(in).Decode(&spec); err != nil {
		// Nobody is there to be told.
		os.Exit(1)
	}
	_ = in.Close()
	word, _ := json.Marshal(become(&spec))
	_, _ = unix.Write(statusFD, word)
	os.Exit(1)
}

// become does not return when it succeeds.
func become(spec *Spec) *Failure {
	if len(spec.Argv) == 0 || spec.Argv[0] == "" {
		return other("no program is named")
	}
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, niceness); err != nil {
		return other("priority: %v", err)
	}
	if err := setLimit(unix.RLIMIT_NOFILE, spec.Limits.OpenFiles); err != nil {
		return other("limit: %v", err)
	}
	if failure := enter(spec.Root, spec.WorkingDirectory); failure != nil {
		return failure
	}
	if file := spec.MainFile; file != nil {
		if err := files.Replace(spec.Root, file.Name, file.Content); err != nil {
			return NoMainFile(err)
		}
	}
	path, failure := lookUp(spec.Argv[0], spec.Environment)
	if failure != nil {
		return failure
	}
	// Last, because the runtime of this stage may want a thread until here.
	if err := setLimit(unix.RLIMIT_NPROC, spec.Limits.Processes); err != nil {
		return other("limit: %v", err)
	}
	if _, err := unix.Write(statusFD, []byte{ready}); err != nil {
		return other("status: %v", err)
	}
	return execFailure(path, syscall.Exec(path, spec.Argv, spec.Environment))
}

func execFailure(path string, err error) *Failure {
	switch err {
	case unix.E2BIG:
		return &Failure{
			Reason:  guestv1.RunFailureReason_RUN_FAILURE_REASON_ARGUMENTS_TOO_LARGE,
			Message: "arguments and environment are larger than the kernel takes",
		}
	case unix.ENOENT:
		return notFound("%s: no such file, or the interpreter it names is missing", path)
	case unix.EACCES, unix.ENOTDIR, unix.ENOEXEC, unix.ELOOP, unix.EISDIR, unix.ENAMETOOLONG:
		return notFound("%s: %v", path, err)
	}
	return other("%s: %v", path, err)
}

// NoMainFile is the failure of a program whose main file could not be written.
func NoMainFile(err error) *Failure { return other("the main file cannot be written: %v", err) }

func other(format string, values ...any) *Failure {
	return &Failure{Reason: guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER, Message: fmt.Sprintf(format, values...)}
}

func notFound(format string, values ...any) *Failure {
	return &Failure{
		Reason:  guestv1.RunFailureReason_RUN_FAILURE_REASON_PROGRAM_NOT_FOUND,
		Message: fmt.Sprintf(format, values...),
	}
}
