package service

import (
	"bufio"
	"context"
	"errors"
	"io"

	"connectrpc.com/connect"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
	"isol8.dev/guest/internal/files"
)

var errWorker = connect.NewError(connect.CodeAborted, errors.New("the file worker was ended or broke its protocol"))

// WriteFiles hands files to a worker.
func (g *Guest) WriteFiles(
	ctx context.Context, stream *connect.ClientStream[guestv1.WriteFilesRequest],
) (*connect.Response[guestv1.WriteFilesResponse], error) {
	executor, err := g.greeted(ctx)
	if err != nil {
		return nil, err
	}
	worker, err := g.startWorker(ctx, executor.Launcher.UID, files.Write)
	if err != nil {
		return nil, connect.NewError(connect.CodeInternal, err)
	}
	defer worker.close()
	for stream.Receive() {
		// A worker that failed takes no more; its answer says why.
		if files.WriteFrame(worker.orders, stream.Msg()) != nil {
			break
		}
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	_ = worker.orders.Close()
	answer := &guestv1.WriteFilesResponse{}
	if err := files.ReadAnswer(worker.answers, answer); err != nil {
		return nil, errWorker
	}
	if answer.Failure != nil && !files.Plausible(answer.Failure) {
		return nil, errWorker
	}
	return connect.NewResponse(answer), nil
}

// ReadFiles passes on what a worker reads, as far as it keeps to what was ordered.
func (g *Guest) ReadFiles(
	ctx context.Context, call *connect.Request[guestv1.ReadFilesRequest], stream *connect.ServerStream[guestv1.ReadFilesResponse],
) error {
	executor, err := g.greeted(ctx)
	if err != nil {
		return err
	}
	worker, err := g.startWorker(ctx, executor.Launcher.UID, files.Read)
	if err != nil {
		return connect.NewError(connect.CodeInternal, err)
	}
	defer worker.close()
	if err := files.WriteFrame(worker.orders, call.Msg); err != nil {
		return errWorker
	}
	answers := bufio.NewReaderSize(worker.answers, files.ChunkSize)
	check := files.NewCheck(call.Msg)
	for {
		answer := &guestv1.ReadFilesResponse{}
		err := files.ReadAnswer(answers, answer)
		if err == io.EOF && check.Complete() {
			<-worker.process.Done
			if worker.process.Status.ExitStatus() != 0 {
				return errWorker
			}
			return nil
		}
		if err != nil || check.Take(answer) != nil {
			return errWorker
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}
