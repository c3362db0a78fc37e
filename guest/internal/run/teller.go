package run

import (
	"sync"
	"time"
)

// late is how long it may take to be told that something has started.
const late = 4 * time.Millisecond

// Teller tells the host of one thing that runs. That it has started goes with what comes next: most things are over before
// it is late, and whatever goes alone wakes the shim, dockerd and the host.
type Teller[M any] struct {
	send func(*M) error

	mu sync.Mutex
	// started was not told yet.
	started *M
	timer   *time.Timer
	// failed is why the host can no longer be told anything.
	failed error
}

// NewTeller makes one of what sends a message and waits while the host does not read.
func NewTeller[M any](send func(*M) error) *Teller[M] { return &Teller[M]{send: send} }

// Start has it told that it has started.
func (t *Teller[M]) Start(message *M) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.started = message
	t.timer = time.AfterFunc(late, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.flush()
	})
}

// Tell tells one message at a time. It may wait for the host as long as the host likes, and fails once it has failed.
func (t *Teller[M]) Tell(message *M) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flush()
	if t.failed == nil {
		t.failed = t.send(message)
	}
	return t.failed
}

func (t *Teller[M]) flush() {
	if t.started == nil {
		return
	}
	t.timer.Stop()
	t.failed = t.send(t.started)
	t.started = nil
}
