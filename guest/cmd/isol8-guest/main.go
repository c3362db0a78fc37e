// Command isol8-guest is PID 1 of every sandbox, and the stages and workers that PID 1 starts.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"isol8.dev/guest/internal/files"
	"isol8.dev/guest/internal/link"
	"isol8.dev/guest/internal/probe"
	"isol8.dev/guest/internal/service"
	"isol8.dev/guest/internal/stage"
	"isol8.dev/guest/internal/verify"
	"isol8.dev/guest/internal/version"
)

const usage = `usage: isol8-guest serve | link | verify PATH | version`

func main() {
	// Before anything else: whoever is not root may neither trace this process nor read its memory, files or environment.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	if err := stage.BecomeUser(); err != nil {
		fail(err.Error())
	}
	if len(os.Args) < 2 {
		fail(usage)
	}
	switch command := os.Args[1]; {
	case command == "serve" && len(os.Args) == 2:
		debug.SetGCPercent(50)
		debug.SetMemoryLimit(24 << 20)
		if err := service.Serve(service.Sandbox); err != nil {
			fail(err.Error())
		}
	case command == stage.Command && len(os.Args) == 2:
		stage.Main()
	case command == files.Command && len(os.Args) == 4:
		os.Exit(files.Main(os.Args[2], os.Args[3], os.Stdin, os.Stdout))
	case command == probe.Command && len(os.Args) == 4 && os.Args[2] == "limits":
		os.Exit(probe.Limits(os.Args[3], os.Stdout))
	case command == probe.Command && len(os.Args) == 4 && os.Args[2] == "memory":
		os.Exit(probe.Memory(os.Args[3]))
	case command == link.Command && len(os.Args) == 2:
		if err := link.Bridge(); err != nil {
			fail(err.Error())
		}
	case command == "verify" && len(os.Args) == 3:
		os.Exit(verify.Main(os.Args[2], os.Stdout))
	case command == "version" && len(os.Args) == 2:
		fmt.Println(version.Describe())
	default:
		fail(usage)
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "isol8-guest: "+message)
	os.Exit(2)
}
