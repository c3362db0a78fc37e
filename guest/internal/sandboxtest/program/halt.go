package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// halt stops whatever comes after it as soon as it is there, until it is killed.
func halt([]string) {
	fmt.Println("halting")
	for {
		about, _ := os.ReadFile("/proc/loadavg")
		fields := strings.Fields(string(about))
		last, _ := strconv.Atoi(fields[len(fields)-1])
		for range 100 {
			for pid := last + 1; pid < last+6; pid++ {
				_ = syscall.Kill(pid, syscall.SIGSTOP)
			}
		}
	}
}
