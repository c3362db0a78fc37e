package service

import (
	"context"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/run"
)

// Boot starts a process ahead of its program.
func (g *Guest) Boot(ctx context.Context, call *connect.Request[guestv1.BootRequest]) (*connect.Response[guestv1.BootResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	answer := &guestv1.BootResponse{}
	if err := executor.Boot(ctx, call.Msg); err != nil {
		answer.Failure = run.OneLine(err)
	}
	answer.Survey = reset.Survey(executor.Cgroup, executor.Disks, executor.Helpers())
	return connect.NewResponse(answer), nil
}
