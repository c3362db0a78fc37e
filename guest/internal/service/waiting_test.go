package service_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

var interpreters = []*interpreter{python, node, bun, deno}

// forEach runs a test in a sandbox of each interpreter.
func forEach(t *testing.T, test func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox)) {
	for _, i := range interpreters {
		t.Run(i.hook, func(t *testing.T) { test(t, i, sandboxtest.Container(t, i.image)) })
	}
}

// shell is a cold run of a command that leaves what waits alone.
func shell(t *testing.T, s *sandboxtest.Sandbox, command string) string {
	t.Helper()
	start := sandboxtest.Command()
	start.Argv = []string{"/bin/sh", "-c", command}
	start.KeepProcesses = true
	got := s.Do(t, start)
	if got.Failed != nil {
		t.Fatal(got.Failed)
	}
	return got.Stdout.String()
}

// interpretersThere lists the processes but PID 1 and the one that looks.
func interpretersThere(t *testing.T, s *sandboxtest.Sandbox) string {
	t.Helper()
	return shell(t, s, `for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] || tr '\0' ' ' < $p/cmdline; done`)
}

const hello = "console.log('hello')"

func (i *interpreter) hello() string {
	if i == python {
		return "print('hello')"
	}
	return hello
}

func TestWhatWaitsIsOnlyTheInterpreter(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		i.boot(t, s)
		if got := shell(t, s, "ls -A /sandbox"); got != "" {
			t.Errorf("in /sandbox there is %q", got)
		}
		i.boot(t, s)
		if got := interpretersThere(t, s); strings.Count(got, i.main) != 1 {
			t.Errorf("%q", got)
		}
		if got := shell(t, s, "echo x > /run/isol8/hooks/x; echo x >> /run/isol8/hooks/*.*; cat /run/isol8/hooks/x; echo $?"); got != "1\n" {
			t.Errorf("the hooks can be written: %q", got)
		}
		if got := s.Do(t, i.start(i.hello())); !got.Hot || got.Stdout.String() != "hello\n" {
			t.Error(got.Hot, got.Stdout.String(), got.Ended, got.Failed)
		}
		if got := interpretersThere(t, s); got != "" {
			t.Error("left:", got)
		}
		if got := shell(t, s, "cat "+i.path()+"; ls -ln | tail -n 1"); !strings.HasPrefix(got, i.hello()+"-rw-r--r-- 1 30000 30000") {
			t.Error(got)
		}
	})
}

func TestTheMainFileOfWhatWaitsReplacesWhatIsThere(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		for _, test := range []struct{ before, want string }{
			{"echo 'boo' > " + i.path(), ""},
			{"chmod 0 " + i.path(), ""},
			{"ln -sf /etc/passwd " + i.path(), ""},
			{"rm " + i.path() + "; mkfifo " + i.path(), ""},
			{"rm " + i.path() + "; mkdir " + i.path(), "is a directory"},
			{"head -c 16776192 /dev/zero > /sandbox/full", "no space left on device"},
		} {
			i.boot(t, s)
			shell(t, s, test.before)
			program := i.hello()
			if test.want == "no space left on device" {
				program += "\n" + strings.Repeat(" ", 100<<10)
			}
			got := s.Do(t, i.start(program))
			if test.want == "" && (!got.Hot || got.Stdout.String() != "hello\n") {
				t.Error(test.before, got.Hot, got.Stderr.String(), got.Ended, got.Failed)
			}
			if test.want != "" && got.Failed.GetMessage() != "the main file cannot be written: "+test.want {
				t.Error(test.before, got.Ended, got.Failed)
			}
			if got := interpretersThere(t, s); got != "" {
				t.Error("left:", got)
			}
			shell(t, s, "[ ! -d "+i.path()+" ] || rmdir "+i.path())
		}
	})
}

func TestWhatWaitsMayDieOrHang(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		for _, signal := range []string{"KILL", "STOP"} {
			i.boot(t, s)
			shell(t, s, "kill -"+signal+" -1")
			got := s.Do(t, i.start(i.hello()))
			if got.Hot || got.Stdout.String() != "hello\n" {
				t.Error(signal, got.Hot, got.Stdout.String(), got.Ended, got.Failed)
			}
		}
		i.boot(t, s)
		shell(t, s, "kill -STOP -1")
		start := i.start(i.hello())
		start.Timeout = durationpb.New(300 * time.Millisecond)
		if got := s.Do(t, start); got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT {
			t.Error(got.Ended, got.Failed)
		}
		i.boot(t, s)
		kill(t, s)
		if got := s.Do(t, i.start(i.hello())); got.Hot || got.Stdout.String() != "hello\n" {
			t.Error("after Kill:", got.Hot, got.Ended, got.Failed)
		}
		nothingIsThere(t, s)
	})
}

func nothingIsThere(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	if got := interpretersThere(t, s); got != "" {
		t.Error("still there:", got)
	}
}

