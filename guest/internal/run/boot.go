package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/hot"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/reset"
	"isol8.dev/guest/internal/stage"
)

// bootTime is how long an interpreter may take to boot.
const bootTime = 5 * time.Second

// Boot makes something wait for the next run, in place of what waits, and returns when it does. Nothing is left of what
// could not be booted.
func (e *Executor) Boot(ctx context.Context, request *guestv1.BootRequest) error {
	e.booting.Lock()
	defer e.booting.Unlock()
	if v := e.take(); v != nil {
		v.discard(e.Launcher.Reaper)
	}
	hook, err := e.bootedHook(request)
	if err != nil {
		return err
	}
	if request.GetReset_() {
		if err := e.reset(); err != nil {
			return err
		}
	}
	var v *vessel
	if hook == nil {
		v, err = e.launchWaiting()
	} else {
		v, err = e.boot(ctx, hook, request)
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = v
	return nil
}

// launchWaiting starts a stage and returns when it waits.
func (e *Executor) launchWaiting() (*vessel, error) {
	v, err := e.launch(false)
	if err != nil {
		return nil, err
	}
	if err := v.stage.AwaitWaiting(); err != nil {
		v.discard(e.Launcher.Reaper)
		return nil, err
	}
	return v, nil
}

// reset ends everything and removes everything.
func (e *Executor) reset() error {
	if err := e.KillAll(); err != nil {
		return err
	}
	if err := stage.AsUser(e.Launcher.UID, func() error { return reset.Empty(e.Disks) }); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	return nil
}

// bootedHook is the hook of what is asked for; nil for a stage that is not told yet what it will be.
func (e *Executor) bootedHook(request *guestv1.BootRequest) (*hot.Hook, error) {
	argv := request.GetArgv()
	if request.GetHook() == "" {
		if len(argv) > 0 {
			return nil, errors.New("a process without a hook takes any program, and none is named for it")
		}
		return nil, nil
	}
	hook, err := hot.Find(request.GetHook())
	if err != nil {
		return nil, err
	}
	if len(argv) < 2 {
		return nil, errors.New("an interpreter and a main file must be named")
	}
	_, err = e.nameInRoot(argv[len(argv)-1])
	return hook, err
}

// boot starts an interpreter and returns when it has come to its hook.
func (e *Executor) boot(ctx context.Context, hook *hot.Hook, request *guestv1.BootRequest) (*vessel, error) {
	hooks, err := hook.Install(e.Private)
	if err != nil {
		return nil, err
	}
	argv := request.GetArgv()
	if main := argv[len(argv)-1]; hook.MainFileFirst {
		if err := e.Launcher.MakeEmpty(main); err != nil {
			return nil, stage.NoMainFile(err)
		}
		defer func() {
			if err != nil {
				e.Launcher.RemoveEmpty(main)
			}
		}()
	}
	v := &vessel{hook: hook, argv: argv, environment: request.GetEnvironment()}
	argv, v.booted = hook.Command(hooks, argv, v.environment)
	directory := e.Root
	if hook.Elsewhere {
		directory = "/"
	}
	if v.streams, err = openStreams(e.Launcher.UID); err != nil {
		return nil, err
	}
	v.process, err = e.Launcher.Boot(argv, v.booted, directory, v.streams.child, e.newMark(false))
	v.streams.closeChild()
	if err != nil {
		v.streams.close()
		return nil, fmt.Errorf("%s did not boot: %w", argv[0], err)
	}
	if err = e.awaitHook(ctx, v); err != nil {
		v.discard(e.Launcher.Reaper)
		return nil, err
	}
	return v, nil
}

// awaitHook returns when an interpreter waits, or why it does not.
func (e *Executor) awaitHook(ctx context.Context, v *vessel) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	// Whatever waits for it below comes to an end of file then.
	defer context.AfterFunc(ctx, func() { e.Launcher.Reaper.Kill(v.process) })()
	deadline, _ := ctx.Deadline()
	err := hot.AwaitWaiting(v.streams.stdout, deadline)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s did not boot within %v", v.argv[0], bootTime)
	}
	if said := v.streams.firstError(); said != "" {
		return fmt.Errorf("%s did not boot: %s", v.argv[0], said)
	}
	return fmt.Errorf("%s did not boot: %w", v.argv[0], err)
}

// Helpers are the pids of processes that run our own program: a stage that waits.
func (e *Executor) Helpers() []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil || e.waiting.stage == nil {
		return nil
	}
	return []int{e.waiting.process.PID}
}

// take takes what waits, whatever it is.
func (e *Executor) take() *vessel {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.waiting
	e.waiting = nil
	return v
}

// takeFor takes what waits when it can run spec, and tells what it refuses.
func (e *Executor) takeFor(spec *stage.Spec, shared bool) (v *vessel, refused string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil || !e.waiting.alive() || shared && !e.canBeShared(e.waiting) {
		return nil, ""
	}
	if refused = e.waiting.refuses(spec); refused != "" {
		return nil, refused
	}
	v, e.waiting = e.waiting, nil
	return v, ""
}

// canBeShared tells whether others may live beside what waits. If it was started before anything could, it would not be
// told from them.
func (e *Executor) canBeShared(v *vessel) bool {
	return v.process.Mark != proc.Plain(e.Launcher.UID)
}

// nameInRoot is the name of an absolute path directly in the root.
func (e *Executor) nameInRoot(absolute string) (string, error) {
	directory, name := path.Split(absolute)
	if directory != e.Root+"/" || name == "" || name == "." || name == ".." || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%q is not the path of a file in %s itself", absolute, e.Root)
	}
	return name, nil
}

// OneLine is what an error says, as far as it fits one line.
func OneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.ToValidUTF8(line[:min(len(line), maxSaid)], "\uFFFD")
}
