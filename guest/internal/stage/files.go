package stage

import "golang.org/x/sys/unix"

// MakeEmpty makes an empty file of the code's user where nothing is.
func (l *Launcher) MakeEmpty(path string) error {
	return AsUser(l.UID, func() error {
		fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
		if err == unix.EEXIST {
			return nil
		}
		if err != nil {
			return err
		}
		return unix.Close(fd)
	})
}

// Remove removes a file, if the code's user may and it is there.
func (l *Launcher) Remove(path string) {
	_ = AsUser(l.UID, func() error { return unix.Unlink(path) })
}

// RemoveEmpty removes a file if it is empty.
func (l *Launcher) RemoveEmpty(path string) {
	_ = AsUser(l.UID, func() error {
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return err
		}
		if stat.Mode&unix.S_IFMT == unix.S_IFREG && stat.Size == 0 {
			return unix.Unlink(path)
		}
		return nil
	})
}
