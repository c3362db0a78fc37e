package kernel

import (
	"syscall"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// describe is how the cell ended: by what its driver said, or by what the kernel says about a context that ended.
func (c *cell) describe(stdout, stderr *guestv1.OutputStats, gone bool) *guestv1.CellEnded {
	used := c.meter.Used()
	ended := &guestv1.CellEnded{
		Reason: guestv1.EndReason_END_REASON_PROGRAM, Stdout: stdout, Stderr: stderr, Usage: used,
		Error: c.failure, DroppedDisplays: c.displays.dropped + c.uncounted, ContextEnded: gone,
	}
	if reason := c.claimed(); reason != guestv1.EndReason_END_REASON_UNSPECIFIED {
		ended.Reason = reason
	}
	select {
	case <-c.ends:
		ended.ExitCode, ended.RunTime = c.exit, durationpb.New(c.endedAt.Sub(c.startedAt))
		return ended
	default:
	}
	status := c.in.process.Status
	ended.RunTime = durationpb.New(max(0, c.in.process.EndedAt.Sub(c.startedAt)))
	ended.Message = c.in.why()
	if c.displays.open() {
		ended.DroppedDisplays++
	}
	if !status.Signaled() {
		ended.ExitCode = int32(status.ExitStatus())
		if ended.Message == "" && !c.hasBegun() {
			// By something that an earlier cell has left behind. That is no success of this one.
			ended.Message, ended.ExitCode = "the interpreter ended before the code began", max(1, ended.ExitCode)
		}
		return ended
	}
	ended.Signal = int32(status.Signal())
	ended.ExitCode = 128 + ended.Signal
	itself := ended.Reason == guestv1.EndReason_END_REASON_PROGRAM && ended.Message == ""
	starved := c.in.starved.Load() || c.meter.KernelKills(used) > 0
	if itself && status.Signal() == syscall.SIGKILL && starved {
		ended.Reason = guestv1.EndReason_END_REASON_OUT_OF_MEMORY
	}
	return ended
}
