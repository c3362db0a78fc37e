package files

import (
	"bufio"
	"io"
	"runtime/debug"
)

// Main is the worker. It returns its exit code; what it has to say is in its answers.
func Main(what, root string, in io.Reader, out io.Writer) int {
	debug.SetGCPercent(50)
	orders := bufio.NewReaderSize(in, ChunkSize)
	work, known := map[string]func(string, io.Reader, io.Writer) error{
		Write: write, Read: read, Put: put, Get: get, List: list, Make: makeDirectory, Remove: remove,
	}[what]
	if !known {
		return 2
	}
	err := work(root, orders, out)
	if err != nil {
		return 1
	}
	return 0
}
