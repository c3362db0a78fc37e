package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"isol8.dev/guest/drivers"
)

// driver makes an interpreter one that takes cells. It is a directory in drivers.Contexts whose files are all installed.
type driver struct {
	// directory has the driver's files, and main is the one that the interpreter runs.
	directory, main string
	// shared is a directory whose files it needs as well; empty for none.
	shared string
	// before and after are what the interpreter is given besides the main file and, last, the directory of its line.
	before, after []string
	// runLine and endLine are written to the interpreter's standard input for each cell. Where there are none, that is
	// /dev/null.
	runLine, endLine string
	// byPipe is set when an interrupt is a byte on a pipe: a signal would wait for the end of the code.
	byPipe bool
	// wholeGroup is set when an interrupt is for what the interpreter runs in the foreground, too.
	wholeGroup bool
}

var known = map[string]*driver{
	"python": {directory: "python", main: "__main__.py"},
	"node":   {directory: "node", main: "driver.cjs", shared: javascript, byPipe: true},
	"deno":   {directory: "deno", main: "driver.cjs", shared: javascript, byPipe: true},
	"bun":    {directory: "bun", main: "driver.cjs", shared: javascript},
	"bash": {
		directory: "bash", main: "driver.sh", runLine: bashRun, endLine: bashEnd, wholeGroup: true,
		before: []string{"--noprofile", "--noediting", "--rcfile"}, after: []string{"-i", "-s"},
	},
}

const javascript = "javascript"

// These are two lines, because an interrupt takes the rest of one. Only what is sourced is run as in a script, without the
// talk of a shell that somebody types into, and yet with the variables of the shell itself.
const (
	bashRun = `{ _isol8_next; } 2>/dev/null; source /dev/fd/63 63<<<"$_isol8_code" 0<"$_isol8_input" 61<&- 62>&-` + "\n"
	bashEnd = `{ _isol8_done "$?"; } 2>/dev/null` + "\n"
)

func find(name string) (*driver, error) {
	d := known[name]
	if d == nil {
		return nil, fmt.Errorf("no driver is called %q", name)
	}
	return d, nil
}

// install writes the driver below a directory that only the guest may write and everybody may read, and returns the
// path of its main file.
func (d *driver) install(private string) (string, error) {
	target := filepath.Join(private, "contexts", d.directory)
	main := filepath.Join(target, d.main)
	// It is written last.
	if _, err := os.Stat(main); !errors.Is(err, fs.ErrNotExist) {
		return main, err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return "", err
	}
	for _, directory := range []string{d.shared, d.directory} {
		if directory == "" {
			continue
		}
		if err := copyFiles(path.Join("contexts", directory), target, d.main); err != nil {
			return "", err
		}
	}
	return main, copyFile(path.Join("contexts", d.directory), target, d.main)
}

func copyFiles(from, to, except string) error {
	entries, err := drivers.Contexts.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() != except {
			if err := copyFile(from, to, entry.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(from, to, name string) error {
	content, err := drivers.Contexts.ReadFile(path.Join(from, name))
	if err != nil {
		return err
	}
	temporary := filepath.Join(to, name+".new")
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(to, name))
}
