package run

import (
	"sync"
	"time"

	"isol8.dev/guest/internal/proc"
)

// maxOwners is how many marks are known before those are forgotten of which nothing lives.
const maxOwners = 256

// Owner is whose something is that has a mark: a run's, or a context's.
type Owner struct {
	RunID   string
	Context string
}

// Owners knows whose each mark is. The zero value knows none.
type Owners struct {
	mu     sync.Mutex
	byMark map[proc.Mark]Owner
}

// Set notes whose a mark is. A mark that is given anew is the new owner's. living tells of which marks something lives.
func (o *Owners) Set(mark proc.Mark, owner Owner, living func() map[proc.Mark]bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byMark == nil {
		o.byMark = map[proc.Mark]Owner{}
	}
	if len(o.byMark) >= maxOwners {
		alive := living()
		for known := range o.byMark {
			if !alive[known] {
				delete(o.byMark, known)
			}
		}
	}
	o.byMark[mark] = owner
}

// Forget ends what Set began.
func (o *Owners) Forget(mark proc.Mark) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.byMark, mark)
}

// Of is whose a mark is; nobody's when it is not known.
func (o *Owners) Of(mark proc.Mark) Owner {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.byMark[mark]
}

// MarkOf is the mark of a run; Unmarked when it is not known.
func (o *Owners) MarkOf(runID string) proc.Mark {
	o.mu.Lock()
	defer o.mu.Unlock()
	for mark, owner := range o.byMark {
		if owner.RunID == runID {
			return mark
		}
	}
	return proc.Unmarked
}

// OwnerAt is whose a process is that has a mark and was started then.
func (e *Executor) OwnerAt(mark proc.Mark, at time.Time) Owner {
	owner := e.Owners.Of(mark)
	if owner.Context != "" && owner.RunID == "" {
		owner.RunID = e.others().CellAt(owner.Context, at)
	}
	return owner
}
