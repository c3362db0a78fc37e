// Package drivers holds the hooks that make an interpreter wait, once it has booted, for the program that it will run.
//
// A hook runs inside the interpreter, by the interpreter's own means to run something before the main file. It says
// that it waits, takes one message (package hot has its format), writes the main file, makes argv and environment what
// a fresh process would find, removes every trace of itself and returns. The interpreter then does what it always does,
// unless the message names a driver: then that runs in place of the main file.
package drivers

import "embed"

// Files are the hooks, one for each interpreter.
//
//go:embed python/sitecustomize.py node.cjs bun.js deno.js
var Files embed.FS

// Contexts are what makes interpreters take cells, a directory for each (package kernel has the protocol). Unlike a hook
// they stay, beside the code.
//
//go:embed all:contexts
var Contexts embed.FS
