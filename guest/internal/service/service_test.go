package service_test

import (
	"testing"

	"isol8.dev/guest/internal/sandboxtest"
)

func TestMain(m *testing.M) { sandboxtest.Main(m) }

func TestARunEndsAsItsProgramDoes(t *testing.T) {
	s := sandboxtest.Greeted(t)
	result := s.Do(t, sandboxtest.Command("echo", "hello"))
	if result.Stdout.String() != "hello\n" || result.Ended.GetExitCode() != 0 {
		t.Fatalf("%q %q %v %v", result.Stdout.String(), result.Stderr.String(), result.Ended, result.Failed)
	}
	result = s.Do(t, sandboxtest.Command("exit", "7"))
	if result.Ended.GetExitCode() != 7 {
		t.Fatal(result.Ended)
	}
}
