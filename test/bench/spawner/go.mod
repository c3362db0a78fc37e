module isol8.dev/bench-spawner

go 1.24.0
