package kernel

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strconv"
)

// order is a cell as a driver reads it: eight hexadecimal digits for the size of what follows, then texts that each end
// in a NUL (token, number, working directory, how many variables, the sizes of the code and of its standard input, the
// variables), then the code, then its standard input.
func (c *cell) order() []byte {
	environment := c.request.GetCellEnvironment()
	texts := append([]string{
		c.token, strconv.Itoa(c.number), c.directory, strconv.Itoa(len(environment)),
		strconv.Itoa(len(c.request.GetCode())), strconv.Itoa(len(c.request.GetStdin())),
	}, environment...)
	var out bytes.Buffer
	out.WriteString("00000000")
	for _, text := range texts {
		out.WriteString(text)
		out.WriteByte(0)
	}
	out.Write(c.request.GetCode())
	out.Write(c.request.GetStdin())
	order := out.Bytes()
	copy(order, fmt.Sprintf("%08x", len(order)-8))
	return order
}

// newToken is what only the driver is told, so that the end of another cell is not taken for this one's.
func newToken() string { return rand.Text() }
