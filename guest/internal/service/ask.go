package service

import (
	"context"
	"errors"
	"io"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"isol8.dev/guest/internal/files"
)

var errWorker = connect.NewError(connect.CodeAborted, errors.New("the file worker was ended or broke its protocol"))

// message is a protobuf message by its struct.
type message[T any] interface {
	*T
	proto.Message
}

// askWorker has a worker carry out one order.
func askWorker[A any, PA message[A]](ctx context.Context, g *Guest, what string, order proto.Message, answer PA) (*connect.Response[A], error) {
	worker, err := g.greetedWorker(ctx, what)
	if err != nil {
		return nil, err
	}
	defer worker.close()
	if err := files.WriteFrame(worker.orders, order); err != nil {
		return nil, errWorker
	}
	return answerOf(worker, order, answer)
}

// feedWorker hands all that comes to a worker.
func feedWorker[Q, A any, PQ message[Q], PA message[A]](
	ctx context.Context, g *Guest, what string, stream *connect.ClientStream[Q], answer PA,
) (*connect.Response[A], error) {
	worker, err := g.greetedWorker(ctx, what)
	if err != nil {
		return nil, err
	}
	defer worker.close()
	orders := files.Writer{To: worker.orders}
	for stream.Receive() {
		// A worker that failed takes no more; its answer says why.
		if orders.Write(PQ(stream.Msg())) != nil {
			break
		}
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	return answerOf(worker, nil, answer)
}

func answerOf[A any, PA message[A]](worker *worker, order proto.Message, answer PA) (*connect.Response[A], error) {
	_ = worker.orders.Close()
	if err := files.ReadAnswer(worker.answers, answer); err != nil || !files.PlausibleAnswer(order, answer) {
		return nil, errWorker
	}
	return connect.NewResponse((*A)(answer)), nil
}

// readWorker passes on the answers of a worker, as far as the check lets it.
func readWorker[A any, PA message[A]](
	ctx context.Context, g *Guest, what string, order proto.Message, stream *connect.ServerStream[A],
	check interface {
		Take(PA) error
		Complete() bool
	},
) error {
	worker, err := g.greetedWorker(ctx, what)
	if err != nil {
		return err
	}
	defer worker.close()
	if err := files.WriteFrame(worker.orders, order); err != nil {
		return errWorker
	}
	answers := files.NewAnswers(worker.answers)
	for {
		answer := PA(new(A))
		err := answers.Next(answer)
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
		if err := stream.Send((*A)(answer)); err != nil {
			return err
		}
	}
}
