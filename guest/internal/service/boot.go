package service

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// Boot starts a process ahead of its program.
func (g *Guest) Boot(context.Context, *connect.Request[guestv1.BootRequest]) (*connect.Response[guestv1.BootResponse], error) {
	return nil, connect.NewError(connect.CodeUnimplemented, errors.New("not yet"))
}
