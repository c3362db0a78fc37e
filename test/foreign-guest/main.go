// Command foreign-guest is what somebody else puts in the guest's place. Docker's events tell when it was PID 1.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("a foreign guest")
	os.Exit(77)
}
