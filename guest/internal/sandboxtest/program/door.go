package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// socketName is where the guest lets later links in.
const socketName = "@isol8-link"

// door comes to the guest's door and prints what it hears there, once for each thing that it says.
func door([]string) {
	for _, word := range []string{"", string(make([]byte, 64)), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"} {
		conn, err := net.Dial("unix", socketName)
		if err != nil {
			fmt.Println(err)
			continue
		}
		_, _ = conn.Write([]byte(word))
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		n, _ := conn.Read(make([]byte, 100))
		fmt.Println(n)
	}
	// Nobody else can be the guest.
	_, err := net.Listen("unix", socketName)
	fmt.Println(err != nil)
}

// flood knocks as often as it can, and stays where it is let.
func flood([]string) {
	fmt.Println("flooding")
	for range 8 {
		go func() {
			var held []net.Conn
			for {
				conn, err := net.Dial("unix", socketName)
				if err != nil {
					continue
				}
				_, _ = conn.Write(make([]byte, 64))
				if held = append(held, conn); len(held) > 10 {
					_ = held[0].Close()
					held = held[1:]
				}
			}
		}()
	}
	select {}
}

// hunt prints every way to reach processes of the bridge's user, for as long as it is told to.
func hunt(arguments []string) {
	fmt.Println("hunting")
	for until := time.Now().Add(time.Duration(number(arguments[0])) * time.Millisecond); time.Now().Before(until); {
		entries, _ := os.ReadDir("/proc")
		for _, entry := range entries {
			pid, err := strconv.Atoi(entry.Name())
			if err != nil || pid == 1 {
				continue
			}
			status, _ := os.ReadFile("/proc/" + entry.Name() + "/status")
			if !isBridge(status) {
				continue
			}
			met[pid] = true
			if err := syscall.Kill(pid, syscall.SIGKILL); err == nil {
				fmt.Println("killed")
			}
			for _, name := range []string{"fd/0", "fd/1", "mem", "environ"} {
				if file, err := os.OpenFile("/proc/"+entry.Name()+"/"+name, os.O_RDWR, 0); err == nil {
					fmt.Println("opened", name)
					_ = file.Close()
				}
			}
			if err := syscall.PtraceAttach(pid); err == nil {
				fmt.Println("traced")
			}
		}
	}
	fmt.Println("met", len(met) > 0)
}

// met are the bridges that were seen.
var met = map[int]bool{}

func isBridge(status []byte) bool { return strings.Contains(string(status), "\nUid:\t999\t") }
