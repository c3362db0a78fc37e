package service_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

type putStream = connect.ClientStreamForClient[guestv1.PutFileRequest, guestv1.PutFileResponse]

// beginPut sends a header and content, and leaves the stream open.
func beginPut(ctx context.Context, s *sandboxtest.Sandbox, header *guestv1.PutFileHeader, content []byte) *putStream {
	stream := s.PutFile(ctx)
	if header.Form == 0 {
		header.Form = guestv1.FileForm_FILE_FORM_FILE
	}
	_ = stream.Send(&guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Header{Header: header}})
	for len(content) > 0 {
		n := min(len(content), 64<<10)
		if stream.Send(&guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Chunk{Chunk: content[:n]}}) != nil {
			break
		}
		content = content[n:]
	}
	return stream
}

func endPut(t *testing.T, stream *putStream) *guestv1.PutFileResponse {
	t.Helper()
	_ = stream.Send(&guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Complete{Complete: true}})
	answer, err := stream.CloseAndReceive()
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

// list is all that is below a directory.
func list(t *testing.T, s *sandboxtest.Sandbox, path string) string {
	t.Helper()
	answer, err := s.ListFiles(context.Background(), connect.NewRequest(&guestv1.ListFilesRequest{Path: path, Recursive: true, Limit: 1000}))
	if err != nil || answer.Msg.GetFailure() != nil {
		t.Fatal(answer, err)
	}
	var paths []string
	for _, entry := range answer.Msg.GetFiles() {
		paths = append(paths, entry.GetPath())
	}
	return strings.Join(paths, " ")
}

// until waits for a state.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func TestNothingIsLeftOfAFileThatIsNotWhole(t *testing.T) {
	s := sandboxtest.Greeted(t)
	ctx, cancel := context.WithCancel(context.Background())
	stream := beginPut(ctx, s, &guestv1.PutFileHeader{Path: "new/cancelled"}, make([]byte, 1<<20))
	until(t, "it does not begin", func() bool { return list(t, s, ".") == "new" })
	cancel()
	if _, err := stream.CloseAndReceive(); connect.CodeOf(err) != connect.CodeCanceled {
		t.Error(err)
	}
	until(t, "a cancelled one stays", func() bool { return list(t, s, ".") == "" })

	// The code's user ends the worker.
	stream = beginPut(context.Background(), s, &guestv1.PutFileHeader{Path: "killed"}, make([]byte, 1<<20))
	s.Do(t, sandboxtest.Command("killall"))
	_ = stream.Send(&guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Complete{Complete: true}})
	if _, err := stream.CloseAndReceive(); connect.CodeOf(err) != connect.CodeAborted {
		t.Error(err)
	}
	if left := list(t, s, "."); left != "" {
		t.Errorf("there are %q", left)
	}
}

func TestAFullDiskTakesNoPartOfAFile(t *testing.T) {
	s := sandboxtest.Greeted(t)
	old := endPut(t, beginPut(context.Background(), s, &guestv1.PutFileHeader{Path: "file"}, []byte("old")))
	answer := endPut(t, beginPut(context.Background(), s, &guestv1.PutFileHeader{Path: "file"}, make([]byte, 17<<20)))
	if old.GetFile().GetSizeBytes() != 3 || answer.GetFailure().GetReason() != noSpace {
		t.Error(old, answer)
	}
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for _, name := range []string{"a", "b"} {
		_ = writer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 9 << 20})
		_, _ = writer.Write(make([]byte, 9<<20))
	}
	_ = writer.Close()
	answer = endPut(t, beginPut(context.Background(), s, &guestv1.PutFileHeader{Path: "tree", Form: guestv1.FileForm_FILE_FORM_TAR}, archive.Bytes()))
	if answer.GetFailure().GetReason() != noSpace || answer.GetEntries() != 1 {
		t.Error(answer)
	}
	if left := list(t, s, "."); left != "file tree tree/a" {
		t.Errorf("there are %q", left)
	}
	got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"file"}})
	if got[0].content != "old" {
		t.Errorf("%q", got[0].content)
	}
}

func TestOneFileIsWrittenByManyAtOnce(t *testing.T) {
	s := sandboxtest.Greeted(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			content := bytes.Repeat([]byte(fmt.Sprint(i)), 1<<20)
			if answer := endPut(t, beginPut(context.Background(), s, &guestv1.PutFileHeader{Path: "file"}, content)); answer.GetFailure() != nil {
				t.Error(answer)
			}
		}()
	}
	all.Wait()
	got := readAll(t, s, &guestv1.ReadFilesRequest{Patterns: []string{"**"}})
	if len(got) != 1 || got[0].content != strings.Repeat(got[0].content[:1], 1<<20) {
		t.Errorf("%d files, %d bytes", len(got), len(got[0].content))
	}
}

func TestALinkThatIsSwappedLeadsNowhere(t *testing.T) {
	s := sandboxtest.Greeted(t)
	elsewhere := filepath.Join(s.Root, "outside")
	for _, err := range []error{os.Mkdir(elsewhere, 0o777), os.Chmod(elsewhere, 0o777), os.WriteFile(filepath.Join(elsewhere, "secret"), nil, 0o666)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream := s.Open(ctx, t, sandboxtest.Command("swap", "x", "/outside"))
	for {
		message, err := stream.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if message.GetOutput() != nil {
			break
		}
	}
	reasons := map[guestv1.FileFailureReason]int{}
	for i := range 150 {
		answer := endPut(t, beginPut(ctx, s, &guestv1.PutFileHeader{Path: fmt.Sprintf("x/%d", i)}, []byte("x")))
		reasons[answer.GetFailure().GetReason()]++
		page, err := s.ListFiles(ctx, connect.NewRequest(&guestv1.ListFilesRequest{Path: "x", Limit: 1000}))
		if err != nil || strings.Contains(fmt.Sprint(page.Msg), "secret") {
			t.Fatal(page, err)
		}
		if _, err := s.RemoveFile(ctx, connect.NewRequest(&guestv1.RemoveFileRequest{Path: "x/secret"})); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(elsewhere)
	if err != nil || len(left) != 1 {
		t.Error(left, err)
	}
	t.Log(reasons)
	if reasons[0] == 0 || reasons[outside] == 0 {
		t.Error("nothing was raced:", reasons)
	}
}
