package service_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/sandboxtest"
)

// interpreter is one that can boot ahead of its program.
type interpreter struct {
	hook, image, main string
	argv              []string
	environment       []string
}

func (i *interpreter) path() string { return "/sandbox/" + i.main }

func (i *interpreter) bootArgv() []string { return append(append([]string{}, i.argv...), i.path()) }

func (i *interpreter) bootEnvironment() []string {
	return append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/sandbox", "USER=sandbox", "LANG=C.UTF-8",
	}, i.environment...)
}

// start is a run of a program that may have what waits.
func (i *interpreter) start(program string, arguments ...string) *guestv1.RunStart {
	start := sandboxtest.Command()
	start.Argv = append(i.bootArgv(), arguments...)
	start.Environment = i.bootEnvironment()
	start.MainFile = &guestv1.MainFile{Path: i.path(), Content: []byte(program)}
	start.MemoryBytes = 512 << 20
	start.Hot = true
	return start
}

func boot(t testing.TB, s *sandboxtest.Sandbox, request *guestv1.BootRequest) string {
	t.Helper()
	answer, err := s.Boot(context.Background(), connect.NewRequest(request))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetFailure()
}

func (i *interpreter) boot(t testing.TB, s *sandboxtest.Sandbox) {
	t.Helper()
	request := &guestv1.BootRequest{Hook: i.hook, Argv: i.bootArgv(), Environment: i.bootEnvironment()}
	if failure := boot(t, s, request); failure != "" {
		t.Fatal("boot:", failure)
	}
}

// program is one that has to do the same both ways.
type program struct {
	name        string
	code        string
	arguments   []string
	environment []string
	stdin       string
	exit        int32
	// says is found in what it writes, so that two equal failures are no success.
	says string
}

// sameBothWays runs programs cold and hot and compares all that can be seen from outside.
func sameBothWays(t *testing.T, i *interpreter, programs []program) {
	s := sandboxtest.Container(t, i.image)
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			var results []*sandboxtest.Result
			for _, hot := range []bool{false, true} {
				if hot {
					i.boot(t, s)
				}
				start := i.start(p.code, p.arguments...)
				start.Environment = append(start.Environment, p.environment...)
				start.Hot = hot
				got := s.Do(t, start, []byte(p.stdin)...)
				if got.Failed != nil || got.Hot != hot {
					t.Fatal("hot:", got.Hot, got.Failed)
				}
				results = append(results, got)
			}
			cold, hot := results[0], results[1]
			compare(t, "output", cold.Stdout.String(), hot.Stdout.String())
			compare(t, "error", cold.Stderr.String(), hot.Stderr.String())
			if cold.Ended.GetExitCode() != p.exit || hot.Ended.GetExitCode() != p.exit {
				t.Error(cold.Ended, hot.Ended)
			}
			if said := cold.Stdout.String() + cold.Stderr.String(); !strings.Contains(said, p.says) {
				t.Errorf("it does not say %q but %.300q", p.says, said)
			}
		})
	}
}

// chance is what differs between any two runs.
var chance = regexp.MustCompile(`0x[0-9a-f]{8,}|(pipe|socket):\[\d+\]`)

func steady(text string) string { return chance.ReplaceAllString(text, "…") }

// compare names the first line that differs.
func compare(t *testing.T, stream, cold, hot string) {
	t.Helper()
	a, b := strings.Split(steady(cold), "\n"), strings.Split(steady(hot), "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Errorf("standard %s differs from line %d on\ncold: %.700q\nhot:  %.700q", stream, i+1,
				strings.Join(a[min(i, len(a)):], "\n"), strings.Join(b[min(i, len(b)):], "\n"))
			return
		}
	}
}
