package service

import (
	"net/http"
	"os"
	"sync"
	"time"

	"isol8.dev/guest/gen/isol8/guest/v1/guestv1connect"
)

// lease is how long a kept sandbox lives. Its clock is the machine's, which nobody can set.
type lease struct {
	mu       sync.Mutex
	kept     bool
	until    time.Time
	idleTime time.Duration
	// used is when a call began or ended last, and underway how many have not ended.
	used     time.Time
	underway int
	// changed wakes the one who waits for its end.
	changed chan struct{}
}

// unused are the calls that use nothing: a host makes them to look after a sandbox, not because somebody wants something.
var unused = map[string]bool{
	guestv1connect.GuestServiceGreetProcedure:   true,
	guestv1connect.GuestServiceKeepProcedure:    true,
	guestv1connect.GuestServiceInspectProcedure: true,
}

// counted is a handler whose calls use the sandbox.
func (l *lease) counted(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, call *http.Request) {
		if !unused[call.URL.Path] {
			l.use(1)
			defer l.use(-1)
		}
		handler.ServeHTTP(answer, call)
	})
}

func (l *lease) use(count int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.underway += count
	l.used = time.Now()
}

// set begins the lease, or changes it, and tells whether it began.
func (l *lease) set(lifetime, idleTime time.Duration) (began bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	began = !l.kept
	l.kept, l.until, l.idleTime = true, time.Now().Add(lifetime), idleTime
	if began {
		l.used = time.Now()
		l.changed = make(chan struct{}, 1)
		go l.wait()
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return began
}

func (l *lease) isKept() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept
}

// idle is for how long the sandbox has not been used.
func (l *lease) idle() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unusedFor()
}

func (l *lease) unusedFor() time.Duration {
	if l.underway > 0 {
		return 0
	}
	return time.Since(l.used)
}

// wait ends the guest, and everything with it, when the lease is over.
func (l *lease) wait() {
	for {
		left := l.left()
		if left <= 0 {
			os.Exit(0)
		}
		select {
		case <-time.After(left):
		case <-l.changed:
		}
	}
}

// left is how long the lease lasts at least.
func (l *lease) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return min(time.Until(l.until), l.idleTime-l.unusedFor())
}
