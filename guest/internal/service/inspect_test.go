package service_test

import (
	"context"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func inspect(t *testing.T, s *sandboxtest.Sandbox) *guestv1.InspectResponse {
	t.Helper()
	answer, err := s.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

func TestASandboxTellsWhatItHolds(t *testing.T) {
	s := sandboxtest.Greeted(t)
	if failure := write(t, s, file{path: "big", content: strings.Repeat("x", 5<<20)}); failure != nil {
		t.Fatal(failure)
	}
	stream := s.Open(context.Background(), t, sandboxtest.Shared("one", "hog", "20"))
	started(t, stream)
	got := inspect(t, s)
	if len(got.GetDisks()) != 2 || got.GetDisks()[0].GetPath() != "/sandbox" || got.GetDisks()[0].GetSizeBytes() != 16<<20 || got.GetDisks()[0].GetUsedBytes() < 5<<20 {
		t.Error(got.GetDisks())
	}
	if len(got.GetProcesses()) != 1 {
		t.Fatal(got.GetProcesses())
	}
	process := got.GetProcesses()[0]
	if process.GetRunId() != "one" || process.GetCommand() != "/bin/program hog 20" || process.GetMemoryBytes() < 20<<20 || process.GetThreads() < 2 ||
		process.GetParentPid() != 1 || process.GetCpu().AsDuration() <= 0 || process.GetAge().AsDuration() > 20e9 {
		t.Error(process)
	}
}

func TestWhatProcessesCallThemselvesDoesNoHarm(t *testing.T) {
	s := sandboxtest.Greeted(t)
	s.Do(t, sandboxtest.Shared("one", "hostile", "1"))
	s.Do(t, sandboxtest.Shared("two", "hostile", "60"))
	got := inspect(t, s)
	if size := proto.Size(got); size > 97<<10 {
		t.Error("it is", size)
	}
	for _, process := range got.GetProcesses() {
		command := process.GetCommand()
		if !utf8.ValidString(command) || len(command) > 4<<10 || strings.ContainsFunc(command, func(c rune) bool { return !unicode.IsGraphic(c) }) {
			t.Errorf("%q", command)
		}
	}
	if first := got.GetProcesses()[0]; first.GetRunId() != "one" || len(first.GetCommand()) < 4000 {
		t.Errorf("%q", first)
	}
}