func TestWhatWaitsIsForOneProgramOnly(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		for name, change := range map[string]func(*guestv1.RunStart){
			"another program":           func(start *guestv1.RunStart) { start.Argv = []string{"/bin/echo", "hello"} },
			"another option":            func(start *guestv1.RunStart) { start.Argv = append([]string{"env"}, start.Argv...) },
			"another working directory": func(start *guestv1.RunStart) { start.WorkingDirectory = "dir" },
			"a large argument":          func(start *guestv1.RunStart) { start.Argv = append(start.Argv, strings.Repeat("x", 100_000)) },
			"not hot":                   func(start *guestv1.RunStart) { start.Hot = false },
		} {
			shell(t, s, "mkdir -p dir")
			i.boot(t, s)
			start := i.start(i.hello())
			change(start)
			if got := s.Do(t, start); got.Hot || got.Stdout.String() != "hello\n" {
				t.Error(name, got.Hot, got.Stdout.String(), got.Stderr.String(), got.Ended, got.Failed)
			}
			nothingIsThere(t, s)
		}
		i.boot(t, s)
		start := i.start(i.hello())
		start.WorkingDirectory = "/sandbox"
		if got := s.Do(t, start); !got.Hot || got.Stdout.String() != "hello\n" {
			t.Error("in the root:", got.Hot, got.Failed)
		}
	})
}

func TestOnlyTheProgramIsMeasured(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		i.boot(t, s)
		shell(t, s, "sleep 0.5")
		got := s.Do(t, i.start(i.hello()))
		if took := got.Ended.GetRunTime().AsDuration(); took > 400*time.Millisecond || took <= 0 || !got.Hot {
			t.Error("run time", took)
		}
		i.boot(t, s)
		sleep := map[bool]string{true: "import time\ntime.sleep(60)", false: "setTimeout(() => {}, 60000)"}[i == python]
		start := i.start(sleep)
		start.Timeout = durationpb.New(300 * time.Millisecond)
		if got := s.Do(t, start); !got.Hot || got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT {
			t.Error(got.Hot, got.Ended)
		}
		i.boot(t, s)
		start = i.start(map[bool]string{true: "while True: print('x' * 100)", false: "for (;;) console.log('x'.repeat(100))"}[i == python])
		start.OutputBytes, start.KillOnOutputLimit = 1000, true
		if got := s.Do(t, start); !got.Hot || got.Stdout.Len() != 1000 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUTPUT_LIMIT {
			t.Error(got.Hot, got.Stdout.Len(), got.Ended)
		}
		nothingIsThere(t, s)
	})
}

func TestTheNextProgramWaitsWhileNothingIsLost(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		for n := range 3 {
			// The main file of the last one is there meanwhile, and stays until the next one comes.
			i.boot(t, s)
			if got := shell(t, s, "cat "+i.path()+" 2>/dev/null"); n > 0 && got != i.hello() {
				t.Error("it was lost:", got)
			}
			if got := s.Do(t, i.start(i.hello())); !got.Hot || got.Stdout.String() != "hello\n" {
				t.Error(n, got.Hot, got.Stdout.String(), got.Failed)
			}
		}
	})
}

func TestABootThatIsGivenUpLeavesNothing(t *testing.T) {
	forEach(t, func(t *testing.T, i *interpreter, s *sandboxtest.Sandbox) {
		for _, failure := range []string{
			boot(t, s, &guestv1.BootRequest{Hook: i.hook, Argv: []string{"none", i.path()}, Environment: i.bootEnvironment()}),
			boot(t, s, &guestv1.BootRequest{Hook: i.hook, Argv: []string{"/bin/false", i.path()}, Environment: i.bootEnvironment()}),
		} {
			if failure == "" {
				t.Error("something booted")
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 20 {
				kill(t, s)
			}
		}()
		for range 5 {
			boot(t, s, &guestv1.BootRequest{Hook: i.hook, Argv: i.bootArgv(), Environment: i.bootEnvironment()})
		}
		<-done
		kill(t, s)
		nothingIsThere(t, s)
		if got := shell(t, s, "ls -A /sandbox"); got != "" {
			t.Errorf("there is %q", got)
		}
	})
}

func TestAProgramMayReadItsInputWhileItWaits(t *testing.T) {
	s := sandboxtest.Container(t, python.image)
	python.boot(t, s)
	stream := s.Open(context.Background(), t, python.start("for line in iter(input, 'end'):\n    print(line * 2)"))
	for n := range 3 {
		line := fmt.Sprintf("line %d\n", n)
		if err := stream.Send(&guestv1.RunRequest{Part: &guestv1.RunRequest_Stdin{Stdin: []byte(line)}}); err != nil {
			t.Fatal(err)
		}
		started(t, stream)
	}
	_ = stream.Send(&guestv1.RunRequest{Part: &guestv1.RunRequest_Stdin{Stdin: []byte("end\n")}})
	_ = stream.CloseRequest()
	if got := sandboxtest.Collect(t, stream); got.Ended.GetExitCode() != 0 {
		t.Error(got.Ended)
	}
}
