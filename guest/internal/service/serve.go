// Package service is the face of the guest: one file for each call of the protocol.
package service

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"connectrpc.com/connect"

	"isol8.dev/guest/gen/isol8/guest/v1/guestv1connect"
	"isol8.dev/guest/internal/kernel"
	"isol8.dev/guest/internal/link"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/run"
	"isol8.dev/guest/internal/usage"
	"isol8.dev/guest/internal/version"
)

const (
	// maxMessage bounds what is taken into memory for one message: the arguments and the environment of a program
	// are the largest, and the kernel takes 2 MiB of them.
	maxMessage = 4 << 20
	// greetingTimeout is how long a guest waits for a host that says nothing at all.
	greetingTimeout = time.Minute
)

// Config is where a guest finds things.
type Config struct {
	// Root is the directory for files and programs.
	Root string
	// Private is a directory that only the guest can write.
	Private string
	// Cgroup is where the cgroup is mounted.
	Cgroup string
	// Disks are the file systems in memory that do not count as the code's memory.
	Disks []string
}

// Sandbox is what every sandbox looks like.
var Sandbox = Config{
	Root:    "/sandbox",
	Private: "/run/isol8",
	Cgroup:  usage.Root,
	Disks:   []string{"/sandbox", "/tmp", "/dev/shm"},
}

// Guest answers the calls of one host at a time.
type Guest struct {
	guestv1connect.UnimplementedGuestServiceHandler

	config Config
	binary string
	reaper *proc.Reaper
	server *link.Server
	door   *link.Door
	lease  lease

	// greeting makes one greeting at a time, and guards what the first one settled.
	greeting sync.Mutex
	executor *run.Executor
	kernel   *kernel.Kernel
	// keeping makes one Keep at a time.
	keeping sync.Mutex
	// linking guards current, the link that counts.
	linking sync.Mutex
	current *link.Conn
}

// Serve is PID 1. It ends the process when the link ends, which ends everything in the sandbox, unless it is kept.
func Serve(config Config) error {
	// The digest takes longer than a greeting may; nobody waits for it when it is begun now.
	go func() { _, _ = version.Digest() }()
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	stdio, err := link.Stdio()
	if err != nil {
		return err
	}
	// The door's address is taken before any code could.
	guest := &Guest{config: config, binary: binary, reaper: proc.NewReaper(), door: link.Bind()}
	_, handler := guestv1connect.NewGuestServiceHandler(guest,
		connect.WithReadMaxBytes(maxMessage),
		// Nothing is gained by compressing between neighbours, and nothing can be unpacked to a multiple of its size.
		connect.WithCompression("gzip", nil, nil),
	)
	guest.server = link.NewServer(guest.lease.counted(handler))
	first := link.NewConn(stdio, guest.firstLinkEnded)
	guest.current = first
	go first.Watch(greetingTimeout, func() {
		if !first.Greeted() {
			end("no greeting")
		}
	})
	go guest.server.Add(first)
	return guest.server.Serve()
}

func (g *Guest) firstLinkEnded(err error) {
	if g.lease.isKept() {
		return
	}
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) {
		os.Exit(0)
	}
	end("link: " + err.Error())
}

func end(why string) {
	fmt.Fprintln(os.Stderr, "isol8-guest: "+why)
	os.Exit(1)
}
