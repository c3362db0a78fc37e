// Package memory holds the code to its memory. The cgroup's own limit is higher, because files in memory count
// towards it and a full disk must be an error of the write and not a kill.
package memory

import (
	"sync"
	"sync/atomic"
	"time"

	"isol8.dev/guest/internal/usage"
)

const (
	// interval is how often memory is judged while a run is on.
	interval = 20 * time.Millisecond
	// quietInterval is how often while none is, in a sandbox that is kept: what was left behind may still grow. While it
	// does not, it is judged half as often each time, until that is idleInterval: many such sandboxes cost little.
	quietInterval = 100 * time.Millisecond
	idleInterval  = time.Second
	// growth is what counts as growing, in bytes.
	growth = 1 << 20
	// patience is how long a killed process may take to be gone before the next one is chosen.
	patience = 2 * time.Second
)

// Watchdog knows what the sandbox's memory was before any code ran.
type Watchdog struct {
	// mu makes one judgement at a time; the readers below have one buffer each.
	mu     sync.Mutex
	memory *usage.Memory
	disks  disks
	self   *resident
	// base is what belongs neither to the code nor to this process, measured once.
	base int64
	// workers are the guest's own helpers, which are never chosen.
	workers func() map[int]bool
	kills   atomic.Int64
}

// New measures the baseline; no code may have run. Without a cgroup it watches nothing.
func New(cgroup *usage.Cgroup, diskPaths []string, workers func() map[int]bool) *Watchdog {
	w := &Watchdog{memory: cgroup.OpenMemory(), workers: workers, self: openSelf()}
	if w.memory == nil || w.self == nil {
		w.memory = nil
		return w
	}
	w.disks = openDisks(diskPaths)
	if used, ok := w.memory.Usage(); ok {
		w.base = used - w.memory.FileCache() - w.disks.used() - w.self.bytes()
	}
	return w
}

// Kills is how many processes were killed for memory so far.
func (w *Watchdog) Kills() int64 { return w.kills.Load() }

// Watch judges until done is closed, and kills like the kernel does: the largest process, then again. killed is told
// the pid of each before it is killed. The limit is asked for each time; 0 is none. While it is quiet, which is not asked
// where much of the limit is used, it judges less often; what comes from stir ends such a pause.
func (w *Watchdog) Watch(limit func() int64, quiet func() bool, stir, done <-chan struct{}, killed func(pid int)) {
	if w.memory == nil {
		return
	}
	timer := time.NewTimer(interval)
	defer timer.Stop()
	var last victim
	pause, before := interval, int64(0)
	for {
		select {
		case <-done:
			return
		case <-stir:
		case <-timer.C:
		}
		used, over, near := w.judge(limit())
		switch {
		case near || !quiet():
			pause = interval
		case used > before+growth || pause < quietInterval:
			pause = quietInterval
		default:
			pause = min(2*pause, idleInterval)
		}
		before = used
		timer.Reset(pause)
		if !over || last.lingers() {
			continue
		}
		if last.pid != 0 {
			// What it held may have been counted still: the one that is left must not pay for that.
			last = victim{}
			continue
		}
		next, found := largest(w.workers())
		if !found {
			continue
		}
		// Told and counted first: the run may be over, and described, before the kill returns.
		killed(next.pid)
		w.kills.Add(1)
		if !next.kill() {
			w.kills.Add(-1)
		}
		last = next
	}
}

// Used is the code's memory as it is judged; it tells nothing where it cannot be measured.
func (w *Watchdog) Used() (int64, bool) {
	if w.memory == nil {
		return 0, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	used, ok := w.memory.Usage()
	return max(0, used-w.base-w.self.bytes()-w.memory.FileCache()-w.disks.used()), ok
}

// judge tells whether a limit is passed, and whether it may be soon. It looks at the cheap figure first, which it also
// tells: what is over the limit only with the cache and the disks is not over it.
func (w *Watchdog) judge(limit int64) (used int64, over, near bool) {
	if limit <= 0 {
		return 0, false, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	used, ok := w.memory.Usage()
	if !ok {
		return 0, false, false
	}
	used -= w.base + w.self.bytes()
	return used, used > limit && used-w.memory.FileCache()-w.disks.used() > limit, used > limit/2
}
