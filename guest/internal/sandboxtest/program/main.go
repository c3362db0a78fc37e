// Command program is what the tests run in a sandbox: each of its commands does one thing that code may do.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	commands[os.Args[1]](os.Args[2:])
}

var commands = map[string]func([]string){
	"echo":      func(arguments []string) { fmt.Println(strings.Join(arguments, " ")) },
	"exit":      func(arguments []string) { os.Exit(number(arguments[0])) },
	"raise":     func(arguments []string) { raise(syscall.Signal(number(arguments[0]))) },
	"cat":       func([]string) { _, _ = io.Copy(os.Stdout, os.Stdin) },
	"sleep":     func([]string) { time.Sleep(time.Hour) },
	"spin":      spin,
	"fill":      fill,
	"zeros":     zeros,
	"show":      show,
	"list":      list,
	"inside":    inside,
	"bomb":      bomb,
	"leave":     leave,
	"daemon":    daemon,
	"later":     later,
	"hostile":   hostile,
	"door":      door,
	"flood":     flood,
	"hunt":      hunt,
	"attack":    attack,
	"killall":   func([]string) { fmt.Println(syscall.Kill(-1, syscall.SIGKILL)) },
	"stderr":    reopen,
	"link":      func(arguments []string) { fmt.Println(os.Symlink(arguments[0], arguments[1])) },
	"fifo":      fifo,
	"sparse":    sparse,
	"swap":      swap,
	"hog":       hog,
	"processes": processes,
	"halt":      halt,
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}

func raise(signal syscall.Signal) {
	_ = syscall.Kill(os.Getpid(), signal)
	time.Sleep(time.Hour)
}

// child starts this program again with other arguments.
func child(session bool, arguments ...string) (int, error) {
	return syscall.ForkExec("/bin/program", append([]string{"/bin/program"}, arguments...), &syscall.ProcAttr{
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Setsid: session},
	})
}

// spin starts as many busy processes and is one itself.
func spin(arguments []string) {
	for range number(arguments[0]) {
		_, _ = child(true, append([]string{"spin", "0"}, arguments[1:]...)...)
	}
	fmt.Println("spinning")
	for {
	}
}

// zeros writes so many bytes to standard output; -1 writes for ever.
func zeros(arguments []string) {
	block := make([]byte, 32<<10)
	for left := number(arguments[0]); left != 0; {
		n := len(block)
		if left > 0 {
			n = min(n, left)
			left -= n
		}
		if _, err := os.Stdout.Write(block[:n]); err != nil {
			os.Exit(1)
		}
	}
}

// hostile leaves so many processes behind whose command lines no terminal should see.
func hostile(arguments []string) {
	for range number(arguments[0]) {
		_, _ = child(true, "sleep", strings.Repeat("\x1b[2J\xff\u202e\n", 1000))
	}
}

// later writes so many lines, one after the other.
func later(arguments []string) {
	time.Sleep(500 * time.Millisecond)
	for range number(arguments[0]) {
		fmt.Println("later")
		time.Sleep(time.Millisecond)
	}
}

// fill writes so many single bytes.
func fill(arguments []string) {
	for range number(arguments[0]) {
		_, _ = os.Stdout.Write([]byte("x"))
	}
}

// show prints files.
func show(arguments []string) {
	for _, name := range arguments {
		content, err := os.ReadFile(name)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%s", content)
	}
}

// list prints the open descriptors that are not this listing's own.
func list([]string) {
	for fd := range 1024 {
		if _, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil {
			var stat syscall.Stat_t
			if syscall.Fstat(fd, &stat) == nil && stat.Mode&syscall.S_IFMT == syscall.S_IFIFO {
				fmt.Print(fd, " ")
			} else {
				fmt.Print(fd, "? ")
			}
		}
	}
}

// inside prints where and who this is.
func inside([]string) {
	directory, _ := os.Getwd()
	groups, _ := os.Getgroups()
	fmt.Println(directory, os.Getuid(), os.Getgid(), groups, syscall.Umask(0))
}

// bomb starts processes for ever.
func bomb([]string) {
	fmt.Println("boom")
	for {
		_, _ = child(true, "bomb")
	}
}

// leave ends and leaves a process of another session behind, which does what the arguments say.
func leave(arguments []string) {
	if _, err := child(true, arguments...); err != nil {
		os.Exit(1)
	}
	fmt.Println("left")
}

// daemon is leave, two forks away and with nothing open.
func daemon(arguments []string) {
	if _, err := syscall.ForkExec("/bin/program", append([]string{"/bin/program", "leave"}, arguments...), &syscall.ProcAttr{
		Sys: &syscall.SysProcAttr{Setsid: true},
	}); err != nil {
		os.Exit(1)
	}
	fmt.Println("left")
}

// attack prints every way to reach PID 1 that is open.
func attack([]string) {
	for signal := syscall.Signal(1); signal <= 64; signal++ {
		if err := syscall.Kill(1, signal); err != syscall.EPERM {
			fmt.Println("signal", int(signal), err)
		}
	}
	for _, name := range []string{"fd", "environ", "mem", "maps", "fd/1"} {
		file, err := os.Open("/proc/1/" + name)
		if err != nil {
			continue
		}
		if n, _ := file.Read(make([]byte, 1)); n > 0 {
			fmt.Println("read", name)
		}
		if names, _ := file.Readdirnames(1); len(names) > 0 {
			fmt.Println("list", name)
		}
	}
	if err := os.WriteFile("/proc/1/oom_score_adj", []byte("1000"), 0); err == nil {
		fmt.Println("oom_score_adj")
	}
	if err := syscall.PtraceAttach(1); err == nil {
		fmt.Println("ptrace")
	}
	fmt.Println("done")
}

// reopen writes to standard error by its name.
func reopen([]string) {
	if err := os.WriteFile("/proc/self/fd/2", []byte("by name\n"), 0); err != nil {
		fmt.Println(err)
	}
}

// processes prints what runs, PID 1 and this one not counted.
func processes([]string) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != 1 && pid != os.Getpid() {
			stat, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
			fmt.Printf("%.40s\n", stat)
		}
	}
}
