package service

import (
	"context"
	"errors"
	"fmt"
	"net"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/link"
)

// Keep makes the sandbox outlive its links.
func (g *Guest) Keep(ctx context.Context, call *connect.Request[guestv1.KeepRequest]) (*connect.Response[guestv1.KeepResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	g.keeping.Lock()
	defer g.keeping.Unlock()
	request := call.Msg
	lifetime, idle := request.GetLifetime().AsDuration(), request.GetIdleTimeout().AsDuration()
	if lifetime <= 0 || idle <= 0 {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("lifetime and idle_timeout are not above zero"))
	}
	if !g.lease.isKept() {
		key := request.GetKey()
		if len(key) != link.KeySize {
			return nil, connect.NewError(connect.CodeInvalidArgument, fmt.Errorf("key has not %d bytes", link.KeySize))
		}
		if err := g.door.Open(key, g.linkAgain); err != nil {
			return nil, connect.NewError(connect.CodeInternal, err)
		}
	}
	g.lease.set(lifetime, idle)
	executor.Keep(request.GetMemoryBytes())
	return connect.NewResponse(&guestv1.KeepResponse{}), nil
}

// linkAgain puts a link that has proved itself in the place of the last one.
func (g *Guest) linkAgain(socket net.Conn) {
	conn := link.NewConn(socket, func(error) {})
	g.linking.Lock()
	defer g.linking.Unlock()
	_ = g.current.Close()
	g.current = conn
	go conn.Watch(greetingTimeout, func() {
		if !conn.Greeted() {
			_ = conn.Close()
		}
	})
	g.server.Add(conn)
}
