package memory

import "golang.org/x/sys/unix"

// disks are the file systems in memory whose content is not the code's memory.
type disks []int

// openDisks keeps the tmpfs at each path open; what is no mount of a tmpfs of its own is left out.
func openDisks(paths []string) disks {
	var found disks
	seen := map[uint64]bool{}
	for _, path := range paths {
		// O_PATH: nothing of the sandbox is opened.
		fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		var system unix.Statfs_t
		var stat unix.Stat_t
		if unix.Fstatfs(fd, &system) != nil || system.Type != unix.TMPFS_MAGIC || unix.Fstat(fd, &stat) != nil || seen[stat.Dev] {
			_ = unix.Close(fd)
			continue
		}
		seen[stat.Dev] = true
		found = append(found, fd)
	}
	return found
}

// used is the sum of what they hold. A tmpfs without a size tells nothing and counts as the code's memory.
func (d disks) used() int64 {
	var sum int64
	for _, fd := range d {
		var system unix.Statfs_t
		if unix.Fstatfs(fd, &system) == nil && system.Blocks > 0 {
			sum += int64(system.Blocks-system.Bfree) * system.Bsize
		}
	}
	return sum
}
