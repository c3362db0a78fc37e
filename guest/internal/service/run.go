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
	executor, err := g.greeted()
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

// Kill ends everything and answers when nothing is left.
func (g *Guest) Kill(_ context.Context, call *connect.Request[guestv1.KillRequest]) (*connect.Response[guestv1.KillResponse], error) {
	executor, err := g.greeted()
	if err != nil {
		return nil, err
	}
	if id := call.Msg.GetRunId(); id != "" && g.greeting.kernel.Kill(id) {
		return connect.NewResponse(&guestv1.KillResponse{}), nil
	}
	if err := executor.KillAll(); err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	return connect.NewResponse(&guestv1.KillResponse{}), nil
}
