package service_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"isol8.dev/guest/internal/link"
	"isol8.dev/guest/internal/sandboxtest"
)

func TestCodeIsNotLetIn(t *testing.T) {
	s := sandboxtest.Greeted(t)
	if got := s.Do(t, sandboxtest.Command("door")).Stdout.String(); strings.Count(got, "connection refused") != 3 || !strings.HasSuffix(got, "true\n") {
		t.Error("before it is kept:", got)
	}
	s.Kept(t, long, long)
	if got := s.Do(t, sandboxtest.Shared("door", "door")).Stdout.String(); got != "0\n0\n0\ntrue\n" {
		t.Error(got)
	}
}

func TestOnlyWhoKnowsTheKeyIsLetIn(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	other := make([]byte, link.KeySize)
	_, _ = rand.Read(other)
	if _, _, err := s.Relink(t, other); err == nil {
		t.Error("another key is good enough")
	}
	// Those who say nothing take no place for ever.
	for range 10 {
		silent := s.Bridge(t)
		if _, err := silent.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	s.Running(t, map[string]int{})
	again, _ := relink(t, s, key)
	again.Running(t, map[string]int{})
}

func TestAFloodAtTheDoorKeepsNobodyOut(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	s.Do(t, sandboxtest.Shared("flood", "leave", "flood"))
	for range 5 {
		again, _ := relink(t, s, key)
		again.Running(t, map[string]int{"flood": 1})
	}
}

func TestCodeCannotReachTheBridge(t *testing.T) {
	s := sandboxtest.Greeted(t)
	key := s.Kept(t, long, long)
	s.Do(t, sandboxtest.Shared("hunt", "leave", "hunt", "1500"))
	for range 5 {
		again, _ := relink(t, s, key)
		s = again
	}
	var left string
	for answer := readLeft(t, s, "hunt", 0); ; answer = readLeft(t, s, "hunt", 0) {
		if left = string(answer.GetStdout().GetData()); !answer.GetOpen() {
			break
		}
	}
	if !strings.HasSuffix(left, "met true\n") || strings.Count(left, "\n") > 2 {
		t.Errorf("%q", left)
	}
}

func TestABombedContainerIsLinkedAgain(t *testing.T) {
	s := sandboxtest.Container(t, python.image)
	key := s.Kept(t, long, long)
	start := sandboxtest.Shared("bomb", "leave")
	start.Argv = []string{"/bin/bash", "-c", "bomb() { bomb | bomb & }; bomb; echo boom; sleep 1000"}
	stream := s.Open(context.Background(), t, start)
	started(t, stream)
	// Nobody is attached any more, as after the end of a server.
	s.Cut()
	<-s.Exited
	again, _ := relink(t, s, key)
	again.Running(t, map[string]int{})
	start.RunId, start.KeepProcesses = "left", true
	start.Argv = []string{"/bin/bash", "-c", "bomb() { bomb | bomb & }; bomb; echo boom"}
	again.Do(t, start)
	again, _ = relink(t, s, key)
	killRun(t, again, "left")
	again.Running(t, map[string]int{})
}
