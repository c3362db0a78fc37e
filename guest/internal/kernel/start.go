package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/run"
	"isol8.dev/guest/internal/stage"
)

const (
	// bootTime is how long an interpreter may take until it takes cells.
	bootTime = 10 * time.Second
	// maxSaid is how much is read of what something says that could not be started.
	maxSaid = 4 << 10
)

var errSlow = fmt.Errorf("it took more than %v: it may want more of what its limits give", bootTime)

// start starts an interpreter, or takes the one that waits, and returns when it takes cells.
func (k *Kernel) start(ctx context.Context, d *driver, request *guestv1.RunCellRequest) (*interpreter, error) {
	if len(request.GetArgv()) == 0 {
		return nil, errors.New("no interpreter is named")
	}
	main, err := d.install(k.Private)
	if err != nil {
		return nil, err
	}
	if request.GetHot() {
		in, err := k.bring(ctx, d, request, func(in *interpreter) (*os.File, error) { return in.board(main, request) })
		// What holds up one that had booted holds up another.
		if err == nil || errors.Is(err, errSlow) || ctx.Err() != nil {
			return in, err
		}
	}
	return k.bring(ctx, d, request, func(in *interpreter) (*os.File, error) { return in.launch(main, request) })
}

// bring brings an interpreter to where it takes cells. begin begins it, and returns what it writes to standard error.
func (k *Kernel) bring(
	ctx context.Context, d *driver, request *guestv1.RunCellRequest, begin func(*interpreter) (*os.File, error),
) (*interpreter, error) {
	line, err := newLine(k.Private, k.Launcher.UID)
	if err != nil {
		return nil, err
	}
	in := &interpreter{
		kernel: k, driver: d, firstCell: request.GetRunId(), line: line,
		read: make(chan struct{}), gone: make(chan struct{}),
	}
	errs, err := begin(in)
	if err != nil {
		line.close()
		return nil, err
	}
	k.Executor.Owners.Set(in.process.Mark, run.Owner{Context: request.GetContext()}, k.Launcher.Reaper.Living)
	go in.watch()
	frames, err := in.await(ctx, stage.Limits{
		Processes: uint64(max(0, request.GetMaxProcesses())),
		OpenFiles: uint64(max(0, request.GetMaxOpenFiles())),
	})
	if err != nil {
		in.end("")
		<-in.gone
		if said := lastLine(errs); said != "" && ctx.Err() == nil {
			err = fmt.Errorf("%w: %s", err, said)
		}
		_ = errs.Close()
		return nil, fmt.Errorf("%s did not start: %w", request.GetArgv()[0], err)
	}
	in.stderr = newOutlet(errs, guestv1.Stream_STREAM_STDERR)
	go in.listen(frames)
	return in, nil
}

// board takes the interpreter that waits.
func (in *interpreter) board(main string, request *guestv1.RunCellRequest) (errs *os.File, err error) {
	driven := in.kernel.Executor.Drive(run.Drive{
		Hook: in.driver.directory, Argv: request.GetArgv(), Environment: request.GetEnvironment(),
		Main: main, Argument: in.line.directory,
	})
	if driven == nil {
		return nil, errors.New("none waits")
	}
	in.process, in.hot = driven.Process, true
	in.stdout = newOutlet(driven.Stdout, guestv1.Stream_STREAM_STDOUT)
	return driven.Stderr, nil
}

// launch starts a process.
func (in *interpreter) launch(main string, request *guestv1.RunCellRequest) (errs *os.File, err error) {
	launcher := in.kernel.Launcher
	argv := slices.Concat(request.GetArgv(), in.driver.before, []string{main}, in.driver.after, []string{in.line.directory})
	var child [3]uintptr
	var out *os.File
	defer func() {
		for _, fd := range child {
			if fd != 0 {
				_ = syscall.Close(int(fd))
			}
		}
		if err == nil {
			in.stdout = newOutlet(out, guestv1.Stream_STREAM_STDOUT)
			return
		}
		for _, file := range []*os.File{in.stdin, out, errs} {
			_ = file.Close()
		}
	}()
	err = stage.AsPipeOwner(launcher.UID, func() error {
		for i, guest := range []**os.File{&in.stdin, &out, &errs} {
			if i == 0 && in.driver.runLine == "" {
				null, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
				if err != nil {
					return err
				}
				child[i] = uintptr(null)
				continue
			}
			fd, file, err := stage.Pipe(i == 0)
			if err != nil {
				return err
			}
			child[i], *guest = uintptr(fd), file
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	mark := launcher.Reaper.NewMark(launcher.UID)
	in.process, err = launcher.Boot(argv, request.GetEnvironment(), in.kernel.Root, child, mark)
	return errs, err
}

// await returns when the driver says that it takes cells.
func (in *interpreter) await(ctx context.Context, limits stage.Limits) (*frames, error) {
	if err := in.kernel.Launcher.Limit(in.process, limits); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { in.end("") })()
	_ = in.line.said.SetReadDeadline(time.Now().Add(bootTime))
	defer func() { _ = in.line.said.SetReadDeadline(time.Time{}) }()
	frames := readFrames(in.line.said)
	first, err := frames.next()
	in.line.begun()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errSlow
	case err != nil:
		return nil, errors.New("it ended")
	case first.kind != ready:
		return nil, errors.New("it is none that takes cells")
	}
	return frames, nil
}

// lastLine is the last line of what something that is gone has written.
func lastLine(errs *os.File) string {
	_ = errs.SetReadDeadline(time.Now().Add(farewell))
	said, _ := io.ReadAll(io.LimitReader(errs, maxSaid))
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return strings.ToValidUTF8(lines[len(lines)-1], "\uFFFD")
}
