package service_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

const long = time.Hour

func exits(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	select {
	case <-s.Exited:
	case <-time.After(10 * time.Second):
		t.Fatal("it lives on")
	}
}

func relink(t *testing.T, s *sandboxtest.Sandbox, key []byte) (*sandboxtest.Sandbox, *guestv1.GreetResponse) {
	t.Helper()
	again, answer, err := s.Relink(t, key)
	if err != nil {
		t.Fatal(err)
	}
	return again, answer
}

func TestAKeptSandboxOutlivesItsLink(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	s.Do(t, sandboxtest.Shared("left", "leave", "sleep"))
	stream := s.Open(context.Background(), t, sandboxtest.Shared("running", "spin", "2"))
	started(t, stream)
	_ = s.Link.Close()
	time.Sleep(100 * time.Millisecond)
	again, answer := relink(t, s, key)
	// What ran ended with the link that it was begun on, what was left behind did not.
	again.Running(t, map[string]int{"left": 1})
	if idle := answer.GetIdle(); idle == nil || idle.AsDuration() < 50*time.Millisecond || idle.AsDuration() > 10*time.Second {
		t.Error("idle for", idle)
	}
	if got := again.Do(t, sandboxtest.Shared("next", "echo", "again")); got.Stdout.String() != "again\n" {
		t.Error(got.Ended)
	}
	if left := readLeft(t, again, "left", 0); !left.GetKnown() || !left.GetOpen() {
		t.Error(left)
	}
}

func TestANewLinkEndsTheOldOneAndItsRuns(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	stream := s.Open(context.Background(), t, sandboxtest.Shared("running", "spin", "2"))
	started(t, stream)
	second, _ := relink(t, s, key)
	second.Running(t, map[string]int{})
	if _, err := s.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{})); err == nil {
		t.Error("the old link answers")
	}
	run := second.Open(context.Background(), t, sandboxtest.Shared("second", "spin", "2"))
	started(t, run)
	third, _ := relink(t, s, key)
	third.Running(t, map[string]int{})
	if _, err := second.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{})); err == nil {
		t.Error("the second link answers")
	}
}

func TestKillSparesTheLinkThatAskedForIt(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	again, _ := relink(t, s, key)
	again.Do(t, sandboxtest.Shared("left", "leave", "spin", "5"))
	again.Running(t, map[string]int{"left": 6})
	kill(t, again)
	again.Running(t, map[string]int{})
}

func TestALaterLinkIsGreetedToo(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	again, _ := relink(t, s, key)
	if _, err := again.Hello(); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Error("greeted twice:", err)
	}
}

func TestASilentHostLosesOnlyItsLink(t *testing.T) {
	s := sandboxtest.New(t)
	request := &guestv1.GreetRequest{ProtocolVersions: []int32{1}, CodeUid: 30000, SilenceTimeout: durationpb.New(200 * time.Millisecond)}
	if _, code := greet(s, request); code != 0 {
		t.Fatal(code)
	}
	key := s.Kept(t, long, long)
	time.Sleep(500 * time.Millisecond)
	if _, err := s.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{})); err == nil {
		t.Error("the link lives on")
	}
	relink(t, s, key)
}

func TestALeaseRunsOut(t *testing.T) {
	t.Run("with nobody there", func(t *testing.T) {
		s := sandboxtest.Greeted(t)
		s.Kept(t, time.Second, long)
		s.Do(t, sandboxtest.Shared("left", "leave", "sleep"))
		_ = s.Link.Close()
		exits(t, s)
	})
	t.Run("in the middle of a run", func(t *testing.T) {
		s := sandboxtest.Greeted(t)
		s.Kept(t, time.Second, long)
		s.Open(context.Background(), t, sandboxtest.Shared("runs", "sleep"))
		exits(t, s)
	})
	t.Run("and can be changed", func(t *testing.T) {
		s := sandboxtest.Greeted(t)
		s.Kept(t, 300*time.Millisecond, long)
		s.Kept(t, long, long)
		time.Sleep(500 * time.Millisecond)
		s.Running(t, map[string]int{})
		s.Kept(t, 100*time.Millisecond, long)
		exits(t, s)
	})
}

