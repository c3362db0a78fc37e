module isol8.dev/guest

go 1.24.0

tool (
	connectrpc.com/connect/cmd/protoc-gen-connect-go
	google.golang.org/protobuf/cmd/protoc-gen-go
)

require (
	connectrpc.com/connect v1.19.1
	golang.org/x/sys v0.40.0
	google.golang.org/protobuf v1.36.12
)
