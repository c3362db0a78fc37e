package proc

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

func TestWhatIsStoppedForAMomentGoesOn(t *testing.T) { asInit(t, "frozen") }

func init() {
	inits["frozen"] = func(r *Reaper) error {
		ours, theirs := r.NewMark(codeUser), r.NewMark(codeUser)
		sleep := []string{"/bin/sleep", "1000"}
		runs, err := startCode(r, theirs, sleep)
		if err != nil {
			return err
		}
		held, err := startCode(r, theirs, sleep)
		if err != nil {
			return err
		}
		bomb, err := startCode(r, ours, []string{"/proc/self/exe"}, codeVariable+"=tree")
		if err != nil {
			return err
		}
		_ = syscall.Kill(held.PID, syscall.SIGSTOP)
		time.Sleep(200 * time.Millisecond)
		r.newSearch(ours).killFrozen()
		<-bomb.Done
		var buffer [maxStatus]byte
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			one, _ := lookAt(runs.PID, buffer[:])
			other, _ := lookAt(held.PID, buffer[:])
			if left := r.Marked(ours); len(left) == 0 && !one.stopped && other.stopped {
				return nil
			} else if time.Now().After(deadline) {
				return fmt.Errorf("%v are left, stopped: %v %v", left, one.stopped, other.stopped)
			}
		}
	}
}