func TestAnIdleSandboxEnds(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Kept(t, long, 500*time.Millisecond)
	// A call that is under way is use, however long it takes.
	start := sandboxtest.Shared("runs", "sleep")
	start.Timeout = durationpb.New(time.Second)
	if got := s.Do(t, start); got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT {
		t.Error(got.Ended)
	}
	s.Do(t, sandboxtest.Shared("left", "leave", "sleep"))
	// To look at it is none, nor is what was left behind.
	for range 40 {
		if _, err := s.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{})); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	exits(t, s)
}

func TestALeaseIsWhole(t *testing.T) {
	s := sandboxtest.Greeted(t)
	hour := durationpb.New(time.Hour)
	for name, request := range map[string]*guestv1.KeepRequest{
		"no key":       {Lifetime: hour, IdleTimeout: hour},
		"a short key":  {Lifetime: hour, IdleTimeout: hour, Key: make([]byte, 31)},
		"no lifetime":  {IdleTimeout: hour, Key: make([]byte, 32)},
		"no idle time": {Lifetime: hour, Key: make([]byte, 32)},
	} {
		if _, err := s.Keep(context.Background(), connect.NewRequest(request)); connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Error(name, err)
		}
	}
	// It is not kept then: the end of the test, which is the end of the link, is its end.
}

func TestAnIdleSandboxIsHardlyAwake(t *testing.T) {
	s := heldToMemory(t)
	s.Do(t, sandboxtest.Shared("left", "leave", "sleep"))
	time.Sleep(3 * time.Second)
	const seconds = 4
	before := switches(t, s.PID)
	time.Sleep(seconds * time.Second)
	if each := (switches(t, s.PID) - before) / seconds; each > 25 {
		t.Errorf("%d context switches a second", each)
	}
	// It is held to its memory all the same, what begins to run more closely.
	s.kernel.set("memory.current", "1000000000")
	s.Running(t, map[string]int{})
	s.kernel.set("memory.current", "10000000")
	time.Sleep(2 * time.Second)
	runs := s.Open(context.Background(), t, sandboxtest.Shared("runs", "hog", "20"))
	started(t, runs)
	begun := time.Now()
	s.kernel.set("memory.current", "1000000000")
	got := sandboxtest.Collect(t, runs)
	if took := time.Since(begun); got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUT_OF_MEMORY || took > 500*time.Millisecond {
		t.Error(got.Ended, took)
	}
}

// switches is how often the threads of a process were switched to something else.
func switches(t *testing.T, pid int) int {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(files) == 0 {
		t.Fatal("no threads of", pid, err)
	}
	sum := 0
	for _, file := range files {
		content, _ := os.ReadFile(file)
		for line := range strings.Lines(string(content)) {
			if name, value, _ := strings.Cut(line, ":"); strings.HasSuffix(name, "ctxt_switches") {
				count, _ := strconv.Atoi(strings.TrimSpace(value))
				sum += count
			}
		}
	}
	return sum
}

// held is a kept sandbox whose memory the test makes up.
type held struct {
	*sandboxtest.Sandbox
	kernel cgroup
}

func heldToMemory(t *testing.T) *held {
	s := sandboxtest.New(t)
	kernel := cgroup{t, s.Root}
	kernel.set("cgroup.controllers", "memory")
	kernel.set("memory.current", "10000000")
	kernel.set("memory.stat", "active_file 0\ninactive_file 0\n")
	kernel.set("memory.events", "oom_kill 0\n")
	if _, err := s.Hello(); err != nil {
		t.Fatal(err)
	}
	s.Kept(t, long, long)
	return &held{s, kernel}
}

func TestAKeptSandboxIsHeldToItsMemory(t *testing.T) {
	s := heldToMemory(t)
	s.Do(t, sandboxtest.Shared("left", "leave", "hog", "30"))
	runs := s.Open(context.Background(), t, sandboxtest.Shared("runs", "hog", "20"))
	started(t, runs)
	s.Running(t, map[string]int{"left": 1, "runs": 1})
	// The largest first: what was left behind just dies.
	s.kernel.set("memory.current", "1000000000")
	s.Running(t, map[string]int{})
	s.kernel.set("memory.current", "10000000")
	if got := sandboxtest.Collect(t, runs); got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUT_OF_MEMORY {
		t.Error(got.Ended)
	}
}
