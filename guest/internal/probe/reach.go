package probe

import "golang.org/x/sys/unix"

// ptraceSeize is PTRACE_SEIZE: it would not stop the guest.
const ptraceSeize = 0x4206

// reached is what of PID 1 this process can get at. Its arguments, environment and map are no secret, and its priority is
// a number without effect where gVisor lets it be changed.
func reached() []string {
	found := []string{}
	tried := map[string]bool{
		"its memory":            opens("/proc/1/mem", unix.O_RDONLY) || readsMemory(),
		"its files":             opens("/proc/1/fd/0", unix.O_RDONLY) || opens("/proc/1/fd/1", unix.O_WRONLY),
		"its program":           opens("/proc/1/exe", unix.O_RDONLY),
		"its place in memory":   opens("/proc/1/oom_score_adj", unix.O_WRONLY),
		"its signals":           unix.Kill(1, 0) == nil,
		"its limits":            unix.Prlimit(1, unix.RLIMIT_NOFILE, nil, &unix.Rlimit{}) == nil,
		"its every instruction": ptrace(ptraceSeize, 1) == 0,
	}
	for what, could := range tried {
		if could {
			found = append(found, what)
		}
	}
	return found
}

func opens(path string, flags int) bool {
	fd, err := unix.Open(path, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	_ = unix.Close(fd)
	return true
}

// readsMemory reads where there is nothing: who may not is told so before that.
func readsMemory() bool {
	var into byte
	local := []unix.Iovec{{Base: &into}}
	local[0].SetLen(1)
	_, err := unix.ProcessVMReadv(1, local, []unix.RemoteIovec{{Base: 8, Len: 1}}, 0)
	return err == nil || err == unix.EFAULT
}

func ptrace(request, pid uintptr) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, request, pid, 0, 0, 0, 0)
	return errno
}
