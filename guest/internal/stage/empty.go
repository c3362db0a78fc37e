package stage

import "golang.org/x/sys/unix"

// makeEmpty makes an empty file where nothing is.
func makeEmpty(path string) error {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
	if err == unix.EEXIST {
		return nil
	}
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// unmake removes a file that is empty. It always fails, as nothing is run.
func unmake(path string) *Failure {
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return other("%s: %v", path, err)
	}
	if stat.Mode&unix.S_IFMT == unix.S_IFREG && stat.Size == 0 {
		_ = unix.Unlink(path)
	}
	return other("nothing is run")
}
