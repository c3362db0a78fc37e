package proc

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	// initVariable makes the test binary PID 1 of new namespaces, and says what it does there.
	initVariable = "ISOL8_TEST_INIT"
	// codeVariable makes it code, and says which.
	codeVariable = "ISOL8_TEST_CODE"
	codeUser     = 30000
)

func init() {
	if os.Getenv(codeVariable) != "" {
		// Code begins on the first thread, and may want to know which it is.
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if code := os.Getenv(codeVariable); code != "" {
		programs[code]()
	}
	if name := os.Getenv(initVariable); name != "" {
		err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		if err == nil {
			err = unix.Mount("proc", "/proc", "proc", 0, "")
		}
		if err == nil {
			err = inits[name](NewReaper())
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// asInit runs one of inits as PID 1.
func asInit(t *testing.T, name string) {
	t.Helper()
	command := exec.Command("/proc/self/exe")
	command.Env = []string{initVariable + "=" + name}
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	said, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, said)
	}
	t.Logf("%s", said)
}

// startCode starts a program as code, with a mark and a limit of processes.
func startCode(r *Reaper, mark Mark, argv []string, environment ...string) (*Process, error) {
	// A limit is inherited by what is started.
	limit := syscall.Rlimit{Cur: 128, Max: 128}
	if err := syscall.Setrlimit(unix.RLIMIT_NPROC, &limit); err != nil {
		return nil, err
	}
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return r.Start(argv[0], argv, &syscall.ProcAttr{
		Dir: "/", Env: environment, Files: []uintptr{null.Fd(), null.Fd(), null.Fd()},
		Sys: &syscall.SysProcAttr{
			Setsid:     true,
			Credential: &syscall.Credential{Uid: codeUser, Gid: codeUser, Groups: []uint32{codeUser, uint32(mark)}},
		},
	}, mark)
}
