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
	"isol8.dev/guest/internal/stage"
)

const (
	// bootTime is how long an interpreter may take to boot.
	bootTime = 5 * time.Second
	// removals is how often it is tried to remove what was made for one that did not.
	removals = 10
)

// Boot makes something wait for the next run, in place of what waits, and returns when it does. Nothing is left of what
// could not be booted.
func (e *Executor) Boot(ctx context.Context, request *guestv1.BootRequest) error {
	e.booting.Lock()
	defer e.booting.Unlock()
	if v := e.take(); v != nil {
		v.discard(e.Launcher.Reaper)
	}
	spec, hook, err := e.bootSpec(request)
	if err != nil {
		return err
	}
	if request.GetReset_() {
		if err := e.KillAll(); err != nil {
			return err
		}
	}
	v, err := e.launch()
	if err != nil {
		return err
	}
	if request.GetReset_() {
		if err := v.stage.Empty(e.Disks); err != nil {
			v.discard(e.Launcher.Reaper)
			return fmt.Errorf("reset: %w", err)
		}
	}
	if hook != nil {
		v.hook, v.argv, v.environment, v.booted = hook, request.GetArgv(), request.GetEnvironment(), spec.Environment
		if err := e.bootHook(ctx, v, spec); err != nil {
			v.discard(e.Launcher.Reaper)
			e.removeMade(spec)
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = v
	return nil
}

// bootSpec is what to start so that it waits; nil for a stage that is not told yet what it will be.
func (e *Executor) bootSpec(request *guestv1.BootRequest) (*stage.Spec, *hot.Hook, error) {
	argv := request.GetArgv()
	if request.GetHook() == "" {
		if len(argv) > 0 {
			return nil, nil, errors.New("a process without a hook takes any program, and none is named for it")
		}
		return nil, nil, nil
	}
	hook, err := hot.Find(request.GetHook())
	if err != nil {
		return nil, nil, err
	}
	if len(argv) < 2 {
		return nil, nil, errors.New("an interpreter and a main file must be named")
	}
	main, err := e.nameInRoot(argv[len(argv)-1])
	if err != nil {
		return nil, nil, err
	}
	directory, err := hook.Install(e.Private)
	if err != nil {
		return nil, nil, err
	}
	spec := &stage.Spec{Root: e.Root, Stay: hook.Elsewhere}
	spec.Argv, spec.Environment = hook.Command(directory, argv, request.GetEnvironment())
	if hook.MainFileFirst {
		spec.Make = main
	}
	return spec, hook, nil
}

// bootHook lets a stage become an interpreter and waits until that has come to its hook.
func (e *Executor) bootHook(ctx context.Context, v *vessel, spec *stage.Spec) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	// Whatever waits for it below comes to an end of file then.
	defer context.AfterFunc(ctx, func() { e.Launcher.Reaper.Kill(v.process) })()
	err := v.stage.Become(spec, func() {})
	v.stage.Close()
	v.stage = nil
	if err == nil {
		deadline, _ := ctx.Deadline()
		err = hot.AwaitWaiting(v.streams.stdout, deadline)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s did not boot within %v", spec.Argv[0], bootTime)
	}
	if said := v.streams.firstError(); said != "" {
		return fmt.Errorf("%s did not boot: %s", spec.Argv[0], said)
	}
	return fmt.Errorf("%s did not boot: %w", spec.Argv[0], err)
}

// removeMade removes the empty main file of an interpreter that did not come to its hook.
func (e *Executor) removeMade(spec *stage.Spec) {
	if spec.Make == "" {
		return
	}
	// Again when a Kill takes it for what it is to end.
	for range removals {
		v, err := e.launch()
		if err != nil {
			return
		}
		err = v.stage.Become(&stage.Spec{Root: spec.Root, Unmake: spec.Make}, func() {})
		v.discard(e.Launcher.Reaper)
		if !errors.Is(err, stage.ErrKilled) {
			return
		}
	}
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
func (e *Executor) takeFor(spec *stage.Spec) (v *vessel, refused string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == nil || !e.waiting.alive() {
		return nil, ""
	}
	if refused = e.waiting.refuses(spec); refused != "" {
		return nil, refused
	}
	v, e.waiting = e.waiting, nil
	return v, ""
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
