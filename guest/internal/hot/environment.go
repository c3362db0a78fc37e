package hot

import "strings"

// Changes are what makes one environment the other: NAME=value for what is to be set and NAME for what is to be
// removed. The rest is left to the interpreter, which may have changed it as it would in a process that begins.
func Changes(from, to []string) []string {
	before, after := values(from), values(to)
	var changes []string
	for _, pair := range from {
		name, _, _ := strings.Cut(pair, "=")
		if _, kept := after[name]; !kept && before[name] != "" {
			changes = append(changes, name)
			// Once, even if it is there twice.
			delete(before, name)
		}
	}
	for _, pair := range to {
		name, _, _ := strings.Cut(pair, "=")
		if after[name] == pair && before[name] != pair {
			changes = append(changes, pair)
			delete(after, name)
		}
	}
	return changes
}

// values maps names to pairs. As in a process, the first of a name counts, and what has no name or no value does not.
func values(environment []string) map[string]string {
	values := make(map[string]string, len(environment))
	for _, pair := range environment {
		name, _, whole := strings.Cut(pair, "=")
		if _, known := values[name]; !known && whole && name != "" {
			values[name] = pair
		}
	}
	return values
}

// Missed is the name of a variable that differs and that the interpreter has read already; empty when there is none, so
// that a hook that waits can have a program with another environment.
func (h *Hook) Missed(booted, wanted []string) string {
	for _, change := range Changes(booted, wanted) {
		name, _, _ := strings.Cut(change, "=")
		if h.readsAtBoot(name) {
			return name
		}
	}
	return ""
}

func (h *Hook) readsAtBoot(name string) bool {
	for _, read := range h.reads {
		pattern, not := strings.CutPrefix(read, "!")
		prefix, many := strings.CutSuffix(pattern, "*")
		if name == pattern || many && strings.HasPrefix(name, prefix) {
			return !not
		}
	}
	return false
}
