package run

// Keep holds everything that the sandbox runs to a limit of memory from now on, whether or not a run is on.
func (e *Executor) Keep(memoryBytes int64) {
	e.keptMemory.Store(memoryBytes)
	if e.kept.CompareAndSwap(false, true) {
		e.Launcher.Crowd()
		stir := make(chan struct{}, 1)
		e.mu.Lock()
		e.stir = stir
		e.mu.Unlock()
		go e.Watchdog.Watch(e.keptMemory.Load, e.quiet, stir, nil, e.starved)
	}
}

// Stir is called when something begins to run, so that memory is judged often from then on.
func (e *Executor) Stir() {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case e.stir <- struct{}{}:
	default:
	}
}

// quiet tells whether nothing runs that the host has asked for.
func (e *Executor) quiet() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.active) == 0 && !e.others().Busy()
}

// unlessKept is the limit of one run: a kept sandbox has its own, and is not judged twice.
func (e *Executor) unlessKept(limit int64) func() int64 {
	return func() int64 {
		if e.kept.Load() {
			return 0
		}
		return limit
	}
}

// starved tells whose main process was chosen to be killed for memory; of others it is nobody's business.
func (e *Executor) starved(pid int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for r := range e.active {
		if v := r.current(); v != nil && v.process.PID == pid {
			r.starved.Store(true)
		}
	}
	e.others().Starved(pid)
}
