package service_test

import (
	"context"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func greet(s *sandboxtest.Sandbox, request *guestv1.GreetRequest) (*guestv1.GreetResponse, connect.Code) {
	answer, err := s.Greet(context.Background(), connect.NewRequest(request))
	if err != nil {
		return nil, connect.CodeOf(err)
	}
	return answer.Msg, 0
}

func TestGreetingIsFirstAndOnce(t *testing.T) {
	s := sandboxtest.New(t)
	if _, err := s.Kill(context.Background(), connect.NewRequest(&guestv1.KillRequest{})); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Error("kill before the greeting:", err)
	}
	stream := s.Run(context.Background())
	// It may be refused before it is sent.
	_ = stream.Send(&guestv1.RunRequest{Part: &guestv1.RunRequest_Start{Start: sandboxtest.Command("exit", "0")}})
	if _, err := stream.Receive(); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Error("run before the greeting:", err)
	}
	silence := durationpb.New(time.Minute)
	for want, request := range map[connect.Code]*guestv1.GreetRequest{
		connect.CodeFailedPrecondition: {ProtocolVersions: []int32{7, 2}, CodeUid: 30000, SilenceTimeout: silence},
		connect.CodeInvalidArgument:    {ProtocolVersions: []int32{1}, CodeUid: 999, SilenceTimeout: silence},
	} {
		if _, code := greet(s, request); code != want {
			t.Error(request, code)
		}
	}
	good := &guestv1.GreetRequest{ProtocolVersions: []int32{2, 1}, CodeUid: 30000, SilenceTimeout: silence, CaBundle: []byte("certificates\n")}
	answer, code := greet(s, good)
	if code != 0 || answer.GetProtocolVersion() != 1 || len(answer.GetGuestDigest()) != 64 {
		t.Fatal(answer, code)
	}
	if _, code := greet(s, good); code != connect.CodeFailedPrecondition {
		t.Error("a second greeting:", code)
	}
	if got := s.Do(t, sandboxtest.Command("show", "/run/isol8/ca.pem")); got.Stdout.String() != "certificates\n" {
		t.Error(got.Stdout.String())
	}
}

func TestASilentHostEndsTheSandbox(t *testing.T) {
	s := sandboxtest.New(t)
	if _, code := greet(s, &guestv1.GreetRequest{ProtocolVersions: []int32{1}, CodeUid: 30000, SilenceTimeout: durationpb.New(300 * time.Millisecond)}); code != 0 {
		t.Fatal(code)
	}
	ended(t, s)
}

func TestTheEndOfTheLinkEndsTheSandbox(t *testing.T) {
	s := sandboxtest.Greeted(t)
	stream := s.Open(context.Background(), t, sandboxtest.Command("leave", "spin", "5"))
	started(t, stream)
	_ = s.Link.Close()
	ended(t, s)
}

func ended(t *testing.T, s *sandboxtest.Sandbox) {
	t.Helper()
	select {
	case <-s.Exited:
	case <-time.After(20 * time.Second):
		t.Error("the guest goes on")
	}
}
