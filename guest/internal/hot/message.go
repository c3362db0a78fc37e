package hot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A hook and the guest talk over the program's own standard streams, which nobody else uses before the program: so
// there is no descriptor to close, and none that could be seen. The hook writes waits, reads one message, writes
// started, declined or failed, and does not touch them again.
const (
	waits   = 'w'
	started = '+'
	// declined is for a program in whose directory there is what the interpreter honours only when it boots.
	declined = '0'
	// failed is followed by the error number of what went wrong with the main file.
	failed = '-'
	// maxFailure bounds what is read of a hook that failed.
	maxFailure = 8
	// MaxCommand is how many bytes arguments and environment may take together. The kernel takes more, but from here on
	// whether it does is for the kernel to say.
	MaxCommand = 96 << 10
)

// Program is what a hook is told.
type Program struct {
	// Arguments come after the main file.
	Arguments []string
	// Changes are what differs from the environment that the interpreter was booted with, as Changes has it.
	Changes []string
	// Path is the main file to write; empty for none.
	Path string
	// Content is what it will hold.
	Content []byte
	// Driver runs in place of the main file, which is not looked for; empty for none.
	Driver string
}

// Fits tells whether a hook can be told it and a fresh process would take it, too.
func (p *Program) Fits() bool {
	size := 0
	for _, field := range slices.Concat(p.Arguments, p.Changes) {
		if strings.IndexByte(field, 0) >= 0 {
			return false
		}
		size += len(field) + 1
	}
	return size <= MaxCommand
}

// message is eight hexadecimal digits for the size of what follows: fields that each end in a NUL (the number of
// arguments, that of changes to the environment, the path, the driver, the arguments, the changes), then the content. A
// change is NAME=value for a variable to set and NAME for one to remove.
func (p *Program) message() []byte {
	var out bytes.Buffer
	fields := slices.Concat(
		[]string{strconv.Itoa(len(p.Arguments)), strconv.Itoa(len(p.Changes)), p.Path, p.Driver}, p.Arguments, p.Changes,
	)
	size := len(p.Content)
	for _, field := range fields {
		size += len(field) + 1
	}
	out.Grow(8 + size)
	fmt.Fprintf(&out, "%08x", size)
	for _, field := range fields {
		out.WriteString(field)
		out.WriteByte(0)
	}
	out.Write(p.Content)
	return out.Bytes()
}

// Input is the guest's end of standard input.
type Input interface {
	io.Writer
	SetWriteDeadline(time.Time) error
}

// Output is the guest's end of standard output.
type Output interface {
	io.Reader
	SetReadDeadline(time.Time) error
}

// AwaitWaiting returns when the hook waits, and else why it does not.
func AwaitWaiting(stdout Output, deadline time.Time) error {
	word, err := next(stdout, deadline)
	if err == nil && word != waits {
		err = errors.New("it wrote to standard output before its program came")
	}
	return err
}

// ErrDeclined says that there are files which the interpreter honours only when it begins with them.
var ErrDeclined = errors.New("the program needs an interpreter that begins with it")

// MainFileError says that the main file could not be written.
type MainFileError struct{ Err error }

// Error names the cause.
func (e *MainFileError) Error() string { return e.Err.Error() }

// Start tells a hook that waits what to run and returns when the interpreter goes on with it. What is read and written
// from then on is the program's. An error that is no *MainFileError means that the program did not begin.
func Start(stdin Input, stdout Output, program *Program, deadline time.Time) error {
	_ = stdin.SetWriteDeadline(deadline)
	if _, err := stdin.Write(program.message()); err != nil {
		return err
	}
	_ = stdin.SetWriteDeadline(time.Time{})
	return AwaitStarted(stdout, deadline)
}

// AwaitStarted is the second half of Start.
func AwaitStarted(stdout Output, deadline time.Time) error {
	word, err := next(stdout, deadline)
	switch {
	case err != nil:
		return err
	case word == started:
		return nil
	case word == declined:
		return ErrDeclined
	case word != failed:
		return errors.New("the hook broke its protocol")
	}
	_ = stdout.SetReadDeadline(deadline)
	digits, _ := io.ReadAll(io.LimitReader(stdout, maxFailure))
	number, err := strconv.Atoi(string(digits))
	if err != nil || number <= 0 {
		number = int(syscall.EIO)
	}
	return &MainFileError{syscall.Errno(number)}
}

// next reads one byte: what comes after it may be the program's.
func next(stdout Output, deadline time.Time) (byte, error) {
	_ = stdout.SetReadDeadline(deadline)
	defer func() { _ = stdout.SetReadDeadline(time.Time{}) }()
	var word [1]byte
	_, err := io.ReadFull(stdout, word[:])
	return word[0], err
}
