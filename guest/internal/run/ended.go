package run

import (
	"syscall"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// describe is how the run ended, from what the kernel says about it.
func (r *run) describe(reason guestv1.EndReason, stdout, stderr *guestv1.OutputStats) *guestv1.RunEnded {
	status := r.vessel.process.Status
	used := r.meter.Used()
	ended := &guestv1.RunEnded{
		Reason:  guestv1.EndReason_END_REASON_PROGRAM,
		Stdout:  stdout,
		Stderr:  stderr,
		Usage:   used,
		RunTime: durationpb.New(max(0, r.vessel.process.EndedAt.Sub(r.startedAt))),
	}
	if !status.Signaled() {
		// Whatever wanted to kill it came too late.
		ended.Status = &guestv1.RunEnded_ExitCode{ExitCode: int32(status.ExitStatus())}
		return ended
	}
	ended.Status = &guestv1.RunEnded_Signal{Signal: int32(status.Signal())}
	if status.Signal() != syscall.SIGKILL {
		return ended
	}
	switch {
	case reason != guestv1.EndReason_END_REASON_UNSPECIFIED:
		ended.Reason = reason
	case r.starved.Load() || r.kernelKilled(used):
		ended.Reason = guestv1.EndReason_END_REASON_OUT_OF_MEMORY
	}
	return ended
}

// kernelKilled tells whether the kernel may have killed the program for memory.
func (r *run) kernelKilled(used *guestv1.RunUsage) bool {
	if !r.start.GetShared() {
		return used.GetOomKills() > 0
	}
	// What the guest has killed may be another's.
	return r.meter.KernelKills(used) > 0
}
