package service_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func readLeft(t *testing.T, s *sandboxtest.Sandbox, id string, stdout int64) *guestv1.ReadLeftResponse {
	t.Helper()
	answer, err := s.ReadLeft(context.Background(), connect.NewRequest(&guestv1.ReadLeftRequest{RunId: id, StdoutOffset: stdout}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

func TestWhatIsWrittenAfterARunCanBeRead(t *testing.T) {
	s := sandboxtest.Greeted(t)
	got := s.Do(t, sandboxtest.Shared("one", "leave", "later", "200"))
	var read bytes.Buffer
	for left := readLeft(t, s, "one", 0); ; left = readLeft(t, s, "one", int64(read.Len())) {
		if !left.GetKnown() || left.GetStdout().GetOffset() != int64(read.Len()) {
			t.Fatal(left)
		}
		read.Write(left.GetStdout().GetData())
		if !left.GetOpen() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	all := got.Stdout.String() + read.String()
	if lines := strings.Count(all, "later\n"); read.Len() == 0 || lines != 200 || len(all) != len("left\n")+200*len("later\n") {
		t.Errorf("%d lines, %q, %q", lines, got.Stdout.String(), read.String())
	}
	if left := readLeft(t, s, "one", 1<<40); left.GetStdout().GetOffset() != int64(read.Len()) || len(left.GetStdout().GetData()) != 0 {
		t.Error("behind the end:", left)
	}
	if left := readLeft(t, s, "never", 0); left.GetKnown() {
		t.Error(left)
	}
}

func TestWhatNobodyReadsDoesNotStopWhatIsLeftBehind(t *testing.T) {
	s := sandboxtest.Greeted(t)
	start := sandboxtest.Shared("one", "leave", "zeros", "4000000")
	// Nobody reads this one while it runs.
	stream := s.Open(context.Background(), t, start)
	s.Running(t, map[string]int{})
	got := sandboxtest.Collect(t, stream)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
		t.Error(got.Ended)
	}
	left := readLeft(t, s, "one", 0)
	for left.GetOpen() {
		left = readLeft(t, s, "one", 0)
	}
	end := left.GetStdout().GetOffset() + int64(len(left.GetStdout().GetData()))
	if all := end + int64(got.Stdout.Len()); all != 4000000+int64(len("left\n")) || len(left.GetStdout().GetData()) > 64<<10 {
		t.Error(all, got.Stdout.Len(), end, len(left.GetStdout().GetData()))
	}
}

func TestRunsWithoutProcessesAreForgottenFirst(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Do(t, sandboxtest.Shared("lives", "leave", "sleep"))
	for i := range 65 {
		s.Do(t, sandboxtest.Shared(fmt.Sprint(i), "echo"))
	}
	for id, known := range map[string]bool{"lives": true, "0": false, "1": false, "2": true, "64": true} {
		if left := readLeft(t, s, id, 0); left.GetKnown() != known {
			t.Error(id, left)
		}
	}
}
