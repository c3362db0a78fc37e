package run

import (
	"sync"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// ringSize is how much is kept of what processes write that a run left behind, for each stream.
const ringSize = 64 << 10

// ring keeps the last bytes of a stream. It takes memory only for what was written.
type ring struct {
	mu   sync.Mutex
	data []byte
	// total is how much was written so far; the byte at offset n of it, where it is kept, is data[n%ringSize].
	total int64
	ended bool
}

// Write takes everything.
func (r *ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rest := p; len(rest) > 0; {
		at := int(r.total % ringSize)
		n := min(len(rest), ringSize-at)
		if grown := at + n; grown > len(r.data) {
			r.data = append(r.data, make([]byte, grown-len(r.data))...)
		}
		copy(r.data[at:], rest[:n])
		r.total += int64(n)
		rest = rest[n:]
	}
	return len(p), nil
}

// end notes that nothing can be written any more.
func (r *ring) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
}

func (r *ring) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// from is what is kept from an offset on.
func (r *ring) from(offset int64) *guestv1.Left {
	r.mu.Lock()
	defer r.mu.Unlock()
	offset = min(max(offset, r.total-int64(len(r.data))), r.total)
	left := &guestv1.Left{Offset: offset, Data: make([]byte, 0, r.total-offset)}
	for at := offset; at < r.total; {
		start := int(at % ringSize)
		n := min(int(r.total-at), len(r.data)-start)
		left.Data = append(left.Data, r.data[start:start+n]...)
		at += int64(n)
	}
	return left
}
