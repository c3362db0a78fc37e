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

// nothingRuns asks a program which processes there are beside itself and the guest.
func nothingRuns(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	start := sandboxtest.Command("processes")
	start.KeepProcesses = true
	if got := s.Do(t, start); got.Stdout.String() != "" || got.Ended.GetExitCode() != 0 {
		t.Errorf("still there: %s %v %v", got.Stdout.String(), got.Ended, got.Failed)
	}
}

// started waits for the first output.
func started(t *testing.T, stream *sandboxtest.Stream) {
	t.Helper()
	for {
		message, err := stream.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if message.GetOutput() != nil {
			return
		}
	}
}

func TestEverythingIsKilledWhenTheProgramEnds(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, left := range [][]string{{"sleep"}, {"zeros", "-1"}, {"spin", "30"}, {"bomb"}} {
		got := s.Do(t, sandboxtest.Command(append([]string{"leave"}, left...)...))
		if got.Ended.GetExitCode() != 0 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
			t.Error(left, got.Ended)
		}
		nothingRuns(t, s)
	}
}

func TestProcessesLiveOnWhenTheyMay(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, left := range [][]string{{"sleep"}, {"zeros", "-1"}, {"fill", "2000000000"}} {
		start := sandboxtest.Command(append([]string{"leave"}, left...)...)
		start.KeepProcesses = true
		got := s.Do(t, start)
		if got.Ended.GetExitCode() != 0 || !strings.HasPrefix(strings.Trim(got.Stdout.String(), "\x00x"), "left") {
			t.Errorf("%q %v", left, got.Ended)
		}
		start = sandboxtest.Command("processes")
		start.KeepProcesses = true
		if got := s.Do(t, start); strings.Count(got.Stdout.String(), "\n") != 1 {
			t.Errorf("%q: there are %q", left, got.Stdout.String())
		}
		kill(t, s)
		nothingRuns(t, s)
	}
}

func TestTimeIsUp(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, program := range [][]string{{"sleep"}, {"spin", "60"}, {"bomb"}, {"zeros", "-1"}} {
		start := sandboxtest.Command(program...)
		start.Timeout = durationpb.New(500 * time.Millisecond)
		start.OutputBytes = 1000
		got := s.Do(t, start)
		if got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || got.Ended.GetSignal() != 9 {
			t.Error(program, got.Ended)
		}
		nothingRuns(t, s)
	}
}

func TestKillEndsWhatNobodyReads(t *testing.T) {
	s := sandboxtest.Greeted(t)
	var streams []*sandboxtest.Stream
	for range 16 {
		stream := s.Open(context.Background(), t, sandboxtest.Command("zeros", "-1"))
		started(t, stream)
		streams = append(streams, stream)
	}
	if got := s.Do(t, &guestv1.RunStart{Argv: []string{sandboxtest.Program, "echo", "17"}, OutputBytes: 10, KeepProcesses: true}); got.Stdout.String() != "17\n" {
		t.Error("a run beside 16 that nobody reads:", got.Ended, got.Failed)
	}
	kill(t, s)
	kill(t, s)
	nothingRuns(t, s)
	for _, stream := range streams {
		if got := sandboxtest.Collect(t, stream); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED {
			t.Error(got.Ended)
		}
	}
}

func TestAResetStreamEndsTheProgram(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, program := range [][]string{{"zeros", "-1"}, {"spin", "3"}} {
		ctx, cancel := context.WithCancel(context.Background())
		stream := s.Open(ctx, t, sandboxtest.Command(program...))
		started(t, stream)
		cancel()
		_ = stream.CloseRequest()
		_ = stream.CloseResponse()
		for deadline := time.Now().Add(10 * time.Second); ; {
			start := sandboxtest.Command("processes")
			start.KeepProcesses = true
			got := s.Do(t, start)
			if got.Ended.GetReason() == guestv1.EndReason_END_REASON_PROGRAM && got.Stdout.Len() == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%v still there: %s", program, got.Stdout.String())
			}
		}
	}
}

func TestCodeCannotReachTheGuest(t *testing.T) {
	s := sandboxtest.Greeted(t)
	if got := s.Do(t, sandboxtest.Command("attack")); got.Stdout.String() != "done\n" {
		t.Error(got.Stdout.String(), got.Ended)
	}
	// kill(-1) reaches no process of another user, and spares the caller.
	if got := s.Do(t, sandboxtest.Command("killall")); got.Ended.GetExitCode() != 0 {
		t.Error(got.Stdout.String(), got.Ended)
	}
}

func TestAForkBombLeavesTheGuestItsProcesses(t *testing.T) {
	s := sandboxtest.Greeted(t)
	stream := s.Open(context.Background(), t, sandboxtest.Command("bomb"))
	started(t, stream)
	for i := range 5 {
		if failure := write(t, s, file{path: fmt.Sprint("f", i), content: "x"}); failure != nil {
			t.Error(failure)
		}
	}
	kill(t, s)
	nothingRuns(t, s)
	if got := sandboxtest.Collect(t, stream); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED {
		t.Error(got.Ended)
	}
}
