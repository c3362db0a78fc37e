package proc

import (
	"fmt"
	"testing"
)

func TestANameIsNoLine(t *testing.T) {
	status := []byte("Name:\tx\nGroups:\t1\nUid:\t0\t0\nGroups:\t30000 40007 \nThreads:\t1\n")
	if got := markIn(field(status, "Groups"), []byte("30000\t30000")); got != 40007 {
		t.Error(got)
	}
	if got := string(firstWord(field(status, "Threads"))); got != "1" || field(status, "Gid") != nil {
		t.Error(got)
	}
}

func TestTheGroupOfCodeIsNoMark(t *testing.T) {
	r := &Reaper{lastMark: 41_000 - 1}
	if mark := r.NewMark(41_000); mark != 41_001 {
		t.Error(mark)
	}
	if got := markIn([]byte("41000 41001"), []byte("41000\t41000")); got != 41_001 {
		t.Error(got)
	}
	if got := WithoutMarks("Groups:\t30000 41001 \n") + WithoutMarks("Uid:\t41001\n"); got != "Groups 30000\nUid:\t41001\n" {
		t.Errorf("%q", got)
	}
}

func TestAMarkIsGivenAgainWhenNothingHasIt(t *testing.T) { asInit(t, "again") }

func init() {
	inits["again"] = func(r *Reaper) error {
		if _, err := startCode(r, r.NewMark(codeUser), []string{"/bin/sleep", "1000"}); err != nil {
			return err
		}
		r.lastMark = lastMark
		if mark := r.NewMark(codeUser); mark != firstMark+1 {
			return fmt.Errorf("%d", mark)
		}
		return nil
	}
}
