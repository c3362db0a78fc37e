package main

import (
	"fmt"
	"syscall"
	"time"
)

// shown is enough of the processor to be seen in /proc, which counts in hundredths of a second.
const shown = 30 * time.Millisecond

// hog takes so many MiB of memory and keeps them.
func hog(arguments []string) {
	memory := make([]byte, number(arguments[0])<<20)
	for used := time.Duration(0); used < shown; {
		for i := 0; i < len(memory); i += 4096 {
			memory[i] = 1
		}
		var own syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
		used = time.Duration(own.Utime.Nano() + own.Stime.Nano())
	}
	fmt.Println("taken")
	time.Sleep(time.Hour)
	fmt.Println(memory[0])
}
