package usage

import (
	"os"
	"testing"
	"time"
)

func TestEveryVersionIsRead(t *testing.T) {
	for _, test := range []struct {
		tree            string
		version         int
		user, system    time.Duration
		peak, tasks     int64
		kills           int64
		used, fileCache int64
	}{
		{"v1", 1, 116408223, 55923391, 3801088, -1, 0, 1601536, 258048},
		{"v2-5.15", 2, 1100 * time.Millisecond, 400 * time.Millisecond, -1, -1, 2, 52428800, 8388608},
		{"v2-6.8", 2, 1100 * time.Millisecond, 400 * time.Millisecond, 61865984, 21, 2, 52428800, 8388608},
	} {
		cgroup := Open("testdata/" + test.tree)
		got := cgroup.Read()
		if cgroup.Version != test.version {
			t.Error(test.tree, "is version", cgroup.Version)
		}
		expect(t, test.tree+" user", (*int64)(got.CPUUser), int64(test.user))
		expect(t, test.tree+" system", (*int64)(got.CPUSystem), int64(test.system))
		expect(t, test.tree+" peak", got.PeakMemory, test.peak)
		expect(t, test.tree+" tasks", got.PeakTasks, test.tasks)
		expect(t, test.tree+" kills", got.OOMKills, test.kills)
		memory := cgroup.OpenMemory()
		used, ok := memory.Usage()
		if !ok || used != test.used || memory.FileCache() != test.fileCache {
			t.Error(test.tree, used, ok, memory.FileCache())
		}
	}
}

// expect takes -1 for what must be absent.
func expect(t *testing.T, what string, got *int64, want int64) {
	t.Helper()
	if want < 0 && got == nil {
		return
	}
	if got == nil || *got != want {
		t.Errorf("%s: %v, not %d", what, got, want)
	}
}

func TestWithoutACgroupNothingIsMeasured(t *testing.T) {
	cgroup := Open(t.TempDir())
	if got := cgroup.Read(); cgroup.Version != 0 || got != (Snapshot{}) || cgroup.OpenMemory() != nil {
		t.Error(cgroup.Version, got)
	}
}

func TestWhatIsNotANumberIsAbsent(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{"cgroup.controllers": "", "memory.peak": "max\n", "cpu.stat": "user_usec", "memory.events": "oom_kill x\n"} {
		if err := os.WriteFile(root+"/"+name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := Open(root).Read(); got != (Snapshot{}) {
		t.Error(got)
	}
}
