package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

// running opens a cell and returns when it has written something.
func (n *notebook) running(ctx context.Context, t *testing.T, request *guestv1.RunCellRequest) *sandboxtest.CellStream {
	t.Helper()
	stream := n.OpenCell(ctx, t, request)
	for stream.Receive() {
		if stream.Msg().GetOutput() != nil {
			return stream
		}
	}
	t.Fatal("it wrote nothing:", stream.Err())
	return nil
}

func (n *notebook) interrupt(t *testing.T, request *guestv1.RunCellRequest) {
	t.Helper()
	_, err := n.Signal(context.Background(), connect.NewRequest(&guestv1.SignalRequest{RunId: request.GetRunId(), Signal: 2}))
	if err != nil {
		t.Fatal("signal:", err)
	}
}

func TestAnInterruptedPythonCellLosesNoState(t *testing.T) {
	coldAndHot(t, pythonNotebook, func(t *testing.T, n *notebook) {
		n.cell(t, "import asyncio, os, subprocess, time", "x = 42")
		for _, code := range []string{
			"while True: pass", "time.sleep(60)", "await asyncio.sleep(60)", "os.system('sleep 60')", "subprocess.run(['sleep', '60'])",
			"async def f():\n    while True: pass\nawait f()", "[i for i in range(10**12)]",
		} {
			request := n.request("main", "print('on', flush=True)", code)
			stream := n.running(context.Background(), t, request)
			n.interrupt(t, request)
			got := sandboxtest.CollectCell(t, stream)
			wanted := got.Ended.GetReason() == guestv1.EndReason_END_REASON_PROGRAM && !got.Ended.GetContextEnded()
			if !wanted || !strings.HasPrefix(code, "os.system") && got.Ended.GetError().GetName() != "KeyboardInterrupt" {
				t.Error(code, got.Ended, got.Stderr.String())
			}
			n.says(t, "42\n", "print(x)")
		}
		request := n.request("main", "await asyncio.sleep(60)")
		request.Timeout = durationpb.New(300 * time.Millisecond)
		got := n.DoCell(t, request)
		if frames := got.Ended.GetError().GetFrames(); got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || len(frames) == 0 || frames[0].GetSource() != "await asyncio.sleep(60)" {
			t.Error(got.Ended)
		}
		request = n.request("main", "while True: print('x' * 1000)")
		request.OutputBytes, request.KillOnOutputLimit = 100_000, true
		got = n.DoCell(t, request)
		if got.Ended.GetReason() != guestv1.EndReason_END_REASON_OUTPUT_LIMIT || got.Stdout.Len() != 100_000 || got.Ended.GetContextEnded() {
			t.Error(got.Ended, got.Stdout.Len())
		}
		request = n.request("main", "print('x' * 200_000)")
		request.OutputBytes = 100_000
		got = n.DoCell(t, request)
		if out := got.Ended.GetStdout(); got.Stdout.Len() != 100_000 || out.GetTotalBytes() != 200_001 || out.GetDroppedBytes() != 100_001 || got.Ended.GetExitCode() != 0 {
			t.Error(got.Ended)
		}
		ctx, cancel := context.WithCancel(context.Background())
		_ = n.running(ctx, t, n.request("main", "print('on', flush=True)", "while True: time.sleep(0.01)"))
		cancel()
		n.says(t, "42\n", "print(x)")
	})
}

func TestCodeThatCannotBeInterruptedLosesItsContext(t *testing.T) {
	n := pythonNotebook(t)
	n.cell(t, "import signal, subprocess", "x = 42")
	for _, code := range []string{
		"signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
		"signal.signal(signal.SIGINT, lambda *_: None)\nwhile True: str(1)",
	} {
		request := n.request("main", "import signal, subprocess", "subprocess.Popen(['setsid', 'setsid', 'sleep', '61'])", code)
		request.Timeout = durationpb.New(300 * time.Millisecond)
		got := n.DoCell(t, request)
		if got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || !got.Ended.GetContextEnded() || got.Ended.GetSignal() != 9 ||
			got.Ended.GetExitCode() != 137 || !strings.Contains(got.Ended.GetMessage(), "did not end within 2s") {
			t.Error(got.Ended)
		}
		if got := n.cell(t, "x"); got.Ended.GetError().GetName() != "NameError" || !got.Started.GetFresh() {
			t.Error(got.Ended)
		}
		n.says(t, "0\n", "import os", "print(sum(b'sleep' in open(f'/proc/{p}/cmdline', 'rb').read() for p in os.listdir('/proc') if p.isdigit()))")
	}
}

