package files

import (
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

func header(size int64) *guestv1.ReadFilesResponse {
	return &guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_File{File: &guestv1.FileHeader{Path: "x", SizeBytes: size}}}
}

func content(size int) *guestv1.ReadFilesResponse {
	return &guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Chunk{Chunk: make([]byte, size)}}
}

func failed(reason guestv1.FileFailureReason) *guestv1.ReadFilesResponse {
	return &guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Failure{Failure: &guestv1.FileFailure{Path: "x", Reason: reason}}}
}

func TestAWorkerIsHeldToItsOrders(t *testing.T) {
	order := &guestv1.ReadFilesRequest{Patterns: []string{"x"}, MaxTotalBytes: ChunkSize + 100, MaxFiles: 1}
	for name, test := range map[string]struct {
		answers []*guestv1.ReadFilesResponse
		good    bool
	}{
		"a file":               {[]*guestv1.ReadFilesResponse{header(ChunkSize + 100), content(ChunkSize), content(100)}, true},
		"a file that shrinks":  {[]*guestv1.ReadFilesResponse{header(ChunkSize + 100), content(ChunkSize), failed(otherwise)}, true},
		"nothing":              {nil, true},
		"an unfinished file":   {[]*guestv1.ReadFilesResponse{header(ChunkSize + 100), content(ChunkSize)}, false},
		"too many bytes":       {[]*guestv1.ReadFilesResponse{header(ChunkSize + 101)}, false},
		"a negative size":      {[]*guestv1.ReadFilesResponse{header(-1)}, false},
		"too many files":       {[]*guestv1.ReadFilesResponse{header(0), header(0)}, false},
		"more than the header": {[]*guestv1.ReadFilesResponse{header(10), content(11)}, false},
		"content out of place": {[]*guestv1.ReadFilesResponse{content(1)}, false},
		"a chunk too short":    {[]*guestv1.ReadFilesResponse{header(100), content(60), content(40)}, false},
		"no content":           {[]*guestv1.ReadFilesResponse{header(1), content(0)}, false},
		"a file within a file": {[]*guestv1.ReadFilesResponse{header(10), header(10)}, false},
		"an unknown failure":   {[]*guestv1.ReadFilesResponse{failed(99)}, false},
		"endless failures":     {[]*guestv1.ReadFilesResponse{failed(notFound), failed(notFound), failed(notFound)}, false},
		"an answer of no kind": {[]*guestv1.ReadFilesResponse{{}}, false},
	} {
		check := NewCheck(order)
		good := true
		for _, answer := range test.answers {
			good = good && check.Take(answer) == nil
		}
		if good = good && check.Complete(); good != test.good {
			t.Error(name)
		}
	}
}
