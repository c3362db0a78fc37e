package main

import (
	"bytes"
	"math/rand"
	"os"
	"strings"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// onProcess is what a guest does beside HTTP/2: ends, says nothing, says too much, or is another one.
var onProcess = map[string]guest{
	"silence":       {instead: forever},
	"exits at once": {instead: func() { os.Exit(0) }},
	"endless stderr": {instead: func() {
		endless(os.Stderr, []byte(strings.Repeat("goroutine 1 [running]\n", 1000)))
	}},
	"garbage before HTTP/2": {instead: func() {
		garbage := make([]byte, 64<<10)
		_, _ = rand.New(rand.NewSource(1)).Read(garbage)
		endless(os.Stdout, garbage)
	}},
	"speaks HTTP/1.1": {instead: func() {
		_, _ = os.Stdout.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		endless(os.Stdout, bytes.Repeat([]byte("1\r\nx\r\n"), 1000))
	}},
	"endless stderr in a run": {run: func(c *call) {
		c.headers()
		c.started()
		endless(os.Stderr, bytes.Repeat([]byte("panic\n"), 1000))
	}},
	"exits in a run": {run: func(c *call) {
		c.headers()
		c.started()
		os.Exit(0)
	}},
	"exits in a message": {run: func(c *call) {
		c.headers()
		c.started()
		c.sendRaw([]byte{0, 0, 0, 4, 0, 'h', 'a', 'l', 'f'})
		os.Exit(1)
	}},
	"another digest": {greet: func(c *call) {
		message := greeting()
		message.GuestDigest = strings.Repeat("0", 64)
		c.answer(message)
	}},
	"another protocol version": {greet: func(c *call) {
		message := greeting()
		message.ProtocolVersion = 7
		c.answer(message)
	}},
	"two greetings": {greet: func(c *call) {
		c.headers()
		c.send(greeting())
		c.send(greeting())
		c.status("0")
	}},
	"greets with a status": {greet: func(c *call) {
		c.fields(true, ":status", "200", "content-type", "application/grpc", "grpc-status", "9",
			"grpc-message", strings.Repeat("sorry", 500))
	}},
	"a greeting of 100 KiB": {greet: func(c *call) {
		c.answer(&guestv1.GreetResponse{GuestVersion: strings.Repeat("v", 100<<10)})
	}},
}

func endless(file *os.File, chunk []byte) {
	for {
		if _, err := file.Write(chunk); err != nil {
			forever()
		}
	}
}
