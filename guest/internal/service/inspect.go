package service

import (
	"context"
	"fmt"
	"syscall"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/inspect"
)

// lastSignal is the highest that there is.
const lastSignal = 64

// Inspect tells what the sandbox holds.
func (g *Guest) Inspect(ctx context.Context, _ *connect.Request[guestv1.InspectRequest]) (*connect.Response[guestv1.InspectResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	answer := &guestv1.InspectResponse{
		Disks:     inspect.Disks(executor.Disks),
		Processes: inspect.Processes(executor.Launcher.UID, g.reaper.Workers(), executor.OwnerAt),
	}
	if used, ok := executor.Watchdog.Used(); ok {
		answer.MemoryBytes = &used
	}
	return connect.NewResponse(answer), nil
}

// Signal sends a signal to what a run or a cell runs in.
func (g *Guest) Signal(ctx context.Context, call *connect.Request[guestv1.SignalRequest]) (*connect.Response[guestv1.SignalResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	signal := call.Msg.GetSignal()
	if signal < 1 || signal > lastSignal {
		return nil, connect.NewError(connect.CodeInvalidArgument, fmt.Errorf("there is no signal %d", signal))
	}
	if err := executor.Signal(call.Msg.GetRunId(), syscall.Signal(signal)); err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	return connect.NewResponse(&guestv1.SignalResponse{}), nil
}
