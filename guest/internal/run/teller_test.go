package run

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestThatSomethingHasStartedIsToldFirst(t *testing.T) {
	var told []string
	teller := NewTeller(func(message *string) error {
		told = append(told, *message)
		return nil
	})
	teller.Start(ptr("started"))
	for _, message := range []string{"output", "ended"} {
		if err := teller.Tell(ptr(message)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * late)
	if want := []string{"started", "output", "ended"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestThatSomethingHasStartedIsToldWithoutMore(t *testing.T) {
	told := make(chan string, 1)
	teller := NewTeller(func(message *string) error {
		told <- *message
		return nil
	})
	teller.Start(ptr("started"))
	select {
	case message := <-told:
		if message != "started" {
			t.Error(message)
		}
	case <-time.After(time.Second):
		t.Error("nothing was told")
	}
}

func TestNothingIsToldAfterAFailure(t *testing.T) {
	gone := errors.New("gone")
	calls := 0
	teller := NewTeller(func(*string) error {
		calls++
		return gone
	})
	teller.Start(ptr("started"))
	for range 2 {
		if err := teller.Tell(ptr("output")); !errors.Is(err, gone) {
			t.Error(err)
		}
	}
	if calls != 1 {
		t.Errorf("tried %d times", calls)
	}
}

func ptr(text string) *string { return &text }
