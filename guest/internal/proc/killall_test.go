package proc

import "testing"

func TestOnlyInitKillsEverything(t *testing.T) {
	if err := NewReaper().KillAll(func() { t.Error("it began") }, func() { t.Error("it killed") }); err != ErrNotInit {
		t.Error(err)
	}
}
