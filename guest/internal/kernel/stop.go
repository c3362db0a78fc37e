package kernel

import (
	"fmt"
	"time"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// interrupt interrupts the code for a reason; without one it is asked for by somebody who wants it to go on otherwise.
// It does not wait. When the code does not end soon, its context does.
func (c *cell) interrupt(reason guestv1.EndReason) {
	c.claim(reason)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == nil {
		c.cancel()
	}
	if c.over || c.wanted || c.in == nil {
		return
	}
	c.wanted = true
	if c.begun {
		c.in.interrupt(c.in.driver.wholeGroup)
	}
	c.timers = append(c.timers,
		time.AfterFunc(insist, func() { c.whileOn(c.in.insist) }),
		time.AfterFunc(grace, func() {
			c.whileOn(func() { c.in.end(fmt.Sprintf("the code did not end within %v of being interrupted", grace)) })
		}),
	)
}

// begin is told when an interrupt reaches the code, which can be once.
func (c *cell) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun {
		return false
	}
	c.begun = true
	if c.wanted {
		c.in.interrupt(c.in.driver.wholeGroup)
	}
	return true
}

func (c *cell) hasBegun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun
}

// kill ends it and its context, or its wait for a turn.
func (c *cell) kill() {
	c.claim(guestv1.EndReason_END_REASON_KILLED)
	c.cancel()
	c.mu.Lock()
	in := c.in
	c.mu.Unlock()
	if in != nil {
		in.end("")
		<-in.gone
	}
}

// claim notes the first reason to end code that still runs.
func (c *cell) claim(reason guestv1.EndReason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over && c.reason == guestv1.EndReason_END_REASON_UNSPECIFIED {
		c.reason = reason
	}
}

func (c *cell) claimed() guestv1.EndReason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// after calls f when the time has come and the cell still runs.
func (c *cell) after(limit time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timers = append(c.timers, time.AfterFunc(limit, f))
}

// whileOn calls f unless the code has ended, so that what it is meant for does not hit the next cell.
func (c *cell) whileOn(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		f()
	}
}

// settle notes that the code has ended: whatever comes later did not end it.
func (c *cell) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for _, timer := range c.timers {
		timer.Stop()
	}
}
