#!/bin/sh
# Writes all generated code below a folder (this repository when none is named): TypeScript, Python, Go, and the
# descriptors that gRPC reflection answers from.
set -eu
cd "$(dirname "$0")/.."
out=$(mkdir -p "${1:-.}" && cd "${1:-.}" && pwd)
PATH="$PWD/node_modules/.bin:$PATH"

# What a removed proto file left behind must go too.
rm -rf "$out/gen" "$out/guest/gen" "$out/clients/python/src/isol8/v1"
buf generate --output "$out"
# google.rpc lets tools show the details of an error. The guest protocol is nobody else's business.
buf build --type isol8.v1 --type google.rpc --type grpc.health.v1 --type grpc.reflection.v1 --type grpc.reflection.v1alpha \
  --output "$out/gen/descriptors.binpb"
# protoc writes no package files.
printf '"""Generated from proto/isol8/v1; never edited."""\n' >"$out/clients/python/src/isol8/v1/__init__.py"
