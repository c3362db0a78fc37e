package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path"

	"golang.org/x/net/http2"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// guest is what one case does. What it leaves out is done as ours does it.
type guest struct {
	// instead of speaking HTTP/2 at all.
	instead func()
	greet   func(*call)
	write   func(*call)
	run     func(*call)
	kill    func(*call)
	read    func(*call)
	boot    func(*call)
}

func serve(g guest) {
	if g.instead != nil {
		g.instead()
		return
	}
	l := newLink()
	l.open()
	for {
		frame, err := l.framer.ReadFrame()
		if err != nil {
			// The host is gone. A guest of ours would end now.
			forever()
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			l.settings(frame)
		case *http2.PingFrame:
			if !frame.IsAck() {
				l.frame(func(f *http2.Framer) error { return f.WritePing(true, frame.Data) })
			}
		case *http2.WindowUpdateFrame:
			l.grow(frame)
		case *http2.MetaHeadersFrame:
			l.mu.Lock()
			l.calls[frame.StreamID] = &call{
				link: l, id: frame.StreamID, method: path.Base(frame.PseudoValue("path")), window: l.initial,
			}
			l.mu.Unlock()
		case *http2.DataFrame:
			if c := l.calls[frame.StreamID]; c != nil {
				c.asked.Write(frame.Data())
				l.allow(frame)
			}
		}
		if c := l.calls[frame.Header().StreamID]; c != nil && !c.handled && c.complete(frame) {
			c.handled = true
			go g.handle(c)
		}
	}
}

// complete tells whether a call has what its answer needs: all questions, but for Run the first.
func (c *call) complete(frame http2.Frame) bool {
	if c.method != "Run" {
		return frame.Header().Flags.Has(http2.FlagDataEndStream)
	}
	asked := c.asked.Bytes()
	return len(asked) >= 5 && len(asked)-5 >= int(binary.BigEndian.Uint32(asked[1:]))
}

func (g guest) handle(c *call) {
	handlers := map[string]struct{ fake, decent func(*call) }{
		"Greet":      {g.greet, func(c *call) { c.answer(greeting()) }},
		"Boot":       {g.boot, func(c *call) { c.answer(&guestv1.BootResponse{}) }},
		"WriteFiles": {g.write, func(c *call) { c.answer(&guestv1.WriteFilesResponse{}) }},
		"Run":        {g.run, func(c *call) { c.headers(); c.started(); c.ended(); c.status("0") }},
		"Kill":       {g.kill, func(c *call) { c.answer(&guestv1.KillResponse{}) }},
		"ReadFiles":  {g.read, func(c *call) { c.headers(); c.status("0") }},
	}
	handler := handlers[c.method]
	if handler.fake != nil {
		handler.fake(c)
	} else if handler.decent != nil {
		handler.decent(c)
	}
}

func (l *link) settings(frame *http2.SettingsFrame) {
	if frame.IsAck() {
		return
	}
	l.mu.Lock()
	if size, ok := frame.Value(http2.SettingInitialWindowSize); ok {
		for _, c := range l.calls {
			c.window += int64(size) - l.initial
		}
		l.initial = int64(size)
	}
	l.mu.Unlock()
	l.frame(func(f *http2.Framer) error { return f.WriteSettingsAck() })
}

func (l *link) grow(frame *http2.WindowUpdateFrame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if frame.StreamID == 0 {
		l.window += int64(frame.Increment)
	} else if c := l.calls[frame.StreamID]; c != nil {
		c.window += int64(frame.Increment)
	}
	l.room.Broadcast()
}

// allow lets the host go on sending.
func (l *link) allow(frame *http2.DataFrame) {
	if frame.Length == 0 {
		return
	}
	l.frame(func(f *http2.Framer) error { return f.WriteWindowUpdate(0, frame.Length) })
	l.frame(func(f *http2.Framer) error { return f.WriteWindowUpdate(frame.StreamID, frame.Length) })
}

func greeting() *guestv1.GreetResponse {
	return &guestv1.GreetResponse{ProtocolVersion: 1, GuestVersion: "fake", GuestDigest: ownDigest(), CgroupVersion: 1}
}

// ownDigest is the one that the host expects: whoever took a guest over knows it.
func ownDigest() string {
	file, err := os.Open("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	hash := sha256.New()
	_, _ = io.Copy(hash, file)
	return hex.EncodeToString(hash.Sum(nil))
}
