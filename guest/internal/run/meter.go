package run

import (
	"os"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/usage"
)

// Meter tells what the sandbox has used since it was made.
type Meter struct {
	executor *Executor
	before   usage.Snapshot
	// kills is how many processes the watchdog had killed.
	kills int64
}

// Meter begins to measure.
func (e *Executor) Meter() *Meter {
	return &Meter{executor: e, before: e.Cgroup.Read(), kills: e.Watchdog.Kills()}
}

// Used is what was used so far.
func (m *Meter) Used() *guestv1.RunUsage {
	after := m.executor.Cgroup.Read()
	used := &guestv1.RunUsage{
		CpuUser:         since(m.before.CPUUser, after.CPUUser),
		CpuSystem:       since(m.before.CPUSystem, after.CPUSystem),
		PeakMemoryBytes: after.PeakMemory,
	}
	if after.PeakTasks != nil {
		tasks := max(1, *after.PeakTasks-ownTasks())
		used.PeakProcesses = &tasks
	}
	if m.before.OOMKills != nil && after.OOMKills != nil {
		kills := *after.OOMKills - *m.before.OOMKills + m.executor.Watchdog.Kills() - m.kills
		used.OomKills = &kills
	}
	return used
}

func since(before, after *time.Duration) *durationpb.Duration {
	if before == nil || after == nil {
		return nil
	}
	return durationpb.New(max(0, *after-*before))
}

// ownTasks counts the guest's threads.
func ownTasks() int64 {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0
	}
	return int64(len(entries))
}
