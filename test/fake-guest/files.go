package main

import (
	"fmt"
	"strings"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// onFiles is files that were not asked for, and answers about files that nobody should believe.
var onFiles = map[string]guest{
	"a file outside":                 {read: gives("../../etc/x", 1, []byte("x"))},
	"a file at an absolute path":     {read: gives("/etc/x", 1, []byte("x"))},
	"a file that was not asked for":  {read: gives("other.txt", 1, []byte("x"))},
	"more content than the file has": {read: gives("out.txt", 1, []byte("xyz"))},
	"less content than the file has": {read: gives("out.txt", 100, nil)},
	"a file of a negative size":      {read: gives("out.txt", -1, nil)},
	"a file larger than all files":   {read: gives("out.txt", 1<<62, nil)},
	"the same file again and again": {read: func(c *call) {
		c.headers()
		for {
			c.send(header("out.txt", 0))
		}
	}},
	"a file in pieces of 1 byte": {read: func(c *call) {
		c.headers()
		c.send(header("out.txt", 100<<20))
		for {
			c.send(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Chunk{Chunk: []byte("x")}})
		}
	}},
	"endless failures": {read: func(c *call) {
		c.headers()
		for i := 0; ; i++ {
			c.send(failed(fmt.Sprint("out", i), guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_FOUND))
		}
	}},
	"failures of unknown reasons with paths of 100 KiB": {read: func(c *call) {
		c.headers()
		for {
			c.send(failed(strings.Repeat("p", 100<<10), 99))
		}
	}},
	"silence while files are read":    {read: func(c *call) { c.headers() }},
	"silence while files are written": {write: func(*call) {}},
	"a failure to write that lies": {write: func(c *call) {
		c.answer(&guestv1.WriteFilesResponse{Failure: &guestv1.FileFailure{
			Path: strings.Repeat("p", 100<<10), Reason: 99, Message: "\x1b[2J",
		}})
	}},
}

func gives(path string, size int64, content []byte) func(*call) {
	return func(c *call) {
		c.headers()
		c.send(header(path, size))
		if len(content) > 0 {
			c.send(&guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Chunk{Chunk: content}})
		}
		c.status("0")
	}
}

func header(path string, size int64) *guestv1.ReadFilesResponse {
	return &guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_File{File: &guestv1.FileHeader{
		Path: path, Mode: 0o644, SizeBytes: size,
	}}}
}

func failed(path string, reason guestv1.FileFailureReason) *guestv1.ReadFilesResponse {
	return &guestv1.ReadFilesResponse{Part: &guestv1.ReadFilesResponse_Failure{Failure: &guestv1.FileFailure{
		Path: path, Reason: reason,
	}}}
}
