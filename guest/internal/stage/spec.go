// Package stage is the step between the guest and a program: a process of the code's user that limits itself and
// becomes the program. It tells the guest exactly what went wrong when it cannot.
package stage

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// Command is the argument that makes the binary a stage.
const Command = "exec"

const (
	// specFD is where the stage reads its Spec.
	specFD = 3
	// statusFD is where it says that it is ready, or what went wrong. The program does not inherit it, so its end
	// without a word after ready is the program's start.
	statusFD = 4
	// waiting is written when there is nothing left to do but to read the Spec.
	waiting = '.'
	// ready is written right before execve: an end of file without it means that the stage was killed.
	ready = '+'
	// maxStatus bounds what the guest reads from a stage.
	maxStatus = 8 << 10
)

// Spec is what to run, and how.
type Spec struct {
	Argv             []string
	Environment      []string
	Root             string
	WorkingDirectory string
	Limits           Limits
	// MainFile is written first; nil for none.
	MainFile *MainFile
}

// MainFile is the program's own source.
type MainFile struct {
	// Name is a name in Root itself. What has it is replaced.
	Name    string
	Content []byte
}

// Failure is why a program could not be started.
type Failure struct {
	Reason  guestv1.RunFailureReason
	Message string
}

// Error is the message.
func (f *Failure) Error() string { return f.Message }

// ErrKilled says that the stage ended without a word: something killed it.
var ErrKilled = errors.New("the program was killed before it could start")

// WriteSpec sends a Spec to a stage.
func WriteSpec(to io.Writer, spec *Spec) error { return json.NewEncoder(to).Encode(spec) }

// Await reads a stage's status to its end. onReady is called when the program is about to start. It returns nil once
// the program runs, and else a *Failure or ErrKilled.
func Await(status io.Reader, onReady func()) error {
	in := bufio.NewReaderSize(io.LimitReader(status, maxStatus), 512)
	first, err := in.ReadByte()
	if err == nil && first == waiting {
		first, err = in.ReadByte()
	}
	if err != nil {
		return lost(err)
	}
	if first == ready {
		onReady()
	} else if err := in.UnreadByte(); err != nil {
		return err
	}
	rest, err := io.ReadAll(in)
	if err != nil {
		return lost(err)
	}
	if len(rest) == 0 {
		return nil
	}
	return readFailure(rest)
}

// lost is what a stage is that does not say how it went.
func lost(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return other("it did not start within %v: something stopped it", startTime)
	}
	return ErrKilled
}

// readFailure is what a stage says before it ends.
func readFailure(word []byte) *Failure {
	failure := &Failure{}
	if json.Unmarshal(word, failure) != nil || guestv1.RunFailureReason_name[int32(failure.Reason)] == "" {
		return &Failure{Reason: guestv1.RunFailureReason_RUN_FAILURE_REASON_OTHER, Message: "the stage's status could not be read"}
	}
	return failure
}
