package main

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2"
	"google.golang.org/protobuf/types/known/durationpb"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// onRun is well-formed messages in an order, a number or with a content that no guest of ours gives.
var onRun = map[string]guest{
	"1-byte outputs beyond the cap":  {run: outputs([]byte("x"))},
	"64 KiB outputs beyond the cap":  {run: outputs(bytes.Repeat([]byte("x"), 64<<10))},
	"1-byte outputs, unread":         {run: outputs([]byte{0xff})},
	"64 KiB outputs, unread":         {run: outputs(bytes.Repeat([]byte("x"), 64<<10))},
	"text and data in turns, unread": {run: outputs(bytes.Repeat([]byte{'a', 0xff}, 32<<10))},
	"outputs after the kill":         {run: outputs([]byte{0xff})},
	"outputs of nothing":             {run: outputs(nil)},
	"an output of 65 KiB":            {run: outputs(make([]byte, 65<<10))},
	"two starts": {run: func(c *call) {
		c.headers()
		c.started()
		c.started()
	}},
	"output before the start": {run: func(c *call) {
		c.headers()
		c.send(outputOf([]byte("early")))
	}},
	"two ends": {run: func(c *call) {
		c.headers()
		c.started()
		c.ended()
		c.ended()
	}},
	"output after the end": {run: func(c *call) {
		c.headers()
		c.started()
		c.ended()
		c.send(outputOf([]byte("late")))
	}},
	"never starts":                    {run: func(*call) {}},
	"silence after the start":         {run: func(c *call) { c.headers(); c.started() }, kill: func(*call) {}},
	"silence after the end":           {run: func(c *call) { c.headers(); c.started(); c.ended() }},
	"kills, and does not end the run": {run: func(c *call) { c.headers(); c.started() }},
	"does not answer Kill":            {run: func(c *call) { c.headers(); c.started() }, kill: func(*call) {}},
	"refuses Kill":                    {run: func(c *call) { c.headers(); c.started() }, kill: func(c *call) { c.fields(true, ":status", "200", "grpc-status", "7") }},
	"takes no further call than the run": {run: func(c *call) {
		c.frame(func(f *http2.Framer) error {
			return f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1})
		})
		c.headers()
		c.started()
	}},
	"runs hot unasked": {run: func(c *call) {
		c.headers()
		c.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Started{Started: &guestv1.RunStarted{Hot: true}}})
	}},
	"silence at the boot":     {boot: func(*call) {}},
	"two answers to the boot": {boot: func(c *call) { c.headers(); c.send(&guestv1.BootResponse{}); c.send(&guestv1.BootResponse{}) }},
	"a survey of 100 KiB": {boot: func(c *call) {
		c.answer(&guestv1.BootResponse{Survey: &guestv1.Survey{Posture: strings.Repeat("x", 100<<10)}})
	}},
	"an endless failure to boot": {boot: func(c *call) { c.answer(&guestv1.BootResponse{Failure: strings.Repeat("x", 100<<10)}) }},
	"exit code 99999":            {run: ends(func(e *guestv1.RunEnded) { e.Status = &guestv1.RunEnded_ExitCode{ExitCode: 99999} })},
	"signal 0":                   {run: ends(func(e *guestv1.RunEnded) { e.Status = &guestv1.RunEnded_Signal{Signal: 0} })},
	"no exit code":               {run: ends(func(e *guestv1.RunEnded) { e.Status = nil })},
	"counts that do not add up":  {run: ends(func(e *guestv1.RunEnded) { e.Stdout = &guestv1.OutputStats{TotalBytes: 5} })},
	"a negative run time":        {run: ends(func(e *guestv1.RunEnded) { e.RunTime = &durationpb.Duration{Seconds: -5} })},
	"a run time of a century":    {run: ends(func(e *guestv1.RunEnded) { e.RunTime = &durationpb.Duration{Seconds: 3e9} })},
	"killed unasked":             {run: ends(func(e *guestv1.RunEnded) { e.Reason = guestv1.EndReason_END_REASON_KILLED })},
	"a time limit before its time": {run: ends(func(e *guestv1.RunEnded) {
		e.Reason = guestv1.EndReason_END_REASON_TIMEOUT
		e.RunTime = &durationpb.Duration{Seconds: 30}
	})},
	"an output limit that is not reached": {run: ends(func(e *guestv1.RunEnded) {
		e.Reason = guestv1.EndReason_END_REASON_OUTPUT_LIMIT
	})},
}

func (c *call) started() {
	c.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Started{Started: &guestv1.RunStarted{}}})
}

func (c *call) ended() { c.endedWith(func(*guestv1.RunEnded) {}) }

func (c *call) endedWith(change func(*guestv1.RunEnded)) {
	end := &guestv1.RunEnded{
		Reason:  guestv1.EndReason_END_REASON_PROGRAM,
		Status:  &guestv1.RunEnded_ExitCode{ExitCode: 0},
		RunTime: &durationpb.Duration{Nanos: 1e6},
	}
	change(end)
	c.send(&guestv1.RunResponse{Event: &guestv1.RunResponse_Ended{Ended: end}})
}

// outputs sends the same output for ever.
func outputs(data []byte) func(*call) {
	piece := bytes.Repeat(prefixed(output(data)), max(1, 1000/(len(data)+1)))
	return func(c *call) {
		c.headers()
		c.started()
		for {
			c.sendRaw(piece)
		}
	}
}

// ends is a run whose end is not as it should be.
func ends(change func(*guestv1.RunEnded)) func(*call) {
	return func(c *call) {
		c.headers()
		c.started()
		c.endedWith(change)
		c.status("0")
	}
}
