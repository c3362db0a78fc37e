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
	// alone is set when nothing else has run before, nor runs beside it.
	alone  bool
	before usage.Snapshot
	// kills is how many processes the watchdog had killed.
	kills int64
}

// Meter begins to measure. The highest of the sandbox so far is only told of what runs alone.
func (e *Executor) Meter(alone bool) *Meter {
	return &Meter{executor: e, alone: alone, before: e.Cgroup.Read(), kills: e.Watchdog.Kills()}
}

// Used is what was used so far.
func (m *Meter) Used() *guestv1.RunUsage {
	after := m.executor.Cgroup.Read()
	used := &guestv1.RunUsage{
		CpuUser:   since(m.before.CPUUser, after.CPUUser),
		CpuSystem: since(m.before.CPUSystem, after.CPUSystem),
	}
	if m.alone {
		used.PeakMemoryBytes = after.PeakMemory
	}
	if m.alone && after.PeakTasks != nil {
		tasks := max(1, *after.PeakTasks-ownTasks())
		used.PeakProcesses = &tasks
	}
	if m.before.OOMKills != nil && after.OOMKills != nil {
		kills := *after.OOMKills - *m.before.OOMKills + m.executor.Watchdog.Kills() - m.kills
		used.OomKills = &kills
	}
	return used
}

// KernelKills is how many of the processes that were killed for memory the kernel has killed, and not the guest.
func (m *Meter) KernelKills(used *guestv1.RunUsage) int64 {
	return used.GetOomKills() - (m.executor.Watchdog.Kills() - m.kills)
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
