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
	var err error
	switch what {
	case Write:
		err = write(root, orders, out)
	case Read:
		err = read(root, orders, out)
	default:
		return 2
	}
	if err != nil {
		return 1
	}
	return 0
}
