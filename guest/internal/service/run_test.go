package service_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func TestARunEndsAsItsProgramDoes(t *testing.T) {
	s := sandboxtest.Greeted(t)
	result := s.Do(t, sandboxtest.Command("echo", "hello"))
	if result.Stdout.String() != "hello\n" || result.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
		t.Fatalf("%q %q %v %v", result.Stdout.String(), result.Stderr.String(), result.Ended, result.Failed)
	}
	for _, code := range []int32{0, 1, 7, 137, 255} {
		result := s.Do(t, sandboxtest.Command("exit", fmt.Sprint(code)))
		if ended := result.Ended; ended.GetExitCode() != code || ended.GetStatus() == nil || ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
			t.Error(code, ended)
		}
	}
	for _, signal := range []int32{1, 9, 15} {
		result := s.Do(t, sandboxtest.Command("raise", fmt.Sprint(signal)))
		if ended := result.Ended; ended.GetSignal() != signal || ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
			t.Error(signal, ended)
		}
	}
}

func TestAProgramFindsItselfAsAPlainProcess(t *testing.T) {
	t.Run("usually", func(t *testing.T) { findsItself(t, sandboxtest.Greeted(t)) })
	t.Run("in gVisor", func(t *testing.T) { findsItself(t, sandboxtest.AsInGVisor(t)) })
}

func findsItself(t *testing.T, s *sandboxtest.Sandbox) {
	status := s.Do(t, sandboxtest.Command("show", "/proc/self/status")).Stdout.String()
	for _, want := range []string{
		"SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
		"NoNewPrivs:\t1", "Uid:\t30000\t30000\t30000\t30000", "Gid:\t30000\t30000\t30000\t30000", "Groups:\t30000",
	} {
		if !strings.Contains(status, want) {
			t.Errorf("no %q in\n%s", want, status)
		}
	}
	if got := s.Do(t, sandboxtest.Command("list")).Stdout.String(); got != "0 1 2 " {
		t.Error("open descriptors:", got)
	}
	if got := s.Do(t, sandboxtest.Command("inside")).Stdout.String(); got != "/sandbox 30000 30000 [30000] 18\n" {
		t.Error(got)
	}
	limits := s.Do(t, sandboxtest.Command("show", "/proc/self/limits")).Stdout.String()
	for _, want := range []string{"processes 100 100", "open files 128 128", "core file size 0 0"} {
		if !strings.Contains(strings.Join(strings.Fields(limits), " "), want) {
			t.Errorf("no %q in\n%s", want, limits)
		}
	}
	if got := s.Do(t, sandboxtest.Command("show", "/proc/self/oom_score_adj")).Stdout.String(); got != "500\n" {
		t.Error("oom_score_adj", got)
	}
	fields := strings.Fields(s.Do(t, sandboxtest.Command("show", "/proc/self/stat")).Stdout.String())
	if fields[0] != fields[5] || fields[18] != "10" {
		t.Error("not a session of its own at nice 10:", fields)
	}
	if got := s.Do(t, sandboxtest.Command("stderr")); got.Stderr.String() != "by name\n" {
		t.Error("standard error by its name:", got.Stdout.String())
	}
}

func TestAProgramThatCannotStartSaysWhy(t *testing.T) {
	s := sandboxtest.Greeted(t)
	write(t, s, file{path: "plain", content: "x"}, file{path: "dir/x"}, file{path: "text", mode: 0o755, content: "no program"})
	s.Do(t, sandboxtest.Command("link", "/", "out"))
	s.Do(t, sandboxtest.Command("link", "dir", "in"))
	for _, test := range []struct {
		directory string
		argv      []string
		want      guestv1.RunFailureReason
	}{
		{"", []string{"/none"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_PROGRAM_NOT_FOUND},
		{"", []string{"none"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_PROGRAM_NOT_FOUND},
		{"", []string{"./plain"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_PROGRAM_NOT_FOUND},
		{"", []string{"./text"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_PROGRAM_NOT_FOUND},
		{"", []string{"program", "echo", strings.Repeat("x", 200_000)}, guestv1.RunFailureReason_RUN_FAILURE_REASON_ARGUMENTS_TOO_LARGE},
		{"", nil, guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER},
		{"none", []string{"program", "echo"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_BAD_WORKING_DIRECTORY},
		{"plain", []string{"program", "echo"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_BAD_WORKING_DIRECTORY},
		{"out", []string{"program", "echo"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_WORKING_DIRECTORY_OUTSIDE},
		{"..", []string{"program", "echo"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_WORKING_DIRECTORY_OUTSIDE},
		{"/tmp", []string{"program", "echo"}, guestv1.RunFailureReason_RUN_FAILURE_REASON_WORKING_DIRECTORY_OUTSIDE},
		{"in", []string{"program", "echo"}, 0},
		{"/sandbox/dir", []string{"program", "echo"}, 0},
	} {
		start := sandboxtest.Command()
		start.Argv, start.WorkingDirectory = test.argv, test.directory
		if result := s.Do(t, start); result.Failed.GetReason() != test.want {
			t.Errorf("%q in %q: %v", test.argv[:min(1, len(test.argv))], test.directory, result.Failed)
		}
	}
}

func TestInputReachesTheProgramOrNobody(t *testing.T) {
	s := sandboxtest.Greeted(t)
	input := bytes.Repeat([]byte("0123456789abcdef"), 10<<16)
	if got := s.Do(t, sandboxtest.Command("cat"), input...); !bytes.Equal(got.Stdout.Bytes(), input) {
		t.Errorf("%d of %d bytes came back", got.Stdout.Len(), len(input))
	}
	if got := s.Do(t, sandboxtest.Command("exit", "3"), input...); got.Ended.GetExitCode() != 3 {
		t.Error(got.Ended)
	}
	start := sandboxtest.Command("sleep")
	start.Timeout = durationpb.New(300 * time.Millisecond)
	if got := s.Do(t, start, input...); got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT {
		t.Error(got.Ended)
	}
}

func TestOutputIsCutExactly(t *testing.T) {
	s := sandboxtest.Greeted(t)
	start := sandboxtest.Command("zeros", "50000000")
	start.OutputBytes = 1_000_001
	got := s.Do(t, start)
	if got.Stdout.Len() != 1_000_001 || got.Ended.GetStdout().GetTotalBytes() != 50_000_000 || got.Ended.GetStdout().GetDroppedBytes() != 50_000_000-1_000_001 {
		t.Error(got.Stdout.Len(), got.Ended)
	}
	start = sandboxtest.Command("zeros", "-1")
	start.OutputBytes, start.KillOnOutputLimit = 1000, true
	got = s.Do(t, start)
	if got.Stdout.Len() != 1000 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUTPUT_LIMIT || got.Ended.GetSignal() != 9 {
		t.Error(got.Stdout.Len(), got.Ended)
	}
	start = sandboxtest.Command("zeros", "1000")
	start.OutputBytes, start.KillOnOutputLimit = 1000, true
	if got = s.Do(t, start); got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || got.Stdout.Len() != 1000 {
		t.Error("output that just fits:", got.Ended)
	}
	if got = s.Do(t, sandboxtest.Command("fill", "100000")); got.Stdout.Len() != 100_000 {
		t.Error(got.Stdout.Len())
	}
}

func kill(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := s.Kill(ctx, connect.NewRequest(&guestv1.KillRequest{})); err != nil {
		t.Fatal("kill:", err)
	}
}
