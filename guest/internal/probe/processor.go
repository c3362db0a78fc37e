package probe

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/usage"
)

const (
	// window is how long it runs for, where nothing is certain before.
	window = time.Second
	// burst is what a sandbox may take at once of what is due to it later.
	burst = 100 * time.Millisecond
	// pause is how long it runs for between two looks.
	pause = time.Millisecond
	// enough is how much of its share it must have had for that to prove anything.
	enough = 0.7
)

// slowedDown runs until the kernel has held it back, or it has had more than its share. On a machine that is too busy
// to give it its share neither happens: then what the kernel was told is taken for it.
func slowedDown(share float64) bool {
	begun, before, held := time.Now(), used(), throttled()
	for {
		for looked := time.Now(); time.Since(looked) < pause; {
		}
		spent, took := time.Since(begun), used()-before
		due := time.Duration(share * float64(spent))
		switch {
		case throttled() > held:
			return true
		case took > due+burst:
			return false
		case spent > window:
			return limited() || float64(took) > enough*float64(due)
		}
	}
}

// used is what this process has had of the processors.
func used() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// throttled is how often the kernel has held the sandbox back.
func throttled() int64 {
	var most int64
	for _, name := range []string{"cpu.stat", "cpu/cpu.stat", "cpu,cpuacct/cpu.stat"} {
		content, _ := os.ReadFile(usage.Root + "/" + name)
		if count := usage.Field(content, "nr_throttled"); count != nil {
			most = max(most, *count)
		}
	}
	return most
}

// limited is whether the kernel was told to.
func limited() bool {
	for _, name := range []string{"cpu.max", "cpu/cpu.cfs_quota_us", "cpu,cpuacct/cpu.cfs_quota_us"} {
		content, _ := os.ReadFile(usage.Root + "/" + name)
		quota, _, _ := strings.Cut(strings.TrimSpace(string(content)), " ")
		if micros, err := strconv.ParseInt(quota, 10, 64); err == nil && micros > 0 {
			return true
		}
	}
	return false
}
