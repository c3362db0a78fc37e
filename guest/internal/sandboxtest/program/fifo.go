package main

import (
	"fmt"
	"os"
	"syscall"
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
