package stage

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// lookUp finds a program as execvp does, in PATH of the program's own environment. There is no default PATH, and an
// empty entry does not stand for the working directory.
func lookUp(name string, environment []string) (string, *Failure) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	search, found := "", false
	for _, pair := range environment {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok && !found {
			search, found = value, true
		}
	}
	denied := false
	for _, directory := range strings.Split(search, ":") {
		if directory == "" {
			continue
		}
		candidate := path.Join(directory, name)
		var stat unix.Stat_t
		if unix.Stat(candidate, &stat) != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		if unix.Access(candidate, unix.X_OK) == nil {
			return candidate, nil
		}
		denied = true
	}
	if denied {
		return "", notFound("%s is in PATH but is not executable", name)
	}
	return "", notFound("%s is not in PATH", name)
}

// enter makes directory, relative to root, the working directory. What counts is where it leads, so links are
// followed first and the kernel is asked afterwards.
func enter(root, directory string) *Failure {
	if !path.IsAbs(directory) {
		// Not path.Join: what `..` means behind a link is for the kernel to say.
		directory = root + "/" + directory
	}
	err := unix.Chdir(directory)
	if err == nil {
		var where string
		if where, err = unix.Getwd(); err == nil {
			if where == root || strings.HasPrefix(where, root+"/") {
				return nil
			}
			err = errOutside
		}
	}
	return badDirectory(directory, err)
}

var errOutside = errors.New("it leads out of the sandbox")
