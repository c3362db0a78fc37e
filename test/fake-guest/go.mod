module isol8.dev/fake-guest

go 1.24.0

require (
	golang.org/x/net v0.49.0
	google.golang.org/protobuf v1.36.12
	isol8.dev/guest v0.0.0
)

require golang.org/x/text v0.33.0 // indirect

replace isol8.dev/guest => ../../guest
