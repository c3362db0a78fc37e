package sandboxtest

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// becomeGuest is the first process in new namespaces: it builds the file system of a sandbox in root, keeps the three
// capabilities of a guest, and becomes it.
func becomeGuest(root string) error {
	steps := []func() error{
		func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") },
		func() error { return mount(root, "proc", "proc", "") },
		func() error { return mount(root, "sandbox", "tmpfs", "mode=0700,uid=30000,gid=30000,size=16m") },
		func() error { return mount(root, "tmp", "tmpfs", "mode=1777,size=16m") },
		func() error { return mount(root, "run/isol8", "tmpfs", "mode=0755,size=1m") },
		func() error { return mount(root, "dev", "tmpfs", "mode=0755,size=1m") },
		func() error { return device(root, "null", 3) },
		func() error { return device(root, "zero", 5) },
		func() error { return os.Symlink("/proc/self/fd", filepath.Join(root, "dev/fd")) },
		func() error { return unix.Chroot(root) },
		func() error { return unix.Chdir("/") },
		keepGuestCapabilities,
		func() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return unix.Exec(guestPath, []string{guestPath, "serve"}, nil)
}

func mount(root, name, kind, data string) error {
	target := filepath.Join(root, name)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	flags := uintptr(unix.MS_NOSUID | unix.MS_NODEV)
	if name == "dev" {
		flags = unix.MS_NOSUID
	}
	return unix.Mount(kind, target, kind, flags, data)
}

func device(root, name string, minor uint32) error {
	path := filepath.Join(root, "dev", name)
	if err := unix.Mknod(path, unix.S_IFCHR|0o666, int(unix.Mkdev(1, minor))); err != nil {
		return err
	}
	return os.Chmod(path, 0o666)
}

func keepGuestCapabilities() error {
	kept := uint32(1<<unix.CAP_KILL | 1<<unix.CAP_SETUID | 1<<unix.CAP_SETGID)
	for capability := uintptr(0); capability <= unix.CAP_LAST_CAP; capability++ {
		if capability < 32 && kept&(1<<capability) != 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil && err != unix.EINVAL {
			return err
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{{Effective: kept, Permitted: kept}}
	return unix.Capset(&header, &data[0])
}
