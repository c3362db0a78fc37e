package run

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"isol8.dev/guest/internal/proc"
)

func TestARingKeepsTheLastBytes(t *testing.T) {
	r := &ring{}
	var all []byte
	for i := range 3000 {
		piece := []byte(fmt.Sprintln("line", i))
		if i%100 == 0 {
			piece = bytes.Repeat(piece, 2000)
		}
		_, _ = r.Write(piece)
		all = append(all, piece...)
		for _, offset := range []int64{0, int64(len(all)) - 10, int64(len(all)), int64(len(all)) + 10} {
			left := r.from(offset)
			if end := left.Offset + int64(len(left.Data)); end != int64(len(all)) || !bytes.Equal(left.Data, all[left.Offset:]) {
				t.Fatal(i, offset, left.Offset, len(left.Data))
			}
			if want := min(max(offset, int64(len(all))-ringSize), int64(len(all))); left.Offset != want {
				t.Fatal(i, offset, left.Offset, want)
			}
		}
	}
}

func TestWhatIsOverIsForgottenAfterAWhile(t *testing.T) {
	living := func() map[proc.Mark]bool { return map[proc.Mark]bool{40_002: true} }
	var l lefts
	for i, id := range []string{"over", "lives", "open", "asked"} {
		one := &left{id: id, mark: proc.Mark(40_001 + i), stdout: &ring{ended: true}, stderr: &ring{ended: id != "open"}}
		l.remember(one, living)
	}
	for _, one := range l.all[:3] {
		one.asked = time.Now().Add(-leftTime - time.Second)
	}
	for id, known := range map[string]bool{"over": false, "lives": true, "open": true, "asked": true} {
		if found := l.find(id, living); (found != nil) != known {
			t.Error(id, found)
		}
	}
}
