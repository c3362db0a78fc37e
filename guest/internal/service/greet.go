package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/kernel"
	"isol8.dev/guest/internal/link"
	"isol8.dev/guest/internal/memory"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/run"
	"isol8.dev/guest/internal/stage"
	"isol8.dev/guest/internal/usage"
	"isol8.dev/guest/internal/version"
)

// leastUID keeps code from being the guest or a user of the system.
const leastUID = 1000

// Greet opens a link. The first one settles what holds for the sandbox's whole life.
func (g *Guest) Greet(ctx context.Context, call *connect.Request[guestv1.GreetRequest]) (*connect.Response[guestv1.GreetResponse], error) {
	g.greeting.Lock()
	defer g.greeting.Unlock()
	conn, request := link.Of(ctx), call.Msg
	if conn.Greeted() {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("this guest was greeted before"))
	}
	protocol, err := common(request.GetProtocolVersions())
	if err != nil {
		return nil, connect.NewError(connect.CodeFailedPrecondition, err)
	}
	if request.GetCodeUid() < leastUID {
		return nil, connect.NewError(connect.CodeInvalidArgument, fmt.Errorf("code_uid is below %d", leastUID))
	}
	silence := request.GetSilenceTimeout().AsDuration()
	if silence <= 0 {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("silence_timeout is not above zero"))
	}
	digest, err := version.Digest()
	if err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	answer := &guestv1.GreetResponse{ProtocolVersion: protocol, GuestVersion: version.Guest, GuestDigest: digest}
	if g.executor == nil {
		err = g.settle(request)
	} else {
		err = g.welcomeBack(request, answer)
	}
	if err != nil {
		return nil, err
	}
	answer.CgroupVersion = int32(g.executor.Cgroup.Version)
	conn.SetGreeted()
	go conn.Watch(silence, func() {
		if !g.lease.isKept() {
			end("the host has been silent for " + silence.String())
		}
		_ = conn.Close()
	})
	return connect.NewResponse(answer), nil
}

// settle is the first greeting's.
func (g *Guest) settle(request *guestv1.GreetRequest) error {
	if err := g.writeAuthorities(request.GetCaBundle()); err != nil {
		return connect.NewError(connect.CodeInternal, err)
	}
	cgroup := usage.Open(g.config.Cgroup)
	g.executor = &run.Executor{
		Launcher: &stage.Launcher{Reaper: g.reaper, Binary: g.binary, UID: uint32(request.GetCodeUid())},
		Root:     g.config.Root,
		Private:  g.config.Private,
		Disks:    reset.Directories(g.config.Disks),
		Cgroup:   cgroup,
		Watchdog: memory.New(cgroup, g.config.Disks, g.reaper.Workers),
	}
	g.kernel = &kernel.Kernel{
		Launcher: g.executor.Launcher, Root: g.config.Root, Private: g.config.Private, Executor: g.executor,
	}
	g.executor.Contexts = g.kernel
	// What is left to do takes turns: threads that wake each other took a third of the guest's time. Until now the digest
	// was worked out beside the rest.
	runtime.GOMAXPROCS(1)
	return nil
}

// welcomeBack is a later greeting's: it tells what the host does not know of a sandbox that was alone.
func (g *Guest) welcomeBack(request *guestv1.GreetRequest, answer *guestv1.GreetResponse) error {
	if uint32(request.GetCodeUid()) != g.executor.Launcher.UID {
		return connect.NewError(connect.CodeFailedPrecondition, errors.New("code_uid is another than before"))
	}
	answer.Idle = durationpb.New(g.lease.idle())
	answer.Contexts = g.executor.ContextNames()
	return nil
}

// greeted is what every other call begins with.
func (g *Guest) greeted(ctx context.Context) (*run.Executor, error) {
	g.greeting.Lock()
	defer g.greeting.Unlock()
	if !link.Of(ctx).Greeted() {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("the first call must be Greet"))
	}
	return g.executor, nil
}

func common(offered []int32) (int32, error) {
	for _, ours := range version.Protocols {
		if slices.Contains(offered, ours) {
			return ours, nil
		}
	}
	return 0, fmt.Errorf("no common protocol version: the host speaks %v, this guest %v", offered, version.Protocols)
}

// writeAuthorities lets programs read the certificates that the host trusts.
func (g *Guest) writeAuthorities(bundle []byte) error {
	if len(bundle) == 0 {
		return nil
	}
	return os.WriteFile(filepath.Join(g.config.Private, "ca.pem"), bundle, 0o644)
}
