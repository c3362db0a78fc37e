package service

import (
	"context"
	"errors"
	"syscall"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// Signal sends a signal to what runs. A cell can only be interrupted.
func (g *Guest) Signal(_ context.Context, call *connect.Request[guestv1.SignalRequest]) (*connect.Response[guestv1.SignalResponse], error) {
	if _, err := g.greeted(); err != nil {
		return nil, err
	}
	if syscall.Signal(call.Msg.GetSignal()) != syscall.SIGINT {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("a cell can be interrupted, with SIGINT, and that is all"))
	}
	g.greeting.kernel.Interrupt(call.Msg.GetRunId())
	return connect.NewResponse(&guestv1.SignalResponse{}), nil
}
