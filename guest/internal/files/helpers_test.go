package files

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// ask has a worker carry out orders, as the guest does, and takes one answer.
func ask(t *testing.T, work func(string, io.Reader, io.Writer) error, root string, answer proto.Message, orders ...proto.Message) {
	t.Helper()
	var in, out bytes.Buffer
	for _, order := range orders {
		if err := WriteFrame(&in, order); err != nil {
			t.Fatal(err)
		}
	}
	if err := work(root, &in, &out); err != nil {
		t.Fatal(err)
	}
	if err := ReadAnswer(&out, answer); err != nil {
		t.Fatal(err)
	}
	if !PlausibleAnswer(orders[0], answer) {
		t.Errorf("the guest would not believe %v", answer)
	}
}

// putIn writes content in pieces of an odd size.
func putIn(t *testing.T, root string, header *guestv1.PutFileHeader, content []byte, whole bool) *guestv1.PutFileResponse {
	t.Helper()
	orders := []proto.Message{&guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Header{Header: header}}}
	for len(content) > 0 {
		n := min(len(content), 1000)
		orders = append(orders, &guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Chunk{Chunk: content[:n]}})
		content = content[n:]
	}
	if whole {
		orders = append(orders, &guestv1.PutFileRequest{Part: &guestv1.PutFileRequest_Complete{Complete: true}})
	}
	answer := &guestv1.PutFileResponse{}
	ask(t, put, root, answer, orders...)
	return answer
}

// untar writes an archive into the directory `at`.
func untar(t *testing.T, root string, archive []byte) *guestv1.PutFileResponse {
	t.Helper()
	return putIn(t, root, &guestv1.PutFileHeader{Path: "at", Form: guestv1.FileForm_FILE_FORM_TAR}, archive, true)
}

// tarOf makes an archive as it is told, however wrong.
func tarOf(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for _, entry := range entries {
		content := strings.Repeat("x", int(entry.Size))
		if err := writer.WriteHeader(&entry); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(writer, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// getFrom reads what GetFile gives, held to the order.
func getFrom(t *testing.T, root string, order *guestv1.GetFileRequest) (content []byte, failure *guestv1.FileFailure) {
	t.Helper()
	var in, out bytes.Buffer
	if err := WriteFrame(&in, order); err != nil {
		t.Fatal(err)
	}
	if err := get(root, &in, &out); err != nil {
		t.Fatal(err)
	}
	check := NewGetCheck(order)
	for out.Len() > 0 {
		answer := &guestv1.GetFileResponse{}
		if err := ReadAnswer(&out, answer); err != nil {
			t.Fatal(err)
		}
		if err := check.Take(answer); err != nil {
			t.Fatalf("the guest would not believe %.100v", answer)
		}
		content = append(content, answer.GetChunk()...)
		failure = answer.GetFailure()
	}
	if !check.Complete() {
		t.Fatal("it has no end")
	}
	return content, failure
}

// names is all that there is in a directory, links not followed.
func names(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if path != root {
			all = append(all, strings.TrimPrefix(path, root+"/"))
		}
		return err
	})
	must(t, err)
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
