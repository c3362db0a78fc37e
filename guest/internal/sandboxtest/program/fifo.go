package main

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// fifo makes a FIFO.
func fifo(arguments []string) { fmt.Println(syscall.Mkfifo(arguments[0], 0o644)) }

// sparse makes a file of so many bytes that takes no memory.
func sparse(arguments []string) {
	file, err := os.Create(arguments[0])
	if err == nil {
		err = file.Truncate(int64(number(arguments[1])))
	}
	fmt.Println(err)
}

// swap lets a name be a directory and a link to another place by turns, for ever.
func swap(arguments []string) {
	name, outside := arguments[0], arguments[1]
	_ = os.Mkdir(name, 0o755)
	_ = os.Symlink(outside, name+".link")
	fmt.Println("swapping")
	for {
		_ = unix.Renameat2(unix.AT_FDCWD, name, unix.AT_FDCWD, name+".link", unix.RENAME_EXCHANGE)
	}
}
