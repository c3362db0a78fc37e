package service

import (
	"context"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/files"
)

// WriteFiles hands files to a worker.
func (g *Guest) WriteFiles(
	ctx context.Context, stream *connect.ClientStream[guestv1.WriteFilesRequest],
) (*connect.Response[guestv1.WriteFilesResponse], error) {
	return feedWorker(ctx, g, files.Write, stream, &guestv1.WriteFilesResponse{})
}

// PutFile hands a file, or an archive, to a worker.
func (g *Guest) PutFile(
	ctx context.Context, stream *connect.ClientStream[guestv1.PutFileRequest],
) (*connect.Response[guestv1.PutFileResponse], error) {
	return feedWorker(ctx, g, files.Put, stream, &guestv1.PutFileResponse{})
}

// ReadFiles passes on what a worker reads, as far as it keeps to what was ordered.
func (g *Guest) ReadFiles(
	ctx context.Context, call *connect.Request[guestv1.ReadFilesRequest], stream *connect.ServerStream[guestv1.ReadFilesResponse],
) error {
	return readWorker(ctx, g, files.Read, call.Msg, stream, files.NewCheck(call.Msg))
}

// GetFile passes on what a worker reads of one file, or the archive that it makes.
func (g *Guest) GetFile(
	ctx context.Context, call *connect.Request[guestv1.GetFileRequest], stream *connect.ServerStream[guestv1.GetFileResponse],
) error {
	return readWorker(ctx, g, files.Get, call.Msg, stream, files.NewGetCheck(call.Msg))
}

// ListFiles has a worker list a directory.
func (g *Guest) ListFiles(
	ctx context.Context, call *connect.Request[guestv1.ListFilesRequest],
) (*connect.Response[guestv1.ListFilesResponse], error) {
	return askWorker(ctx, g, files.List, call.Msg, &guestv1.ListFilesResponse{})
}

// MakeDirectory has a worker make a directory.
func (g *Guest) MakeDirectory(
	ctx context.Context, call *connect.Request[guestv1.MakeDirectoryRequest],
) (*connect.Response[guestv1.MakeDirectoryResponse], error) {
	return askWorker(ctx, g, files.Make, call.Msg, &guestv1.MakeDirectoryResponse{})
}

// RemoveFile has a worker remove what has a name.
func (g *Guest) RemoveFile(
	ctx context.Context, call *connect.Request[guestv1.RemoveFileRequest],
) (*connect.Response[guestv1.RemoveFileResponse], error) {
	return askWorker(ctx, g, files.Remove, call.Msg, &guestv1.RemoveFileResponse{})
}
