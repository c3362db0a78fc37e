package service_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

// cgroup is a cgroup of version 2 whose figures the test makes up.
type cgroup struct {
	t    *testing.T
	root string
}

func (c cgroup) set(name string, content string) {
	c.t.Helper()
	path := filepath.Join(c.root, "sys/fs/cgroup", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	// In place: the guest holds the file open.
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func TestTheLargestProcessIsKilledForMemory(t *testing.T) {
	s := sandboxtest.New(t)
	kernel := cgroup{t, s.Root}
	kernel.set("cgroup.controllers", "memory")
	kernel.set("memory.current", "10000000")
	kernel.set("memory.stat", "active_file 0\ninactive_file 0\n")
	kernel.set("memory.events", "oom_kill 0\n")
	if answer, err := s.Hello(); err != nil || answer.GetCgroupVersion() != 2 {
		t.Fatal(answer, err)
	}
	start := sandboxtest.Command("hog", "40")
	start.MemoryBytes = 100 << 20
	stream := s.Open(context.Background(), t, start)
	started(t, stream)
	// What the kernel can take back is not the code's memory.
	kernel.set("memory.stat", fmt.Sprintf("active_file %d\ninactive_file %d\n", 200<<20, 100<<20))
	kernel.set("memory.current", fmt.Sprint(350<<20))
	meanwhile := sandboxtest.Command("fill", "300000")
	meanwhile.KeepProcesses = true
	if got := s.Do(t, meanwhile); got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || got.Ended.GetUsage().GetOomKills() != 0 {
		t.Error("killed for what is no memory of the code:", got.Ended)
	}
	kernel.set("memory.stat", "active_file 0\ninactive_file 0\n")
	got := sandboxtest.Collect(t, stream)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUT_OF_MEMORY || got.Ended.GetSignal() != 9 || got.Ended.GetUsage().GetOomKills() != 1 {
		t.Error(got.Ended)
	}
}
