package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/hot"
	"isol8.dev/guest/internal/proc"
	"isol8.dev/guest/internal/stage"
)

// handOver is how long an interpreter that waits may take to begin with its program.
const handOver = 2 * time.Second

// maxName bounds a variable's name in a reason.
const maxName = 200

// vessel is a process that can become the program of a run, with its standard streams. It is a stage, or an interpreter
// that waits in its hook.
type vessel struct {
	process *proc.Process
	streams *streams
	// stage is nil for an interpreter.
	stage *stage.Stage
	// hook is where an interpreter waits, argv and environment what it was asked for with, and booted what it has.
	hook                      *hot.Hook
	argv, environment, booted []string
}

// newMark is the mark of what is started: one of its own where others may live beside it.
func (e *Executor) newMark(shared bool) proc.Mark {
	if shared || e.kept.Load() {
		return e.Launcher.Reaper.NewMark(e.Launcher.UID)
	}
	return proc.Plain(e.Launcher.UID)
}

// launch starts a vessel.
func (e *Executor) launch(shared bool) (*vessel, error) {
	streams, err := openStreams(e.Launcher.UID)
	if err != nil {
		return nil, err
	}
	begun, err := e.Launcher.Start(streams.child[0], streams.child[1], streams.child[2], e.newMark(shared))
	streams.closeChild()
	if err != nil {
		streams.close()
		return nil, err
	}
	return &vessel{process: begun.Process, streams: streams, stage: begun}, nil
}

// discard ends a vessel that nobody needs and returns when it is gone.
func (v *vessel) discard(reaper *proc.Reaper) {
	reaper.Kill(v.process)
	v.close()
	<-v.process.Done
}

// close closes what leads to the process.
func (v *vessel) close() {
	if v.stage != nil {
		v.stage.Close()
	}
	v.streams.close()
}

// alive is false once it was waited for.
func (v *vessel) alive() bool {
	select {
	case <-v.process.Done:
		return false
	default:
		return true
	}
}

// become makes it the program and returns why it did not. begun is called when the program is about to begin.
func (v *vessel) become(spec *stage.Spec, launcher *stage.Launcher, begun func()) error {
	if v.stage != nil {
		defer v.stage.Close()
		begun()
		return v.stage.Become(spec, begun)
	}
	if err := launcher.Limit(v.process, spec.Limits); err != nil {
		return stage.ErrKilled
	}
	program := v.program(spec)
	begun()
	err := hot.Start(v.streams.stdin, v.streams.stdout, program, time.Now().Add(handOver))
	if err != nil {
		// From here on it can do nothing any more.
		launcher.Reaper.Kill(v.process)
		<-v.process.Done
	}
	wrong := &hot.MainFileError{}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return stage.NoMainFile(wrong)
	case errors.Is(err, os.ErrDeadlineExceeded) && hot.AwaitStarted(v.streams.stdout, time.Now().Add(patience)) == nil:
		// To begin again is not allowed once it has begun.
		return fmt.Errorf("the interpreter did not begin with its program within %v", handOver)
	case errors.Is(err, hot.ErrDeclined):
		return err
	}
	return stage.ErrKilled
}

// refuses is what of a run only a fresh process can honour; empty when it can have this vessel.
func (v *vessel) refuses(spec *stage.Spec) string {
	if v.stage != nil {
		return ""
	}
	switch missed := v.hook.Missed(v.environment, spec.Environment); {
	case len(spec.Argv) < len(v.argv) || !slices.Equal(spec.Argv[:len(v.argv)], v.argv):
		return "argv"
	case v.hook.ArgumentsFirst && len(spec.Argv) > len(v.argv):
		return "arguments"
	case !inRoot(spec):
		return "working_directory"
	case missed != "":
		return "env." + strings.ToValidUTF8(missed[:min(len(missed), maxName)], "\uFFFD")
	case !v.program(spec).Fits():
		return "size"
	}
	return ""
}

func inRoot(spec *stage.Spec) bool {
	return spec.WorkingDirectory == "" || spec.WorkingDirectory == "." || spec.WorkingDirectory == spec.Root
}

func (v *vessel) program(spec *stage.Spec) *hot.Program {
	program := &hot.Program{Arguments: spec.Argv[len(v.argv):], Changes: hot.Changes(v.booted, spec.Environment)}
	if file := spec.MainFile; file != nil {
		program.Path, program.Content = spec.Root+"/"+file.Name, file.Content
	}
	return program
}

// mainFile is the main file of a run or a boot, which is a name in root itself.
func (e *Executor) mainFile(file *guestv1.MainFile) (*stage.MainFile, error) {
	if file == nil {
		return nil, nil
	}
	name, err := e.nameInRoot(file.GetPath())
	if err != nil {
		return nil, err
	}
	return &stage.MainFile{Name: name, Content: file.GetContent()}, nil
}
