package run

import (
	"sync"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/proc"
)

const (
	// maxLeft is how many ended runs are remembered for what they left behind.
	maxLeft = 64
	// leftTime is how long a run is remembered that nothing is left of, since somebody asked last.
	leftTime = 10 * time.Minute
)

// left is what a run left behind.
type left struct {
	id             string
	mark           proc.Mark
	stdout, stderr *ring
	asked          time.Time
}

// lefts remembers them, the oldest first.
type lefts struct {
	mu  sync.Mutex
	all []*left
}

// remember begins to remember a run. living tells of which marks something lives.
func (l *lefts) remember(one *left, living func() map[proc.Mark]bool) {
	one.asked = time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, one)
	l.forget(living)
}

// find finds what a run left, and notes that somebody asked.
func (l *lefts) find(id string, living func() map[proc.Mark]bool) *left {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(living)
	for _, one := range l.all {
		if one.id == id {
			one.asked = time.Now()
			return one
		}
	}
	return nil
}

// forget forgets what is over and was not asked for, and what is too much: first that of which nothing lives.
func (l *lefts) forget(living func() map[proc.Mark]bool) {
	old := func(one *left) bool { return time.Since(one.asked) > leftTime }
	anyOld := false
	for _, one := range l.all {
		anyOld = anyOld || old(one)
	}
	if !anyOld && len(l.all) <= maxLeft {
		return
	}
	alive := living()
	over := func(one *left) bool { return !alive[one.mark] && one.stdout.over() && one.stderr.over() }
	l.drop(func(one *left) bool { return old(one) && over(one) }, len(l.all))
	l.drop(func(one *left) bool { return !alive[one.mark] }, len(l.all)-maxLeft)
	l.drop(func(*left) bool { return true }, len(l.all)-maxLeft)
}

// drop drops the oldest of some, as many at most.
func (l *lefts) drop(which func(*left) bool, most int) {
	var kept []*left
	for _, one := range l.all {
		if most > 0 && which(one) {
			most--
		} else {
			kept = append(kept, one)
		}
	}
	l.all = kept
}

// ReadLeft reads what was written since a run ended.
func (e *Executor) ReadLeft(request *guestv1.ReadLeftRequest) *guestv1.ReadLeftResponse {
	one := e.lefts.find(request.GetRunId(), e.Launcher.Reaper.Living)
	if one == nil {
		return &guestv1.ReadLeftResponse{}
	}
	// First, so that what is told to be over is given whole.
	open := !one.stdout.over() || !one.stderr.over()
	return &guestv1.ReadLeftResponse{
		Known:  true,
		Stdout: one.stdout.from(request.GetStdoutOffset()),
		Stderr: one.stderr.from(request.GetStderrOffset()),
		Open:   open,
	}
}
