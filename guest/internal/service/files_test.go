package service_test

import (
	"bytes"
	"context"
	"testing"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

type file struct {
	path    string
	mode    uint32
	content string
	size    int64
}

// write sends files; a size of 0 stands for that of the content.
func write(t *testing.T, s *sandboxtest.Sandbox, files ...file) *guestv1.FileFailure {
	t.Helper()
	stream := s.WriteFiles(context.Background())
	for _, f := range files {
		size := f.size
		if size == 0 {
			size = int64(len(f.content))
		}
		header := &guestv1.FileHeader{Path: f.path, Mode: f.mode, SizeBytes: size}
		_ = stream.Send(&guestv1.WriteFilesRequest{Part: &guestv1.WriteFilesRequest_File{File: header}})
		for content := []byte(f.content); len(content) > 0; {
			n := min(len(content), 64<<10)
			_ = stream.Send(&guestv1.WriteFilesRequest{Part: &guestv1.WriteFilesRequest_Chunk{Chunk: content[:n]}})
			content = content[n:]
		}
	}
	answer, err := stream.CloseAndReceive()
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetFailure()
}

type read struct {
	path    string
	mode    uint32
	content string
	failure guestv1.FileFailureReason
}

func readAll(t *testing.T, s *sandboxtest.Sandbox, order *guestv1.ReadFilesRequest) []read {
	t.Helper()
	if order.MaxTotalBytes == 0 {
		order.MaxTotalBytes = 32 << 20
	}
	if order.MaxFiles == 0 {
		order.MaxFiles = 100
	}
	stream, err := s.ReadFiles(context.Background(), connect.NewRequest(order))
	if err != nil {
		t.Fatal(err)
	}
	var all []read
	for stream.Receive() {
		switch part := stream.Msg().GetPart().(type) {
		case *guestv1.ReadFilesResponse_File:
			all = append(all, read{path: part.File.GetPath(), mode: part.File.GetMode()})
		case *guestv1.ReadFilesResponse_Chunk:
			all[len(all)-1].content += string(part.Chunk)
		case *guestv1.ReadFilesResponse_Failure:
			all = append(all, read{path: part.Failure.GetPath(), failure: part.Failure.GetReason()})
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFilesComeBackAsTheyWereWritten(t *testing.T) {
	t.Run("usually", func(t *testing.T) { filesComeBack(t, sandboxtest.Greeted(t)) })
	t.Run("in gVisor", func(t *testing.T) { filesComeBack(t, sandboxtest.AsInGVisor(t)) })
}

func filesComeBack(t *testing.T, s *sandboxtest.Sandbox) {
	large := string(bytes.Repeat([]byte("0123456789"), 100_000))
	if failure := write(t, s, file{path: "a/b/c.txt", content: large}, file{path: "/sandbox/run.sh", mode: 0o755, content: "#!"}, file{path: "empty"}); failure != nil {
		t.Fatal(failure)
	}
	got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"**/*.txt", "run.sh", "/sandbox/empty", "/sandbox/none"}})
	want := []read{
		{path: "a/b/c.txt", mode: 0o644, content: large},
		{path: "empty", mode: 0o644},
		{path: "/sandbox/none", failure: guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_FOUND},
		{path: "run.sh", mode: 0o755, content: "#!"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d answers", len(got))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %s %o %d bytes %v", i, got[i].path, got[i].mode, len(got[i].content), got[i].failure)
		}
	}
}
