package sandboxtest

import (
	"crypto/rand"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"isol8.dev/guest/internal/link"
)

// Container starts a guest in a container of an image, greeted, for what needs more than the test program.
func Container(t testing.TB, image string) *Sandbox {
	t.Helper()
	if output, err := exec.Command("docker", "image", "inspect", image).CombinedOutput(); err != nil {
		t.Fatalf("%s is missing: `isol8 setup` makes it (%v: %.200s)", image, err, output)
	}
	name := "isol8-guest-test-" + rand.Text()
	s := Start(t, exec.Command("docker", "run", "--name="+name, "--rm", "--interactive", "--log-driver=none",
		"--network=none", "--read-only",
		"--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID", "--cap-add=KILL", "--security-opt=no-new-privileges",
		"--user=0:0", "--workdir=/", "--hostname=sandbox", "--memory=768m", "--pids-limit=300", "--ulimit=nofile=1024:1024",
		fmt.Sprintf("--tmpfs=/sandbox:rw,exec,nosuid,nodev,size=16m,mode=0700,uid=%d,gid=%[1]d", UID),
		"--tmpfs=/tmp:rw,exec,nosuid,nodev,size=64m,mode=1777",
		"--tmpfs=/run/isol8:rw,noexec,nosuid,nodev,size=2m,mode=0755",
		fmt.Sprintf("--mount=type=bind,source=%s,target=%s,readonly", filepath.Join(binaries, "guest"), guestPath),
		"--entrypoint="+guestPath, image, "serve"))
	s.kill = func() { _ = exec.Command("docker", "rm", "--force", name).Run() }
	s.bridge = func() *exec.Cmd {
		return exec.Command("docker", "exec", "--interactive", fmt.Sprintf("--user=%d:%[1]d", link.BridgeUID), name, guestPath, link.Command)
	}
	if _, err := s.Hello(); err != nil {
		t.Fatal(err)
	}
	return s
}
