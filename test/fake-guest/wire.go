package main

import (
	"encoding/binary"
	"strings"

	"golang.org/x/net/http2"
)

// onWire is HTTP/2 that no peer should send, in the middle of a run.
var onWire = map[string]guest{
	"headers of 1 MiB": {run: func(c *call) {
		block := c.block(":status", "200", "x", strings.Repeat("~", 1<<20))
		c.continued(block)
	}},
	"endless CONTINUATION": {run: func(c *call) {
		c.frame(func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: c.id, BlockFragment: c.block(":status", "200")})
		})
		// Zeros: fields without a name and without a value.
		flood(c, func(f *http2.Framer) error { return f.WriteContinuation(c.id, false, make([]byte, maxFrame)) })
	}},
	"endless empty CONTINUATION": {run: func(c *call) {
		c.frame(func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: c.id, BlockFragment: c.block(":status", "200")})
		})
		flood(c, func(f *http2.Framer) error { return f.WriteContinuation(c.id, false, nil) })
	}},
	"1000 header fields": {run: func(c *call) {
		fields := []string{":status", "200"}
		for range 1000 {
			fields = append(fields, "a", "b")
		}
		c.fields(false, fields...)
		forever()
	}},
	"a header bomb": {run: func(c *call) {
		// One field of 4 KB in the table, and then references to it of one byte each.
		block := c.block(":status", "200", "bomb", strings.Repeat("x", 4000))
		for range 15_000 {
			block = append(block, 0x80|62)
		}
		c.continued(block)
	}},
	"endless trailers": {run: func(c *call) {
		c.headers()
		flood(c, func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{
				StreamID: c.id, BlockFragment: c.block("grpc-status", "0"), EndHeaders: true,
			})
		})
	}},
	"endless informational answers": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{
				StreamID: c.id, BlockFragment: c.block(":status", "103"), EndHeaders: true,
			})
		})
	}},
	"PUSH_PROMISE": {run: func(c *call) {
		block := c.block(":method", "GET", ":scheme", "http", ":authority", "guest", ":path", "/")
		for id := uint32(2); ; id += 2 {
			c.frame(func(f *http2.Framer) error {
				return f.WritePushPromise(http2.PushPromiseParam{
					StreamID: c.id, PromiseID: id, BlockFragment: block, EndHeaders: true,
				})
			})
		}
	}},
	"SETTINGS flood": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteSettings() })
	}},
	"large SETTINGS flood": {run: func(c *call) {
		settings := make([]http2.Setting, 2000)
		for i := range settings {
			settings[i] = http2.Setting{ID: http2.SettingID(0x100 + i), Val: uint32(i)}
		}
		flood(c, func(f *http2.Framer) error { return f.WriteSettings(settings...) })
	}},
	"PING flood": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WritePing(false, [8]byte{1}) })
	}},
	"PING answers flood": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WritePing(true, [8]byte{1}) })
	}},
	"WINDOW_UPDATE flood": {run: func(c *call) {
		// On a stream that is over: one that is open would have too large a window soon.
		flood(c, func(f *http2.Framer) error { return f.WriteWindowUpdate(1, 1) })
	}},
	"too large a window": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteWindowUpdate(0, 1<<30) })
	}},
	"RST_STREAM flood": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteRSTStream(1, http2.ErrCodeCancel) })
	}},
	"resets the run": {run: func(c *call) {
		c.frame(func(f *http2.Framer) error { return f.WriteRSTStream(c.id, http2.ErrCodeCancel) })
		forever()
	}},
	"DATA on a stream that was never opened": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteData(c.id+100, false, make([]byte, maxFrame)) })
	}},
	"DATA on a stream that is over": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteData(1, false, make([]byte, maxFrame)) })
	}},
	"endless empty DATA": {run: func(c *call) {
		c.headers()
		flood(c, func(f *http2.Framer) error { return f.WriteData(c.id, false, nil) })
	}},
	"endless padding": {run: func(c *call) {
		c.headers()
		padding := make([]byte, 255)
		flood(c, func(f *http2.Framer) error { return f.WriteDataPadded(c.id, false, nil, padding) })
	}},
	"endless PRIORITY": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WritePriority(c.id, http2.PriorityParam{Weight: 1}) })
	}},
	"frames of an unknown type": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteRawFrame(0xfa, 0, 0, make([]byte, maxFrame)) })
	}},
	"endless ALTSVC": {run: func(c *call) {
		payload := append(binary.BigEndian.AppendUint16(nil, 12), "http://guest"+`h2=":1"`...)
		flood(c, func(f *http2.Framer) error { return f.WriteRawFrame(0xa, 0, 0, payload) })
	}},
	"a frame of 16 MiB": {run: func(c *call) {
		c.headers()
		c.frame(func(f *http2.Framer) error { return f.WriteRawFrame(http2.FrameData, 0, c.id, make([]byte, 1<<24-1)) })
		forever()
	}},
	"GOAWAY": {run: func(c *call) {
		c.frame(func(f *http2.Framer) error { return f.WriteGoAway(c.id, http2.ErrCodeNo, nil) })
		forever()
	}},
	"GOAWAY with 16 KiB of reasons, for ever": {run: func(c *call) {
		flood(c, func(f *http2.Framer) error { return f.WriteGoAway(c.id, http2.ErrCodeNo, make([]byte, maxFrame-8)) })
	}},
	"ignores flow control": {run: func(c *call) {
		c.headers()
		c.started()
		piece := prefixed(output(make([]byte, 60<<10)))
		flood(c, func(f *http2.Framer) error {
			for at := 0; at < len(piece); at += maxFrame {
				if err := f.WriteData(c.id, false, piece[at:min(at+maxFrame, len(piece))]); err != nil {
					return err
				}
			}
			return nil
		})
	}},
}

// flood writes frames for ever, as fast as they are taken.
func flood(c *call, write func(*http2.Framer) error) {
	for {
		failed := false
		c.frame(func(f *http2.Framer) error {
			err := write(f)
			failed = err != nil
			return err
		})
		if failed {
			forever()
		}
	}
}

// continued sends a header block over as many frames as it takes.
func (c *call) continued(block []byte) {
	first := min(len(block), maxFrame)
	c.frame(func(f *http2.Framer) error {
		if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: c.id, BlockFragment: block[:first], EndHeaders: first == len(block)}); err != nil {
			return err
		}
		for at := first; at < len(block); at += maxFrame {
			end := min(at+maxFrame, len(block))
			if err := f.WriteContinuation(c.id, end == len(block), block[at:end]); err != nil {
				return err
			}
		}
		return nil
	})
	forever()
}
