package service_test

import (
	"context"
	"testing"

	"isol8.dev/guest/internal/sandboxtest"
)

// BenchmarkOutput is what the link carries one way, a program's writes and its pipe included.
func BenchmarkOutput(b *testing.B) {
	s := sandboxtest.Greeted(b)
	start := sandboxtest.Command("zeros", "-1")
	start.OutputBytes = 1 << 50
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream := s.Open(ctx, b, start)
	b.SetBytes(1 << 20)
	for received := 0; received < b.N<<20; {
		message, err := stream.Receive()
		if err != nil {
			b.Fatal(err)
		}
		received += len(message.GetOutput().GetData())
	}
}

// BenchmarkRun is one program from its start to its end.
func BenchmarkRun(b *testing.B) {
	s := sandboxtest.Greeted(b)
	for b.Loop() {
		if got := s.Do(b, sandboxtest.Command("exit", "0")); got.Failed != nil {
			b.Fatal(got.Failed)
		}
	}
}

// BenchmarkRoundTrip is the shortest call.
func BenchmarkRoundTrip(b *testing.B) {
	s := sandboxtest.Greeted(b)
	for b.Loop() {
		_, _ = s.Hello()
	}
}
