// Package hot knows how each interpreter is made to wait once it has booted, and how it is told what to run.
package hot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"isol8.dev/guest/drivers"
)

// Hook makes one interpreter wait.
type Hook struct {
	// file is the hook in drivers.Files.
	file string
	// option is the interpreter's own, given right before the main file, to run a file first.
	option string
	// search is a variable with directories to look for modules in, which the hook's own is put in front of.
	search string
	// MainFileFirst is set when the interpreter wants a main file before it comes to the hook, which removes it if it is
	// empty.
	MainFileFirst bool
	// ArgumentsFirst is set when what the interpreter's workers know of the program's arguments is settled when it boots.
	ArgumentsFirst bool
	// Elsewhere is set when the interpreter must not boot in the working directory of the program, which the hook enters.
	Elsewhere bool
	// reads are the variables that count only when the interpreter boots. The first that fits a name counts: one that
	// ends in * stands for all that begin so, and one that begins with ! for what is not read.
	reads []string
}

// common is how interpreters are found and their libraries are set up.
var common = []string{"PATH", "HOME", "LANG", "LC_*", "LD_*", "MALLOC_*", "GLIBC_TUNABLES"}

var hooks = map[string]*Hook{
	"python": {
		file: "python/sitecustomize.py", search: "PYTHONPATH",
		reads: append([]string{"PYTHON*", "TZ"}, common...),
	},
	"node": {
		file: "node.cjs", option: "--require", Elsewhere: true,
		reads: append([]string{"!NODE_ENV", "NODE_*", "OPENSSL_*", "SSL_*", "ICU_*", "UV_*"}, common...),
	},
	"deno": {
		file: "deno.js", option: "--preload", ArgumentsFirst: true,
		reads: append([]string{
			"DENO_*", "NO_COLOR", "FORCE_COLOR", "!NODE_ENV", "NODE_*", "NPM_CONFIG_*", "npm_config_*", "OTEL_*", "RUST_*",
			"SSL_*", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
		}, common...),
	},
	// What it starts gets the environment that it was started with.
	"bun": {file: "bun.js", option: "--preload", MainFileFirst: true, reads: []string{"*"}},
}

// Find returns the hook of a name that the host uses.
func Find(name string) (*Hook, error) {
	hook := hooks[name]
	if hook == nil {
		return nil, fmt.Errorf("no hook is called %q", name)
	}
	return hook, nil
}

// Install writes the hook below a directory that only the guest may write and everybody may read. It returns the
// directory to call Command with.
func (h *Hook) Install(private string) (directory string, err error) {
	directory = filepath.Join(private, "hooks")
	target := filepath.Join(directory, h.file)
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
		return directory, err
	}
	content, err := drivers.Files.ReadFile(h.file)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", err
	}
	temporary := target + ".new"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return "", err
	}
	return directory, os.Rename(temporary, target)
}

// Command is the command that boots with the hook, for the one that runs the main file, which is its last argument.
func (h *Hook) Command(directory string, argv, environment []string) (hookedArgv, hookedEnvironment []string) {
	installed := path.Join(directory, h.file)
	if h.option != "" {
		argv = slices.Insert(slices.Clone(argv), len(argv)-1, h.option, installed)
	}
	if h.search != "" {
		environment = prepend(environment, h.search, path.Dir(installed))
	}
	return argv, environment
}

// prepend puts a directory in front of those that a variable lists.
func prepend(environment []string, name, directory string) []string {
	environment = slices.Clone(environment)
	for i, pair := range environment {
		if list, found := strings.CutPrefix(pair, name+"="); found {
			environment[i] = name + "=" + directory
			if list != "" {
				environment[i] += ":" + list
			}
			return environment
		}
	}
	return append(environment, name+"="+directory)
}
