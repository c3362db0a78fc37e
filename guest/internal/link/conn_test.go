package link

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a stream that keeps what is written to it, piece by piece.
type wire struct {
	io.Reader
	mu     sync.Mutex
	pieces []string
	err    error
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pieces = append(w.pieces, string(p))
	return len(p), w.err
}

func (w *wire) Close() error { return nil }

func (w *wire) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pieces
}

func (w *wire) wait(t *testing.T, size int) []string {
	t.Helper()
	for range 1000 {
		if pieces := w.sent(); len(strings.Join(pieces, "")) >= size {
			return pieces
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%q were sent, not %d bytes", w.sent(), size)
	return nil
}

func TestWhatIsWrittenInOneGoIsSentInOnePiece(t *testing.T) {
	w := &wire{}
	conn := NewConn(w, func(error) {})
	defer conn.Close()
	// Others that can go on may come between; the guest has one thread, a test does not.
	const rounds = 50
	for range rounds {
		for _, piece := range []string{"started ", "output ", "ended ", "trailers\n"} {
			if _, err := conn.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		w.wait(t, 1)
		time.Sleep(time.Millisecond)
	}
	pieces := w.wait(t, rounds*len("started output ended trailers\n"))
	if all := strings.Join(pieces, ""); all != strings.Repeat("started output ended trailers\n", rounds) {
		t.Errorf("sent %q", all)
	}
	if len(pieces) > 2*rounds {
		t.Errorf("%d writes of %d bursts were sent in %d pieces", 4*rounds, rounds, len(pieces))
	}
}

func TestWhatIsLargeKeepsItsPlace(t *testing.T) {
	w := &wire{}
	conn := NewConn(w, func(error) {})
	defer conn.Close()
	var all bytes.Buffer
	for i := range 200 {
		piece := bytes.Repeat([]byte{byte('a' + i%26)}, i*i%(3*maxGathered))
		all.Write(piece)
		if n, err := conn.Write(piece); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := strings.Join(w.wait(t, all.Len()), ""); got != all.String() {
		t.Error("what was sent is not what was written")
	}
}

func TestALinkThatCannotBeWrittenToEnds(t *testing.T) {
	broken := errors.New("broken")
	ended := make(chan error, 1)
	conn := NewConn(&wire{err: broken}, func(err error) { ended <- err })
	_, _ = conn.Write([]byte("anything"))
	defer func() {
		if _, err := conn.Write([]byte("more")); !errors.Is(err, net.ErrClosed) {
			t.Error("written to afterwards:", err)
		}
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, broken) {
			t.Error(err)
		}
	case <-time.After(time.Second):
		t.Error("it has not ended")
	}
}
