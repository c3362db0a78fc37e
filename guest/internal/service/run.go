package service

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/run"
)

// Run runs one program.
func (g *Guest) Run(ctx context.Context, stream *connect.BidiStream[guestv1.RunRequest, guestv1.RunResponse]) error {
	executor, err := g.greeted(ctx)
	if err != nil {
		return err
	}
	first, err := stream.Receive()
	if err != nil {
		return err
	}
	if first.GetStart() == nil {
		return connect.NewError(connect.CodeInvalidArgument, errors.New("the first message must be start"))
	}
	stdin := func() ([]byte, error) {
		message, err := stream.Receive()
		return message.GetStdin(), err
	}
	return executor.Run(ctx, first.GetStart(), run.Host{Stdin: stdin, Send: stream.Send})
}

// Kill ends everything, or what one run started, and answers when nothing of it is left.
func (g *Guest) Kill(ctx context.Context, call *connect.Request[guestv1.KillRequest]) (*connect.Response[guestv1.KillResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	if id := call.Msg.GetRunId(); id != "" {
		err = executor.KillRun(id)
	} else {
		err = executor.KillAll()
	}
	if err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	return connect.NewResponse(&guestv1.KillResponse{}), nil
}

// ReadLeft reads what the processes wrote that a run left behind.
func (g *Guest) ReadLeft(ctx context.Context, call *connect.Request[guestv1.ReadLeftRequest]) (*connect.Response[guestv1.ReadLeftResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(executor.ReadLeft(call.Msg)), nil
}
