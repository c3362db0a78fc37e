package sandboxtest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/link"
)

// Kept makes the guest outlive its link, and returns the key of later ones.
func (s *Sandbox) Kept(t testing.TB, lifetime, idle time.Duration) []byte {
	t.Helper()
	return s.KeptWithin(t, 128<<20, lifetime, idle)
}

// KeptWithin is Kept with another limit of memory.
func (s *Sandbox) KeptWithin(t testing.TB, memoryBytes int64, lifetime, idle time.Duration) []byte {
	t.Helper()
	key := make([]byte, link.KeySize)
	_, _ = rand.Read(key)
	request := &guestv1.KeepRequest{
		Lifetime: durationpb.New(lifetime), IdleTimeout: durationpb.New(idle), Key: key, MemoryBytes: memoryBytes,
	}
	s.kept = true
	if _, err := s.Keep(context.Background(), connect.NewRequest(request)); err != nil {
		t.Fatal(err)
	}
	return key
}

// Bridge starts the bridge of a later link, which has proved nothing yet.
func (s *Sandbox) Bridge(t testing.TB) *Link {
	t.Helper()
	command := s.bridge()
	ours := begin(t, command)
	t.Cleanup(func() {
		_ = ours.Close()
		_ = command.Wait()
	})
	return ours
}

// Relink links again, and greets.
func (s *Sandbox) Relink(t testing.TB, key []byte) (*Sandbox, *guestv1.GreetResponse, error) {
	t.Helper()
	ours := s.Bridge(t)
	if err := link.ProveHost(ours, key); err != nil {
		return nil, nil, err
	}
	again := &Sandbox{GuestServiceClient: client(ours), Exited: s.Exited, Link: ours, Root: s.Root, bridge: s.bridge}
	answer, err := again.Hello()
	return again, answer, err
}
