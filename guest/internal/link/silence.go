package link

import "time"

// Watch calls dead once the host has said nothing for limit. It returns only when dead does.
func (c *Conn) Watch(limit time.Duration, dead func()) {
	interval := max(limit/10, time.Millisecond)
	grace := time.Now()
	for last := time.Now(); ; last = time.Now() {
		time.Sleep(interval)
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
