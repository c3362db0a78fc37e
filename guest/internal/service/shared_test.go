package service_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func killRun(t *testing.T, s *sandboxtest.Sandbox, id string) {
	t.Helper()
	if _, err := s.Kill(context.Background(), connect.NewRequest(&guestv1.KillRequest{RunId: id})); err != nil {
		t.Fatal(err)
	}
}

func TestASharedRunEndsWithWhatItStartedAndNothingElse(t *testing.T) {
	s := sandboxtest.Greeted(t)
	waits(t, s)
	other := s.Open(context.Background(), t, sandboxtest.Shared("other", "leave", "sleep"))
	if got := sandboxtest.Collect(t, other); got.Ended.GetExitCode() != 0 {
		t.Fatal(got.Ended)
	}
	// One waits, and one is the other's.
	beside := map[string]int{"": 1, "other": 1}
	s.Running(t, beside)
	for i, end := range []struct {
		program []string
		how     func(*guestv1.RunStart)
		reason  guestv1.EndReason
	}{
		{[]string{"daemon", "sleep"}, func(s *guestv1.RunStart) { s.KeepProcesses = false }, guestv1.EndReason_END_REASON_PROGRAM},
		{[]string{"spin", "10"}, func(s *guestv1.RunStart) { s.Timeout = durationpb.New(300 * time.Millisecond) }, guestv1.EndReason_END_REASON_TIMEOUT},
		{[]string{"bomb"}, func(s *guestv1.RunStart) { s.Timeout = durationpb.New(300 * time.Millisecond) }, guestv1.EndReason_END_REASON_TIMEOUT},
		{[]string{"zeros", "-1"}, func(s *guestv1.RunStart) { s.KillOnOutputLimit, s.OutputBytes = true, 1000 }, guestv1.EndReason_END_REASON_OUTPUT_LIMIT},
	} {
		start := sandboxtest.Shared(fmt.Sprint(i), end.program...)
		end.how(start)
		got := s.Do(t, start)
		if got.Ended.GetReason() != end.reason || got.Ended.GetUsage().PeakMemoryBytes != nil || got.Ended.GetUsage().PeakProcesses != nil {
			t.Error(end.program, got.Ended)
		}
		s.Running(t, beside)
	}
	if got := s.Do(t, hotCommand("echo", "hot")); !got.Hot {
		t.Error("what waited was disturbed:", got.Ended)
	}
}

func TestOneOfSeveralRunsIsKilled(t *testing.T) {
	s := sandboxtest.Greeted(t)
	streams := map[string]*sandboxtest.Stream{}
	for _, id := range []string{"one", "two", "three"} {
		streams[id] = s.Open(context.Background(), t, sandboxtest.Shared(id, "spin", "2"))
		started(t, streams[id])
	}
	s.Running(t, map[string]int{"one": 3, "two": 3, "three": 3})
	killRun(t, s, "two")
	s.Running(t, map[string]int{"one": 3, "three": 3})
	if got := sandboxtest.Collect(t, streams["two"]); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED || got.Ended.GetSignal() != 9 {
		t.Error(got.Ended)
	}
	killRun(t, s, "two")
	killRun(t, s, "never")
	kill(t, s)
	s.Running(t, map[string]int{})
	for _, id := range []string{"one", "three"} {
		if got := sandboxtest.Collect(t, streams[id]); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED {
			t.Error(id, got.Ended)
		}
	}
}

func TestWhatARunLeftBehindIsKilledByItsName(t *testing.T) {
	s := sandboxtest.Greeted(t)
	for _, id := range []string{"one", "two"} {
		if got := s.Do(t, sandboxtest.Shared(id, "daemon", "sleep")); got.Ended.GetExitCode() != 0 {
			t.Fatal(got.Ended)
		}
	}
	s.Running(t, map[string]int{"one": 1, "two": 1})
	killRun(t, s, "one")
	s.Running(t, map[string]int{"two": 1})
}

func TestAResetStreamEndsASharedRunAlone(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Do(t, sandboxtest.Shared("other", "leave", "sleep"))
	ctx, cancel := context.WithCancel(context.Background())
	stream := s.Open(ctx, t, sandboxtest.Shared("one", "spin", "3"))
	started(t, stream)
	cancel()
	_ = stream.CloseResponse()
	s.Running(t, map[string]int{"other": 1})
}

func TestTheRunThatTakesWhatWaitsTakesItsMark(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Kept(t, time.Minute, time.Minute)
	waits(t, s)
	start := sandboxtest.Shared("hot", "spin", "2")
	start.Hot = true
	stream := s.Open(context.Background(), t, start)
	started(t, stream)
	s.Running(t, map[string]int{"hot": 3})
	killRun(t, s, "hot")
	s.Running(t, map[string]int{})
	if got := sandboxtest.Collect(t, stream); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED {
		t.Error(got.Ended)
	}
}

func TestASignalReachesTheMainProcessOfARun(t *testing.T) {
	s := sandboxtest.Greeted(t)
	signal := func(id string, number int32) error {
		_, err := s.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{RunId: id, Signal: number}))
		return err
	}
	stream := s.Open(context.Background(), t, sandboxtest.Shared("one", "spin", "0"))
	started(t, stream)
	if err := signal("one", 15); err != nil {
		t.Error(err)
	}
	if got := sandboxtest.Collect(t, stream); got.Ended.GetSignal() != 15 || got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
		t.Error(got.Ended)
	}
	if err := signal("one", 15); err != nil {
		t.Error("a run that has ended:", err)
	}
	for _, number := range []int32{0, -1, 65} {
		if err := signal("one", number); connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Error(number, err)
		}
	}
}

func TestCodeThatStopsWhatIsAboutToStartHoldsNobodyElseUp(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Kept(t, time.Minute, time.Minute)
	halting := s.Open(context.Background(), t, sandboxtest.Shared("halt", "halt"))
	started(t, halting)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for i := range 10 {
			start := sandboxtest.Shared(fmt.Sprint(i), "echo")
			start.Timeout = durationpb.New(200 * time.Millisecond)
			s.Do(t, start)
		}
	}()
	for ended := false; !ended; {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		if _, err := s.Inspect(ctx, connect.NewRequest(&guestv1.InspectRequest{})); err != nil {
			t.Fatal("the guest stands still:", err)
		}
		cancel()
		select {
		case <-over:
			ended = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	killRun(t, s, "halt")
	if got := s.Do(t, sandboxtest.Shared("after", "echo", "after")); got.Stdout.String() != "after\n" {
		t.Error(got.Stdout.String(), got.Ended, got.Failed)
	}
}
