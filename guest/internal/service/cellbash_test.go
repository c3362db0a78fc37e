package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

func bashNotebook(t testing.TB) *notebook {
	return openNotebook(t, "bash", "isol8/bash:latest", "bash")
}

func TestABashContextKeepsItsState(t *testing.T) {
	n := bashNotebook(t)
	first := n.cell(t, "x=42; declare -A map=([a]='b c'); f() { echo f $1; }; export E=e; alias hi='echo hi'; cd /tmp")
	if !first.Started.GetFresh() || first.Ended.GetExitCode() != 0 || first.Stderr.Len() > 0 {
		t.Fatal(first.Started, first.Ended, first.Failed, first.Stderr.String())
	}
	n.says(t, "42 b c e /tmp\nf 1\nhi\ne\n", "echo $x ${map[a]} $E $PWD; f 1", "hi", "env | grep ^E= | cut -c3-")
	n.says(t, "0 1 2 3 63\n", "echo $(ls /proc/self/fd)")
	n.says(t, "", "exec 3>/tmp/three; echo three >&3; sleep 60 &", "set -u; shopt -s extglob")
	n.says(t, "three\nu\n", "cat /tmp/three; echo again >&3; [[ $- == *u* ]] && echo u")
	n.says(t, "", "set +u; IFS=,; LC_ALL=C; read() { echo no; }; printf() { echo no; }")
	n.says(t, "é\n", "echo é")
	if got := n.cell(t, "kill %1 2>/dev/null; kill $!; (exit 7)"); got.Ended.GetExitCode() != 7 || got.Ended.GetContextEnded() {
		t.Error(got.Ended)
	}
	if got := n.cell(t, "set -x; echo traced"); got.Stderr.String() != "++ echo traced\n" {
		t.Errorf("%q", got.Stderr.String())
	}
	if got := n.cell(t, "echo more; set +x"); got.Stderr.String() != "++ echo more\n++ set +x\n" {
		t.Errorf("%q", got.Stderr.String())
	}
	for code, want := range map[string]int32{"false": 1, "no-such-command": 127, "if": 2, "echo ${none?no}": 1, "return 5": 5} {
		if got := n.cell(t, code); got.Ended.GetExitCode() != want || got.Ended.GetContextEnded() || want != 1 && want != 5 && got.Stderr.Len() == 0 {
			t.Error(code, got.Ended, got.Stderr.String())
		}
	}
	if got := n.cell(t, "echo out; exit 3"); got.Ended.GetExitCode() != 3 || !got.Ended.GetContextEnded() || got.Stdout.String() != "out\n" || got.Stderr.Len() > 0 {
		t.Error(got.Ended, got.Stderr.String())
	}
	if got := n.cell(t, "echo \"<$x>\"; kill -9 $$"); got.Ended.GetSignal() != 9 || !got.Started.GetFresh() || got.Stdout.String() != "<>\n" {
		t.Error(got.Ended, got.Stdout.String())
	}
}

func TestABashCellHasWhatHoldsForItAlone(t *testing.T) {
	n := bashNotebook(t)
	write(t, n.Sandbox, file{path: "dir/x"})
	n.cell(t, "own=plain; export GIVEN=first")
	request := n.request("main", "echo $GIVEN $own \"$NEW\" $PWD; env | grep -c -e ^own= -e ^NEW=; cat | od -An -c; KEPT=kept")
	request.CellEnvironment = []string{"GIVEN=second", "own=exported", "NEW=a=b\n"}
	request.WorkingDirectory = "dir"
	request.Stdin = []byte("one\x00\xff\n")
	got := n.DoCell(t, request)
	if want := "second exported a=b\n /sandbox/dir\n2\n   o   n   e  \\0 377  \\n\n"; got.Stdout.String() != want {
		t.Errorf("%q %q %v", got.Stdout.String(), got.Stderr.String(), got.Ended)
	}
	n.says(t, "first plain unset kept /sandbox 0\n0\n", "echo $GIVEN $own ${NEW-unset} $KEPT $PWD $(env | grep -c ^own=); cat | wc -c; ls -A /tmp")
	request = n.request("main", "cat >/dev/null; echo $x", "x="+strings.Repeat("y", 900_000), "echo ${#x}")
	request.Stdin = []byte(strings.Repeat("z", 2_000_000))
	if got := n.DoCell(t, request); got.Stdout.String() != "\n900000\n" {
		t.Error(got.Ended, got.Stderr.String())
	}
}

func TestAnInterruptedBashCellLosesNoState(t *testing.T) {
	n := bashNotebook(t)
	n.cell(t, "x=42; sleep 63 & kept=$!")
	for _, code := range []string{
		"sleep 60; echo not", "while :; do :; done; echo not", "f() { while :; do sleep 0.01; done; }; f; echo not", "bash -c 'while :; do :; done'; echo not", "y=$(sleep 60); echo not", "read line < <(sleep 60); echo not",
	} {
		request := n.request("main", "x=42; echo on", code)
		stream := n.running(context.Background(), t, request)
		n.interrupt(t, request)
		got := sandboxtest.CollectCell(t, stream)
		if got.Ended.GetExitCode() != 130 || got.Ended.GetContextEnded() || strings.Contains(got.Stdout.String(), "not") {
			t.Error(code, got.Ended, got.Stdout.String())
		}
		n.says(t, "42 up\n", "kill -0 $kept && echo $x up")
	}
	request := n.request("main", "trap '' INT; while :; do :; done")
	request.Timeout = durationpb.New(300 * time.Millisecond)
	got := n.DoCell(t, request)
	if got.Ended.GetReason() != guestv1.EndReason_END_REASON_TIMEOUT || !got.Ended.GetContextEnded() {
		t.Error(got.Ended)
	}
	n.says(t, "<>\n", "echo \"<$x>\"")
}
