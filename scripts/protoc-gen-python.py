#!/usr/bin/env python3
"""A protoc plugin that writes Python: messages, gRPC stubs, and the types of both (.pyi).

protoc's own Python generators are built into protoc and cannot be called as plugins; the
`grpcio-tools` package brings a protoc of its own. So this hands the descriptors that buf made over
to that one and gives back what it wrote.
"""

import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc


def generate(request: CodeGeneratorRequest) -> CodeGeneratorResponse:
    """Generates every file that is asked for."""
    response = CodeGeneratorResponse(
        supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    with tempfile.TemporaryDirectory() as folder:
        descriptors = Path(folder, "descriptors.binpb")
        descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        out = Path(folder, "out")
        out.mkdir()
        kinds = ("python", "pyi", "grpc_python", "mypy_grpc")
        outputs = [f"--{kind}_out={out}" for kind in kinds]
        plugin = f"--plugin={Path(sys.executable).with_name('protoc-gen-mypy_grpc')}"
        arguments = [
            f"--descriptor_set_in={descriptors}",
            plugin,
            "--mypy_grpc_opt=quiet",
            *outputs,
        ]
        arguments += request.file_to_generate
        status = protoc.main(["protoc", *arguments])
        if status != 0:
            response.error = f"grpc_tools.protoc ended with {status}"
            return response
        for path in sorted(out.rglob("*.py*")):
            # Files without a service get a stub file with nothing in it.
            if "_pb2_grpc.py" in path.name and "Stub" not in path.read_text():
                continue
            response.file.add(name=str(path.relative_to(out)), content=path.read_text())
    return response


if __name__ == "__main__":
    request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(generate(request).SerializeToString())
