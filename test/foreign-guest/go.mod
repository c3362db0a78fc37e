module isol8.dev/test/foreign-guest

go 1.24.0