func TestAContextThatDiesSaysSo(t *testing.T) {
	n := pythonNotebook(t)
	for code, want := range map[string][2]int32{
		"import os; os._exit(5)":                            {5, 0},
		"import os; os.kill(os.getpid(), 9)":                {137, 9},
		"import os; os.kill(os.getpid(), 15)":               {143, 15},
		"import ctypes; ctypes.string_at(1)":                {139, 11},
		"import os; os.closerange(3, 1000)\nwhile True: 1":  {137, 9},
		"import os; os.closerange(0, 1000)\nprint('lost')":  {1, 0},
		"import os; os.fork() or os._exit(0); os._exit(11)": {11, 0},
	} {
		got := n.cell(t, "print('said', flush=True)", code)
		ended := got.Ended
		if ended.GetExitCode() != want[0] || ended.GetSignal() != want[1] || !ended.GetContextEnded() || got.Stdout.String() != "said\n" ||
			ended.GetReason() != guestv1.EndReason_END_REASON_PROGRAM {
			t.Errorf("%q: %v %q", code, ended, got.Stdout.String())
		}
		if got := n.cell(t, "1"); !got.Started.GetFresh() || got.Ended.GetExitCode() != 0 {
			t.Error("afterwards:", got.Started, got.Ended, got.Failed)
		}
	}
}

func TestContextsEndWithAllTheyStarted(t *testing.T) {
	n := pythonNotebook(t)
	n.says(t, "", "import subprocess", "subprocess.Popen(['setsid', 'setsid', 'sleep', '62'])")
	request := n.request("main", "print('on')", "while True: pass")
	stream := n.running(context.Background(), t, request)
	end := func() {
		if _, err := n.EndContext(context.Background(), connect.NewRequest(&guestv1.EndContextRequest{Context: "main"})); err != nil {
			t.Fatal(err)
		}
	}
	end()
	got := sandboxtest.CollectCell(t, stream)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED || !got.Ended.GetContextEnded() {
		t.Error(got.Ended)
	}
	end()
	other := n.DoCell(t, n.request("other", "import os", "print(sum(b'sleep' in open(f'/proc/{p}/cmdline', 'rb').read() for p in os.listdir('/proc') if p.isdigit()))"))
	if other.Stdout.String() != "0\n" {
		t.Error(other.Stdout.String())
	}
	request = n.request("main", "print('on')", "while True: pass")
	stream = n.running(context.Background(), t, request)
	kill(t, n.Sandbox)
	if got := sandboxtest.CollectCell(t, stream); got.Ended.GetReason() != guestv1.EndReason_END_REASON_KILLED || !got.Ended.GetContextEnded() {
		t.Error(got.Ended)
	}
	if got := n.DoCell(t, n.request("other", "1")); !got.Started.GetFresh() {
		t.Error("a context outlived a kill of everything")
	}
}

func TestOneCellAtATimeAndSoManyContexts(t *testing.T) {
	n := pythonNotebook(t)
	request := n.request("main", "print('on')", "x = 0", "while True: x += 1")
	stream := n.running(context.Background(), t, request)
	waiting := make(chan *sandboxtest.CellResult, 40)
	for range 20 {
		go func() { waiting <- n.DoCell(t, n.request("main", "x > 0")) }()
	}
	refused := 0
	for range 4 {
		if got := <-waiting; strings.Contains(got.Failed.GetMessage(), "16 cells wait") {
			refused++
		}
	}
	n.interrupt(t, request)
	sandboxtest.CollectCell(t, stream)
	for range 16 {
		if got := <-waiting; valueOf(t, got) != "True" {
			t.Error(got.Ended, got.Failed)
		}
	}
	if refused != 4 {
		t.Error("refused:", refused)
	}
	for i := range 15 {
		if got := n.DoCell(t, n.request("c"+itoa(i), "1")); got.Ended == nil {
			t.Fatal(i, got.Failed)
		}
	}
	if got := n.DoCell(t, n.request("more", "1")); !strings.Contains(got.Failed.GetMessage(), "16 contexts") {
		t.Error(got.Failed, got.Ended)
	}
	if _, err := n.EndContext(context.Background(), connect.NewRequest(&guestv1.EndContextRequest{Context: "c3"})); err != nil {
		t.Fatal(err)
	}
	if got := n.DoCell(t, n.request("more", "1")); got.Ended == nil {
		t.Error(got.Failed)
	}
}
