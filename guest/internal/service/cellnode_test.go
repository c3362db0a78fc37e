package service_test

import (
	"context"
	"testing"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func nodeNotebook(t testing.TB) *notebook {
	return openNotebook(t, "node", "isol8/node:latest", "node", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON")
}

func TestAnInterruptedNodeCellLosesNoState(t *testing.T) {
	coldAndHot(t, nodeNotebook, func(t *testing.T, n *notebook) {
		n.cell(t, "const x = 42")
		for _, code := range []string{"for (;;);", "await new Promise(() => {})", "await null; for (;;);", "for (;;) { try { for (;;); } catch {} }", "for (;;) console.log(1)"} {
			request := n.request("main", "console.log('on')", code)
			stream := n.running(context.Background(), t, request)
			n.interrupt(t, request)
			got := sandboxtest.CollectCell(t, stream)
			if got.Ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM || got.Ended.GetContextEnded() || got.Ended.GetExitCode() != 1 {
				t.Error(code, got.Ended, got.Stderr.String())
			}
			n.says(t, "42\n", "console.log(x)")
		}
	})
}

func TestANodeCellHasWhatHoldsForItAlone(t *testing.T) {
	coldAndHot(t, nodeNotebook, func(t *testing.T, n *notebook) {
		write(t, n.Sandbox, file{path: "dir/x"})
		request := n.request("main", "let text = ''; for await (const c of process.stdin) text += c", "console.log(process.env.GIVEN, process.env.NEW, process.cwd(), text)")
		request.CellEnvironment, request.WorkingDirectory, request.Stdin = []string{"GIVEN=second", "NEW=a=b"}, "dir", []byte("in")
		if got := n.DoCell(t, request); got.Stdout.String() != "second a=b /sandbox/dir in\n" {
			t.Error(got.Stdout.String(), got.Stderr.String(), got.Ended)
		}
		n.says(t, "first undefined /sandbox\n", "console.log(process.env.GIVEN, process.env.NEW, process.cwd())")
	})
}
