// Command fake-guest stands where isol8-guest does, PID 1 of a sandbox, and breaks its protocol: each case of the
// environment variable FAKE_CASE in one way. test/integration/fake-guest.test.ts says what the host must make of it.
// It never ends by itself unless the case is about that: the host has to end it.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	// Ours ends with its link. This one has to be killed.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGTERM)
	name := os.Getenv("FAKE_CASE")
	for _, set := range []map[string]guest{onProcess, onWire, onMessages, onRun, onFiles} {
		if one, ok := set[name]; ok {
			serve(one)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "no such case: "+name)
	os.Exit(2)
}

// forever waits for the end that the host makes.
func forever() {
	for {
		time.Sleep(time.Hour)
	}
}
