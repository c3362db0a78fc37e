package service_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

var notebookEnvironment = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/sandbox", "LANG=C.UTF-8", "GIVEN=first", "NO_COLOR=1"}

// notebook makes cells of one runtime's contexts.
type notebook struct {
	*sandboxtest.Sandbox
	driver string
	argv   []string
	// waits is set while the next context begins in an interpreter that has booted.
	waits bool
}

// coldAndHot runs a test in interpreters that begin with their first cell, and again with the first of them in one that
// had booted before.
func coldAndHot(t *testing.T, open func(testing.TB) *notebook, test func(*testing.T, *notebook)) {
	t.Run("cold", func(t *testing.T) { test(t, open(t)) })
	t.Run("hot", func(t *testing.T) {
		n := open(t)
		n.bootAhead(t)
		test(t, n)
	})
}

// bootAhead makes the next context begin in an interpreter that has booted.
func (n *notebook) bootAhead(t testing.TB) {
	t.Helper()
	n.KeptWithin(t, 512<<20, time.Minute, time.Minute)
	argv := append(slices.Clone(n.argv), "/sandbox/main")
	if failure := boot(t, n.Sandbox, &guestv1.BootRequest{Hook: n.driver, Argv: argv, Environment: notebookEnvironment}); failure != "" {
		t.Fatal("boot:", failure)
	}
	n.waits = true
}

func openNotebook(t testing.TB, driver, image string, argv ...string) *notebook {
	return &notebook{Sandbox: sandboxtest.Container(t, image), driver: driver, argv: argv}
}

func pythonNotebook(t testing.TB) *notebook {
	return openNotebook(t, "python", "isol8/python:latest", "python3", "-u")
}

var lastCell atomic.Int64

func (n *notebook) request(name string, code ...string) *guestv1.RunCellRequest {
	return &guestv1.RunCellRequest{
		RunId:        fmt.Sprint("cell-", lastCell.Add(1)),
		Context:      name,
		Driver:       n.driver,
		Argv:         n.argv,
		Environment:  notebookEnvironment,
		Code:         []byte(strings.Join(code, "\n")),
		Timeout:      durationpb.New(20 * time.Second),
		OutputBytes:  1 << 20,
		MaxProcesses: 100,
		MaxOpenFiles: 128,
		DisplayBytes: 1 << 20,
		Hot:          true,
	}
}

// cell runs code in the context "main".
func (n *notebook) cell(t testing.TB, code ...string) *sandboxtest.CellResult {
	t.Helper()
	return n.DoCell(t, n.request("main", code...))
}

// DoCell runs a cell to its end, and checks whether it began in what had booted.
func (n *notebook) DoCell(t testing.TB, request *guestv1.RunCellRequest) *sandboxtest.CellResult {
	t.Helper()
	got := n.Sandbox.DoCell(t, request)
	if got.Started != nil {
		if got.Started.GetHot() != n.waits {
			t.Error("hot:", got.Started)
		}
		n.waits = false
	}
	return got
}

// valueOf is the text of the one display of a cell that came to its end.
func valueOf(t testing.TB, got *sandboxtest.CellResult) string {
	t.Helper()
	if got.Ended.GetExitCode() != 0 || len(got.Displays) != 1 {
		t.Fatal(got.Ended, got.Failed, got.Displays, got.Stderr.String())
	}
	return got.Displays[0].Forms["text/plain"]
}

// says checks how a cell of main ended, and its standard output.
func (n *notebook) says(t testing.TB, want string, code ...string) {
	t.Helper()
	got := n.cell(t, code...)
	if got.Ended.GetExitCode() != 0 || got.Ended.GetContextEnded() || got.Stdout.String() != want {
		t.Errorf("%q: %q %q %v %v", code, got.Stdout.String(), got.Stderr.String(), got.Ended, got.Failed)
	}
}

func itoa(number int) string { return fmt.Sprint(number) }

var notebooks = map[string]func(testing.TB) *notebook{"python": pythonNotebook, "bash": bashNotebook, "node": nodeNotebook, "bun": bunNotebook, "deno": denoNotebook}
