// Package sandboxtest runs the real guest as PID 1 of new namespaces, with a client on its link, for tests. It needs
// root and no Docker.
package sandboxtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/gen/isol8/guest/v1/guestv1connect"
	"isol8.dev/guest/internal/link"
)

const (
	// UID is the code's user in a test.
	UID = 30000
	// Program is the path of the test program in a sandbox.
	Program = "/bin/program"

	guestPath = "/.isol8/isol8-guest"
	initEnv   = "ISOL8_TEST_INIT"
)

var binaries string

// Main is the TestMain of a package that starts sandboxes.
func Main(m *testing.M) {
	if root := os.Getenv(initEnv); root != "" {
		fmt.Fprintln(os.Stderr, "sandboxtest:", becomeGuest(root))
		os.Exit(1)
	}
	directory, err := os.MkdirTemp("", "isol8-guest-test-")
	if err != nil {
		panic(err)
	}
	binaries = directory
	for name, source := range map[string]string{"guest": "isol8.dev/guest/cmd/isol8-guest", "program": "isol8.dev/guest/internal/sandboxtest/program"} {
		build := exec.Command("go", "build", "-o", filepath.Join(directory, name), source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %s", err, output))
		}
		// As in a sandbox: whoever may not read a program cannot trace what runs it.
		if err := os.Chmod(filepath.Join(directory, name), 0o711); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(directory)
	os.Exit(code)
}

// Sandbox is a guest and the client of its link.
type Sandbox struct {
	guestv1connect.GuestServiceClient
	// Exited is closed when the guest, and everything in its namespace with it, is gone.
	Exited chan struct{}
	// Link is the host's end.
	Link *Link
	// PID is the guest's in the test's own namespace; 0 in a container.
	PID int
	// Root is the sandbox's file system as the test sees it, without what is mounted there.
	Root string

	// Cut kills the client that holds the link, as the end of a server does. In place of a container that is the guest itself.
	Cut func()
	// kill ends the sandbox without its help, and bridge is the command of a later link.
	kill   func()
	bridge func() *exec.Cmd
	// kept is set once it outlives its links.
	kept bool
}

// New starts a guest that was not greeted yet.
func New(t testing.TB) *Sandbox {
	root := t.TempDir()
	for from, to := range map[string]string{"guest": guestPath, "program": Program} {
		install(t, filepath.Join(binaries, from), filepath.Join(root, to))
	}
	command := exec.Command("/proc/self/exe")
	command.Env = []string{initEnv + "=" + root}
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWNET,
	}
	s := Start(t, command)
	s.Root, s.PID = root, command.Process.Pid
	s.bridge = func() *exec.Cmd {
		user := strconv.Itoa(link.BridgeUID)
		return exec.Command("nsenter", "--target", strconv.Itoa(command.Process.Pid), "--mount", "--net", "--ipc", "--pid", "--root",
			"--setgid", user, "--setuid", user, guestPath, link.Command)
	}
	return s
}

// Start starts a guest by a command whose standard input and output are its link.
func Start(t testing.TB, command *exec.Cmd) *Sandbox {
	ours := begin(t, command)
	s := &Sandbox{GuestServiceClient: client(ours), Exited: make(chan struct{}), Link: ours}
	s.kill = func() { _ = command.Process.Kill() }
	s.Cut = s.kill
	go func() {
		_ = command.Wait()
		close(s.Exited)
	}()
	t.Cleanup(func() {
		if s.kept {
			s.kill()
		}
		_ = ours.Close()
		select {
		case <-s.Exited:
		case <-time.After(10 * time.Second):
			s.kill()
			t.Error("the guest outlived its link")
		}
	})
	return s
}

// begin starts a command whose standard input and output are a link.
func begin(t testing.TB, command *exec.Cmd) *Link {
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout = out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	return &Link{in: stdout, out: stdin}
}

// client calls the guest at the other end of a link.
func client(over *Link) guestv1connect.GuestServiceClient {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{
		Protocols:          protocols,
		DisableCompression: true,
		// As the host does: a message is one frame, so the pipe sees few and large writes.
		HTTP2:       &http.HTTP2Config{MaxReadFrameSize: 128 << 10},
		DialContext: func(context.Context, string, string) (net.Conn, error) { return over.once() },
	}
	return guestv1connect.NewGuestServiceClient(&http.Client{Transport: transport}, "http://guest", connect.WithGRPC())
}

// Greeted starts a guest and greets it.
func Greeted(t testing.TB) *Sandbox {
	s := New(t)
	if _, err := s.Hello(); err != nil {
		t.Fatal(err)
	}
	return s
}

// AsInGVisor starts a guest and greets it where the code's user may not execute its binary, which gVisor wants to be
// readable for that.
func AsInGVisor(t testing.TB) *Sandbox {
	s := New(t)
	if err := os.Chmod(filepath.Join(s.Root, guestPath), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hello(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Hello greets.
func (s *Sandbox) Hello() (*guestv1.GreetResponse, error) { return greet(s) }

func greet(guest guestv1connect.GuestServiceClient) (*guestv1.GreetResponse, error) {
	answer, err := guest.Greet(context.Background(), connect.NewRequest(&guestv1.GreetRequest{
		ProtocolVersions: []int32{1},
		CodeUid:          UID,
		SilenceTimeout:   durationpb.New(time.Minute),
		CaBundle:         []byte("certificates\n"),
	}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func install(t testing.TB, from, to string) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o711); err != nil {
		t.Fatal(err)
	}
}
