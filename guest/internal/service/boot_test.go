package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

// waits makes a process without a hook wait.
func waits(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	if failure := boot(t, s, &guestv1.BootRequest{}); failure != "" {
		t.Fatal(failure)
	}
}

func hotCommand(arguments ...string) *guestv1.RunStart {
	start := sandboxtest.Command(arguments...)
	start.Hot = true
	return start
}

func TestWhatWaitsRunsOneProgram(t *testing.T) {
	s := sandboxtest.Greeted(t)
	if got := s.Do(t, hotCommand("echo", "cold")); got.Hot || got.Stdout.String() != "cold\n" {
		t.Error("nothing waits:", got.Ended)
	}
	waits(t, s)
	if got := s.Do(t, hotCommand("echo", "hot")); !got.Hot || got.Stdout.String() != "hot\n" {
		t.Error(got.Hot, got.Ended, got.Failed)
	}
	if got := s.Do(t, hotCommand("echo", "again")); got.Hot || got.Stdout.String() != "again\n" {
		t.Error("it ran twice:", got.Ended)
	}
	waits(t, s)
	start := hotCommand("inside")
	start.WorkingDirectory = "none"
	if got := s.Do(t, start); got.Failed.GetReason() != guestv1.RunFailureReason_RUN_FAILURE_REASON_BAD_WORKING_DIRECTORY {
		t.Error(got.Ended, got.Failed)
	}
	nothingRuns(t, s)
}

func TestOnlyOneWaitsAndNothingIsLeftOfTheOthers(t *testing.T) {
	s := sandboxtest.Greeted(t)
	there := func(want int, when string) {
		t.Helper()
		start := sandboxtest.Command("processes")
		start.KeepProcesses = true
		if got := s.Do(t, start).Stdout.String(); strings.Count(got, "\n") != want {
			t.Errorf("%s: %q", when, got)
		}
	}
	waits(t, s)
	waits(t, s)
	there(1, "booted twice")
	if got := s.Do(t, hotCommand("echo", "x")); !got.Hot {
		t.Error("a run that keeps processes ended what waits")
	}
	waits(t, s)
	if got := s.Do(t, sandboxtest.Command("processes")); got.Hot || got.Stdout.String() != "" {
		t.Error("beside a cold program:", got.Stdout.String())
	}
	there(0, "after a cold run")
	waits(t, s)
	kill(t, s)
	there(0, "killed")
	if got := s.Do(t, hotCommand("echo", "x")); got.Hot || got.Ended.GetExitCode() != 0 {
		t.Error(got.Ended, got.Failed)
	}
	waits(t, s)
	start := sandboxtest.Command("killall")
	start.KeepProcesses = true
	s.Do(t, start)
	if got := s.Do(t, hotCommand("echo", "y")); got.Hot || got.Stdout.String() != "y\n" {
		t.Error("what waited was killed by code:", got.Ended, got.Failed)
	}
}

func TestLimitsHoldForWhatWaited(t *testing.T) {
	s := sandboxtest.Greeted(t)
	waits(t, s)
	start := hotCommand("sleep")
	start.Timeout = durationpb.New(300 * time.Millisecond)
	got := s.Do(t, start)
	if !got.Hot || got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || got.Ended.GetRunTime().AsDuration() < 250*time.Millisecond {
		t.Error(got.Ended)
	}
	waits(t, s)
	start = hotCommand("zeros", "-1")
	start.OutputBytes, start.KillOnOutputLimit = 1000, true
	if got = s.Do(t, start); got.Stdout.Len() != 1000 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUTPUT_LIMIT {
		t.Error(got.Stdout.Len(), got.Ended)
	}
	waits(t, s)
	stream := s.Open(context.Background(), t, hotCommand("spin", "2"))
	started(t, stream)
	kill(t, s)
	if got := sandboxtest.Collect(t, stream); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED {
		t.Error(got.Ended)
	}
	nothingRuns(t, s)
}

func TestTheMainFileIsWrittenFirst(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Do(t, sandboxtest.Command("link", "/etc/passwd", "main"))
	for _, hot := range []bool{false, true} {
		if hot {
			waits(t, s)
		}
		start := sandboxtest.Command("show", "main")
		start.Hot = hot
		start.MainFile = &guestv1.MainFile{Path: "/sandbox/main", Content: []byte("text\x00" + strings.Repeat("x", 1<<20))}
		if got := s.Do(t, start); got.Stdout.String() != string(start.MainFile.Content) || got.Hot != hot {
			t.Error(got.Stdout.Len(), got.Ended, got.Failed)
		}
		start.Hot, start.MainFile.Content = false, nil
		if got := s.Do(t, start); got.Stdout.String() != "" || got.Ended == nil {
			t.Error("an empty one:", got.Stdout.Len(), got.Failed)
		}
	}
	got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"**"}})
	if len(got) != 1 || got[0].path != "main" || got[0].mode != 0o644 {
		t.Error("there is", got)
	}
	write(t, s, file{path: "dir/x"})
	for path, want := range map[string]string{
		"/sandbox/dir": "is a directory", "/sandbox/dir/x": "not the path", "/tmp/x": "not the path", "x": "not the path",
		"/sandbox/..": "not the path", "/sandbox/": "not the path", "/sandbox/" + strings.Repeat("x", 300): "name too long",
	} {
		start := sandboxtest.Command("echo")
		start.MainFile = &guestv1.MainFile{Path: path}
		got := s.Do(t, start)
		if got.Failed.GetReason() != guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER || !strings.Contains(got.Failed.GetMessage(), want) {
			t.Errorf("%.40s: %v", path, got.Failed)
		}
	}
	s.Do(t, sandboxtest.Command("sparse", "sparse", "10"))
	write(t, s, file{path: "huge", content: strings.Repeat("x", 16<<20-300<<10)})
	start := sandboxtest.Command("echo")
	start.MainFile = &guestv1.MainFile{Path: "/sandbox/main", Content: make([]byte, 1<<20)}
	if got := s.Do(t, start); !strings.Contains(got.Failed.GetMessage(), "no space left") {
		t.Error("a full disk:", got.Failed)
	}
}

func TestWhatCannotBootSaysWhyAndLeavesNothing(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, test := range []struct {
		hook string
		argv []string
		want string
	}{
		{"", []string{"x", "/sandbox/y"}, "without a hook"},
		{"perl", []string{"x", "/sandbox/y"}, "no hook"},
		{"python", []string{"python3"}, "must be named"},
		{"python", []string{"python3", "/etc/x"}, "not the path"},
		{"python", []string{"none", "/sandbox/main.py"}, "none is not in PATH"},
		{"python", []string{"program", "exit", "3", "/sandbox/main.py"}, "did not boot"},
		{"python", []string{"program", "show", "/sandbox/main.py"}, "wrote to standard output"},
		{"python", []string{"program", "sleep", "/sandbox/main.py"}, "within"},
	} {
		failure := boot(t, s, &guestv1.BootRequest{Hook: test.hook, Argv: test.argv, Environment: []string{"PATH=/bin"}})
		if !strings.Contains(failure, test.want) || strings.Contains(failure, "\n") {
			t.Errorf("%v: %q", test.argv, failure)
		}
	}
	if got := s.Do(t, hotCommand("processes")); got.Hot || got.Stdout.String() != "" {
		t.Error(got.Hot, got.Stdout.String())
	}
	if got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"**"}}); len(got) != 1 || got[0].failure != notFound {
		t.Error("there is", got)
	}
}
