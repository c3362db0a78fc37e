package service

import (
	"context"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// RunCell runs code in a context.
func (g *Guest) RunCell(ctx context.Context, call *connect.Request[guestv1.RunCellRequest], stream *connect.ServerStream[guestv1.RunCellResponse]) error {
	if _, err := g.greeted(ctx); err != nil {
		return err
	}
	return g.kernel.RunCell(ctx, call.Msg, stream.Send)
}

// EndContext ends a context and answers when nothing of it is left.
func (g *Guest) EndContext(ctx context.Context, call *connect.Request[guestv1.EndContextRequest]) (*connect.Response[guestv1.EndContextResponse], error) {
	if _, err := g.greeted(ctx); err != nil {
		return nil, err
	}
	g.kernel.EndContext(call.Msg.GetContext())
	return connect.NewResponse(&guestv1.EndContextResponse{}), nil
}
