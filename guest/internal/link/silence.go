package link

import "time"

// Watch calls dead once the host has said nothing for limit. It returns when dead does, or the link is over.
func (c *Conn) Watch(limit time.Duration, dead func()) {
	ticker := time.NewTicker(max(limit/10, time.Millisecond))
	defer ticker.Stop()
	grace := time.Now()
	for last := time.Now(); ; last = time.Now() {
		select {
		case <-c.over:
			return
		case <-ticker.C:
		}
		// A guest that was itself stopped (a paused container or machine) must not take its own absence for the
		// host's: what the host sent meanwhile has not been read yet.
		if time.Since(last) > limit/2 {
			grace = time.Now()
		}
		if c.Silence() > limit && time.Since(grace) > limit {
			dead()
			return
		}
	}
}
