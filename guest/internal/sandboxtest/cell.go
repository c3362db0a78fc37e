package sandboxtest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// Display is a whole rich result.
type Display struct {
	Forms    map[string]string
	ID       string
	IsResult bool
}

// CellResult is all that a cell said.
type CellResult struct {
	Stdout, Stderr bytes.Buffer
	Displays       []Display
	Started        *guestv1.CellStarted
	Ended          *guestv1.CellEnded
	Failed         *guestv1.RunFailed
	// Messages is how many came.
	Messages int
}

// CellStream is an open RunCell.
type CellStream = connect.ServerStreamForClient[guestv1.RunCellResponse]

// OpenCell starts a cell.
func (s *Sandbox) OpenCell(ctx context.Context, t testing.TB, request *guestv1.RunCellRequest) *CellStream {
	t.Helper()
	stream, err := s.RunCell(ctx, connect.NewRequest(request))
	if err != nil {
		t.Fatal("cell:", err)
	}
	return stream
}

// DoCell runs a cell to its end.
func (s *Sandbox) DoCell(t testing.TB, request *guestv1.RunCellRequest) *CellResult {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	return CollectCell(t, s.OpenCell(ctx, t, request))
}

// CollectCell reads a cell to its end.
func CollectCell(t testing.TB, stream *CellStream) *CellResult {
	t.Helper()
	result := &CellResult{}
	var display *Display
	mime := ""
	for stream.Receive() {
		message := stream.Msg()
		result.Messages++
		if result.Ended != nil || result.Failed != nil {
			t.Fatalf("%v comes after the end", message)
		}
		switch event := message.GetEvent().(type) {
		case *guestv1.RunCellResponse_Started:
			result.Started = event.Started
		case *guestv1.RunCellResponse_Output:
			to := &result.Stdout
			if event.Output.GetStream() == guestv1.Stream_STREAM_STDERR {
				to = &result.Stderr
			}
			if n := len(event.Output.GetData()); n == 0 || n > 64<<10 {
				t.Fatalf("output of %d bytes", n)
			}
			to.Write(event.Output.GetData())
		case *guestv1.RunCellResponse_Display:
			part := event.Display
			if len(part.GetData()) > 64<<10 {
				t.Fatalf("a piece of %d bytes", len(part.GetData()))
			}
			if display == nil {
				display = &Display{Forms: map[string]string{}, ID: part.GetDisplayId(), IsResult: part.GetIsResult()}
			}
			if mime != "" && mime != part.GetMimeType() {
				t.Fatalf("%s comes inside of %s", part.GetMimeType(), mime)
			}
			mime = part.GetMimeType()
			display.Forms[mime] += string(part.GetData())
			if part.GetFormEnds() {
				mime = ""
			}
			if part.GetEnds() {
				result.Displays = append(result.Displays, *display)
				display = nil
			}
		case *guestv1.RunCellResponse_Ended:
			result.Ended = event.Ended
		case *guestv1.RunCellResponse_Failed:
			result.Failed = event.Failed
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatalf("cell: %v", err)
	}
	if result.Ended == nil && result.Failed == nil {
		t.Fatal("the cell has no end")
	}
	return result
}
