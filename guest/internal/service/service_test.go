package service_test

import (
	"testing"

	"isol8.dev/guest/internal/sandboxtest"
)

func TestMain(m *testing.M) { sandboxtest.Main(m) }
