package hot

import (
	"slices"
	"strings"
	"testing"
)

func TestChangesMakeOneEnvironmentTheOther(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"A=1 B=2", "A=1 B=2", ""},
		{"A=1 B=2", "B=2 A=1", ""},
		{"A=1 B=2", "A=1 B=3 C=4", "B=3 C=4"},
		{"A=1 B=2", "B=2", "A"},
		{"A= B=", "A=", "B"},
		{"A=1", "A=", "A="},
		{"A=1 A=2", "A=1 A=3", ""},
		{"A=1 A=2", "", "A"},
		{"", "A=1 A=2 B=1=2", "A=1 B=1=2"},
		{"A =x", "B =y A=1", "A=1"},
	} {
		got := Changes(strings.Fields(test.from), strings.Fields(test.to))
		if !slices.Equal(got, strings.Fields(test.want)) {
			t.Errorf("%s -> %s: %q", test.from, test.to, got)
		}
	}
}

func TestAHookKnowsWhatItsInterpreterHasRead(t *testing.T) {
	for name, want := range map[string]bool{
		"NODE_ENV": true, "NODE_OPTIONS": false, "LC_ALL": false, "PATH": false, "PATHS": true, "TOKEN": true,
	} {
		if missed := hooks["node"].Missed([]string{"A=1"}, []string{"A=1", name + "=x"}); (missed == "") != want {
			t.Error(name, missed)
		}
	}
	if hooks["bun"].Missed([]string{"A=1"}, []string{"A=2"}) != "A" || hooks["bun"].Missed([]string{"A=1"}, []string{"A=1"}) != "" {
		t.Error("bun takes the environment that it has, and no other")
	}
}
