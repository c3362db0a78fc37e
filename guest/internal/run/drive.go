package run

import (
	"os"
	"slices"
	"time"

	"isol8.dev/guest/internal/hot"
	"isol8.dev/guest/internal/proc"
)

// Drive is a driver that is to run in an interpreter: in one that was booted ahead, in place of a program.
type Drive struct {
	// Hook names what the interpreter was booted with.
	Hook string
	// Argv begins the command of the interpreter, before its main file.
	Argv, Environment []string
	// Main is the driver, and Argument what it is given.
	Main, Argument string
}

// Driven is an interpreter that has begun with a driver.
type Driven struct {
	Process        *proc.Process
	Stdout, Stderr *os.File
}

// Drive lets what waits begin with a driver. It returns nil when nothing waits that can.
func (e *Executor) Drive(drive Drive) *Driven {
	v := e.takeForDriver(drive)
	if v == nil {
		return nil
	}
	program := &hot.Program{
		Arguments: []string{drive.Argument}, Changes: hot.Changes(v.booted, drive.Environment), Driver: drive.Main,
	}
	streams := v.streams
	if err := hot.Start(streams.stdin, streams.stdout, program, time.Now().Add(handOver)); err != nil {
		v.discard(e.Launcher.Reaper)
		return nil
	}
	// It has /dev/null in its place.
	_ = streams.stdin.Close()
	return &Driven{Process: v.process, Stdout: streams.stdout, Stderr: streams.stderr}
}

func (e *Executor) takeForDriver(drive Drive) *vessel {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.waiting
	switch hook, err := hot.Find(drive.Hook); {
	case v == nil || !v.alive() || err != nil || v.hook != hook || !e.canBeShared(v):
		return nil
	case !slices.Equal(v.argv[:len(v.argv)-1], drive.Argv) || hook.Missed(v.environment, drive.Environment) != "":
		return nil
	}
	e.waiting = nil
	return v
}
