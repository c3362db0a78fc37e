package main

import (
	"fmt"
	"time"
)

// hog takes so many MiB of memory and keeps them.
func hog(arguments []string) {
	memory := make([]byte, number(arguments[0])<<20)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	fmt.Println("taken")
	time.Sleep(time.Hour)
	fmt.Println(memory[0])
}
