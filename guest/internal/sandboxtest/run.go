package sandboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// Stream is an open Run.
type Stream = connect.BidiStreamForClient[guestv1.RunRequest, guestv1.RunResponse]

// Result is all that a Run said.
type Result struct {
	Stdout, Stderr bytes.Buffer
	Ended          *guestv1.RunEnded
	Failed         *guestv1.RunFailed
	Hot            bool
}

// Command is the start of the test program with generous limits.
func Command(arguments ...string) *guestv1.RunStart {
	return &guestv1.RunStart{
		RunId:        "test",
		Argv:         append([]string{Program}, arguments...),
		Environment:  []string{"PATH=/bin"},
		Timeout:      durationpb.New(20 * time.Second),
		OutputBytes:  64 << 20,
		MaxProcesses: 100,
		MaxOpenFiles: 128,
		MemoryBytes:  128 << 20,
	}
}

// Shared is the start of the test program beside others, which may leave processes behind.
func Shared(id string, arguments ...string) *guestv1.RunStart {
	start := Command(arguments...)
	start.RunId, start.Shared, start.KeepProcesses = id, true, true
	return start
}

// Running waits until the guest tells of as many processes of each run as there should be, and of no others.
func (s *Sandbox) Running(t testing.TB, want map[string]int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		answer, err := s.Inspect(context.Background(), connect.NewRequest(&guestv1.InspectRequest{}))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, process := range answer.Msg.GetProcesses() {
			got[process.GetRunId()]++
		}
		if maps.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("there are %v, not %v: %.2000v", got, want, fmt.Sprint(answer.Msg.GetProcesses()))
		}
	}
}

// Open starts a Run and leaves its input open.
func (s *Sandbox) Open(ctx context.Context, t testing.TB, start *guestv1.RunStart) *Stream {
	t.Helper()
	stream := s.Run(ctx)
	if err := stream.Send(&guestv1.RunRequest{Part: &guestv1.RunRequest_Start{Start: start}}); err != nil {
		t.Fatal(err)
	}
	return stream
}

// Do runs a program to its end, with all of its input.
func (s *Sandbox) Do(t testing.TB, start *guestv1.RunStart, stdin ...byte) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	stream := s.Open(ctx, t, start)
	go func() {
		for len(stdin) > 0 {
			n := min(len(stdin), 64<<10)
			if stream.Send(&guestv1.RunRequest{Part: &guestv1.RunRequest_Stdin{Stdin: stdin[:n]}}) != nil {
				return
			}
			stdin = stdin[n:]
		}
		_ = stream.CloseRequest()
	}()
	return Collect(t, stream)
}

// Collect reads a Run to its end.
func Collect(t testing.TB, stream *Stream) *Result {
	t.Helper()
	result := &Result{}
	for {
		message, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("run: %v", err)
		}
		if result.Ended != nil || result.Failed != nil {
			t.Fatalf("%v comes after the end", message)
		}
		switch output := message.GetOutput(); {
		case output == nil:
		case len(output.GetData()) == 0:
			t.Fatal("empty output")
		case output.GetStream() == guestv1.Stream_STREAM_STDOUT:
			result.Stdout.Write(output.GetData())
		default:
			result.Stderr.Write(output.GetData())
		}
		result.Hot = result.Hot || message.GetStarted().GetHot()
		result.Ended, result.Failed = message.GetEnded(), message.GetFailed()
	}
	if result.Ended == nil && result.Failed == nil {
		t.Fatal("the run has no end")
	}
	return result
}
