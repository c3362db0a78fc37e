package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/kernel"
	"isol8.dev/guest/internal/memory"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/run"
	"isol8.dev/guest/internal/stage"
	"isol8.dev/guest/internal/usage"
	"isol8.dev/guest/internal/version"
)

// leastUID keeps code from being the guest or a user of the system.
const leastUID = 1000

type greeting struct {
	mu       sync.Mutex
	executor *run.Executor
	kernel   *kernel.Kernel
}

// Greet settles what holds for the sandbox's whole life.
func (g *Guest) Greet(_ context.Context, call *connect.Request[guestv1.GreetRequest]) (*connect.Response[guestv1.GreetResponse], error) {
	g.greeting.mu.Lock()
	defer g.greeting.mu.Unlock()
	if g.greeting.executor != nil {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("this guest was greeted before"))
	}
	request := call.Msg
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
	if err := g.writeAuthorities(request.GetCaBundle()); err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	cgroup := usage.Open(g.config.Cgroup)
	executor := &run.Executor{
		Launcher: &stage.Launcher{Reaper: g.reaper, Binary: g.binary, UID: uint32(request.GetCodeUid())},
		Root:     g.config.Root,
		Private:  g.config.Private,
		Disks:    reset.Directories(g.config.Disks),
		Cgroup:   cgroup,
		Watchdog: memory.New(cgroup, g.config.Disks, g.reaper.Workers),
	}
	g.greeting.executor = executor
	g.greeting.kernel = &kernel.Kernel{
		Launcher: executor.Launcher, Root: executor.Root, Private: executor.Private, Meter: executor.Meter,
	}
	executor.BeforeKillAll = g.greeting.kernel.BeforeKillAll
	// What is left to do takes turns: threads that wake each other took a third of the guest's time. Until now the digest
	// was worked out beside the rest.
	runtime.GOMAXPROCS(1)
	go g.conn.Watch(silence, func() { end("the host has been silent for " + silence.String()) })
	return connect.NewResponse(&guestv1.GreetResponse{
		ProtocolVersion: protocol,
		GuestVersion:    version.Guest,
		GuestDigest:     digest,
		CgroupVersion:   int32(cgroup.Version),
	}), nil
}

// greeted is what every other call begins with.
func (g *Guest) greeted() (*run.Executor, error) {
	g.greeting.mu.Lock()
	defer g.greeting.mu.Unlock()
	if g.greeting.executor == nil {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("the first call must be Greet"))
	}
	return g.greeting.executor, nil
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
