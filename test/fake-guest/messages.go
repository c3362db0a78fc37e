package main

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// onMessages is gRPC that cannot be taken apart, in the middle of a run.
var onMessages = map[string]guest{
	"a message that claims 4 GiB": {run: bytesInRun([]byte{0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3})},
	"a message of 129 KiB":        {run: bytesInRun(prefixed(make([]byte, 129<<10)))},
	"a compressed message":        {run: bytesInRun([]byte{1, 0, 0, 0, 1, 0})},
	"garbage for a message":       {run: bytesInRun(prefixed(bytes.Repeat([]byte{0xff}, 1000)))},
	"128 Ki nested groups":        {run: bytesInRun(prefixed(bytes.Repeat([]byte{0x7b}, 128<<10)))},
	"a message that says nothing": {run: bytesInRun(prefixed(nil))},
	"a message that is cut short": {run: func(c *call) {
		c.headers()
		c.started()
		c.sendRaw([]byte{0, 0, 0, 4, 0, 'h', 'a', 'l', 'f'})
		c.status("0")
	}},
	"no status": {run: func(c *call) {
		c.headers()
		c.started()
		c.ended()
		c.fields(true, "x", "y")
	}},
	"a status that is an error": {run: func(c *call) {
		c.headers()
		c.started()
		c.status("13")
	}},
	"an answer without messages": {run: func(c *call) {
		c.headers()
		c.status("0")
	}},
	"HTTP status 500": {run: func(c *call) {
		c.fields(true, ":status", "500")
	}},
}

func bytesInRun(data []byte) func(*call) {
	return func(c *call) {
		c.headers()
		c.started()
		c.sendRaw(data)
	}
}

// output is an encoded piece of standard output.
func output(data []byte) []byte {
	encoded, err := proto.Marshal(outputOf(data))
	if err != nil {
		panic(err)
	}
	return encoded
}

func outputOf(data []byte) *guestv1.RunResponse {
	return &guestv1.RunResponse{Event: &guestv1.RunResponse_Output{Output: &guestv1.RunOutput{
		Stream: guestv1.Stream_STREAM_STDOUT, Data: data,
	}}}
}
