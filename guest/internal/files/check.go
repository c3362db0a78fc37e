package files

import (
	"errors"
	"slices"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

var errImplausible = errors.New("the file worker does not keep to its orders")

// Check holds a worker of Read to its orders: it runs as the code's user, who may have taken it over.
type Check struct {
	bytesLeft, filesLeft, failuresLeft int64
	// due is what is left of the content of the file whose header came last.
	due int64
}

// NewCheck takes the limits of an order.
func NewCheck(order *guestv1.ReadFilesRequest) *Check {
	return &Check{
		bytesLeft:    order.GetMaxTotalBytes(),
		filesLeft:    int64(order.GetMaxFiles()),
		failuresLeft: int64(order.GetMaxFiles()) + int64(len(order.GetPatterns())),
	}
}

// Take judges the next answer.
func (c *Check) Take(answer *guestv1.ReadFilesResponse) error {
	switch part := answer.GetPart().(type) {
	case *guestv1.ReadFilesResponse_File:
		header := part.File
		c.filesLeft--
		c.bytesLeft -= header.GetSizeBytes()
		if c.due != 0 || header.GetSizeBytes() < 0 || c.bytesLeft < 0 || c.filesLeft < 0 || header.GetMode() > 0o777 {
			return errImplausible
		}
		c.due = header.GetSizeBytes()
		return nil
	case *guestv1.ReadFilesResponse_Chunk:
		size := int64(len(part.Chunk))
		if size == 0 || size != min(c.due, ChunkSize) {
			return errImplausible
		}
		c.due -= size
		return nil
	case *guestv1.ReadFilesResponse_Failure:
		c.failuresLeft--
		if !Plausible(part.Failure) || c.failuresLeft < 0 {
			return errImplausible
		}
		c.due = 0
		return nil
	}
	return errImplausible
}

// Complete tells whether the answers may end here.
func (c *Check) Complete() bool { return c.due == 0 }

// Plausible tells whether a failure is one that a worker of ours sends.
func Plausible(failure *guestv1.FileFailure) bool {
	reasons := []guestv1.FileFailureReason{
		notFound, outside, notAFile, noSpace, denied, badName, tooLarge, otherwise, wrongDigest, notEmpty, badArchive,
	}
	return slices.Contains(reasons, failure.GetReason()) && len(failure.GetPath()) <= 4096 && len(failure.GetMessage()) <= 512
}
