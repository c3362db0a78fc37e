package proc

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

func TestWhatHidesIsFoundByItsMark(t *testing.T) { asInit(t, "daemon") }

func TestAProcessWithoutItsFirstThreadIsFound(t *testing.T) { asInit(t, "headless") }

func TestNoBombOutrunsKillMarked(t *testing.T) {
	for _, bomb := range []string{"shell bomb", "tree", "chain"} {
		t.Run(bomb, func(t *testing.T) { asInit(t, bomb) })
	}
}

func TestWhereGroupsAreNotShownDescendantsAreFound(t *testing.T) { asInit(t, "family") }

func TestOnlyInitKillsWhatIsMarked(t *testing.T) {
	if err := NewReaper().KillMarked(firstMark); err != ErrNotInit {
		t.Error(err)
	}
}

var inits = map[string]func(*Reaper) error{
	"daemon": func(r *Reaper) error {
		// Two forks away from the shell, in a session of its own, and with nothing open.
		return killed(r, "/bin/bash", "-c", "(setsid sleep 1000 0<&- 1>&- 2>&- &)")
	},
	"family": func(r *Reaper) error {
		showsGroups = func() bool { return false }
		return killed(r, "/bin/bash", "-c", "(setsid sleep 1000; :) & wait")
	},
	"headless":   func(r *Reaper) error { return killedCode(r, "headless") },
	"shell bomb": func(r *Reaper) error { return killed(r, "/bin/bash", "-c", ":(){ :|:& };:") },
	"tree":       func(r *Reaper) error { return killedCode(r, "tree") },
	"chain":      func(r *Reaper) error { return killedCode(r, "chain") },
}

// programs run as code. They may do nothing that Go's runtime has a part in once they have forked.
var programs = map[string]func(){
	"tree": func() {
		for {
			_, _, _ = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		}
	},
	// Only the newest of them lives, and not for long.
	"chain": func() {
		for {
			child, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
			if child > 0 && errno == 0 {
				_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
			}
		}
	},
	"headless": func() {
		// The others sleep on.
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	},
}

func killedCode(r *Reaper, code string) error {
	return start(r, []string{"/proc/self/exe"}, codeVariable+"="+code)
}

func killed(r *Reaper, argv ...string) error { return start(r, argv, "PATH=/usr/bin:/bin") }

// start starts code beside other code, kills it by its mark, and tells what is wrong afterwards.
func start(r *Reaper, argv []string, environment string) error {
	ours, theirs := r.NewMark(codeUser), r.NewMark(codeUser)
	if _, err := startCode(r, theirs, []string{"/bin/sleep", "1000"}); err != nil {
		return err
	}
	if _, err := startCode(r, ours, argv, environment); err != nil {
		return err
	}
	// Until it has forked as it likes.
	time.Sleep(300 * time.Millisecond)
	if len(r.Marked(ours)) == 0 && r.newSearch(ours).once().sure {
		return fmt.Errorf("nothing of %v runs", argv)
	}
	begun := time.Now()
	if err := r.KillMarked(ours); err != nil {
		return err
	}
	took := time.Since(begun)
	for range 100 {
		if left := r.newSearch(ours).once(); len(left.pids) > 0 || !left.sure {
			return fmt.Errorf("after %v %v are left", took, left)
		}
		time.Sleep(time.Millisecond)
	}
	if len(r.Marked(theirs)) != 1 {
		return fmt.Errorf("what has another mark was killed too")
	}
	fmt.Println("gone after", took)
	return nil
}
