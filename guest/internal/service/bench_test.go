package service_test

import (
	"context"
	"slices"
	"testing"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
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

// BenchmarkStage is the same in a process that waits; the time to make it wait is not counted.
func BenchmarkStage(b *testing.B) {
	s := sandboxtest.Greeted(b)
	start := sandboxtest.Command("exit", "0")
	start.Hot = true
	for b.Loop() {
		b.StopTimer()
		boot(b, s, &guestv1.BootRequest{})
		time.Sleep(20 * time.Millisecond)
		b.StartTimer()
		if got := s.Do(b, start); !got.Hot {
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

// BenchmarkInterpreter is one line of each language: medians of a cold and a hot run from the order to the answer that
// nothing of it is left, of a hot run to its line and from its hand-over to its exit, and of the boot before.
func BenchmarkInterpreter(b *testing.B) {
	for _, i := range interpreters {
		b.Run(i.hook, func(b *testing.B) {
			s := sandboxtest.Container(b, i.image)
			took := map[string][]time.Duration{}
			note := func(what string, since time.Time) { took[what] = append(took[what], time.Since(since)) }
			for b.Loop() {
				start := i.start(i.hello())
				start.Hot = false
				begun := time.Now()
				s.Do(b, start)
				note("cold", begun)
				begun = time.Now()
				i.boot(b, s)
				note("boot", begun)
				// It waits, usually, while nothing is to be done.
				time.Sleep(20 * time.Millisecond)
				begun = time.Now()
				stream := s.Open(context.Background(), b, i.start(i.hello()))
				_ = stream.CloseRequest()
				for said := false; ; {
					message, err := stream.Receive()
					if err != nil {
						break
					}
					if !said && message.GetOutput() != nil {
						said = true
						note("line", begun)
					}
					if ended := message.GetEnded(); ended != nil {
						took["run"] = append(took["run"], ended.GetRunTime().AsDuration())
					}
				}
				note("hot", begun)
			}
			for what, all := range took {
				slices.Sort(all)
				b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, what+"-ms")
			}
		})
	}
}
