package service_test

import (
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// BenchmarkCell is a cell with one small value in each language: medians of its round trip, and of the first cell of a
// context, which starts the interpreter.
func BenchmarkCell(b *testing.B) {
	for name, open := range notebooks {
		b.Run(name, func(b *testing.B) {
			n := open(b)
			var first, later []time.Duration
			for b.Loop() {
				begun := time.Now()
				n.cell(b, "1")
				first = append(first, time.Since(begun))
				for range 100 {
					begun = time.Now()
					n.cell(b, "1")
					later = append(later, time.Since(begun))
				}
				_, _ = n.EndContext(b.Context(), connect.NewRequest(&guestv1.EndContextRequest{Context: "main"}))
			}
			for what, all := range map[string][]time.Duration{"first": first, "later": later} {
				slices.Sort(all)
				b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, what+"-ms")
			}
		})
	}
}
