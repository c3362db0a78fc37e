package files

import (
	"regexp"

	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

var digest = regexp.MustCompile("^[0-9a-f]{64}$")

// PlausibleAnswer tells whether the answer to an order is one that a worker of ours gives. What it was is told by their
// types; one of a kind that is not known here is not.
func PlausibleAnswer(order, answer proto.Message) bool {
	if failing, fails := answer.(interface{ GetFailure() *guestv1.FileFailure }); fails && failing.GetFailure() != nil {
		return Plausible(failing.GetFailure())
	}
	switch answer := answer.(type) {
	case *guestv1.WriteFilesResponse, *guestv1.RemoveFileResponse:
		return true
	case *guestv1.PutFileResponse:
		return plausibleEntry(answer.GetFile()) && digest.MatchString(answer.GetSha256()) && answer.GetEntries() >= 0
	case *guestv1.MakeDirectoryResponse:
		return plausibleEntry(answer.GetDirectory())
	case *guestv1.ListFilesResponse:
		for _, entry := range answer.GetFiles() {
			if !plausibleEntry(entry) {
				return false
			}
		}
		limit := order.(*guestv1.ListFilesRequest).GetLimit()
		return len(answer.GetFiles()) <= int(limit) && len(answer.GetNext()) <= maxPath && proto.Size(answer) <= pageSize
	}
	return false
}

func plausibleEntry(entry *guestv1.FileEntry) bool {
	switch entry.GetKind() {
	case guestv1.FileKind_FILE_KIND_REGULAR:
	case guestv1.FileKind_FILE_KIND_DIRECTORY, guestv1.FileKind_FILE_KIND_SYMLINK, guestv1.FileKind_FILE_KIND_OTHER:
		if entry.GetSizeBytes() != 0 {
			return false
		}
	default:
		return false
	}
	return entry.GetPath() != "" && len(entry.GetPath()) <= 3*maxPath && entry.GetSizeBytes() >= 0 && entry.GetMode() <= 0o777
}

// GetCheck holds a worker of Get to its order.
type GetCheck struct {
	order *guestv1.GetFileRequest
	begun bool
	ended bool
	// due is how much content is left of a file.
	due int64
	// short is whether a piece of an archive was less than full: only the last one is.
	short bool
}

// NewGetCheck takes an order.
func NewGetCheck(order *guestv1.GetFileRequest) *GetCheck { return &GetCheck{order: order} }

// Take judges the next answer.
func (c *GetCheck) Take(answer *guestv1.GetFileResponse) error {
	good := !c.ended
	switch part := answer.GetPart().(type) {
	case *guestv1.GetFileResponse_File:
		kind := guestv1.FileKind_FILE_KIND_REGULAR
		if c.isArchive() {
			kind = guestv1.FileKind_FILE_KIND_DIRECTORY
		}
		good = good && !c.begun && plausibleEntry(part.File) && part.File.GetKind() == kind
		c.begun = true
		_, c.due = span(c.order, part.File.GetSizeBytes())
	case *guestv1.GetFileResponse_Chunk:
		size := int64(len(part.Chunk))
		good = good && c.begun && !c.short && size > 0 && size <= ChunkSize
		if c.isArchive() {
			c.short = size < ChunkSize
		} else {
			good = good && size == min(c.due, ChunkSize)
		}
		c.due -= size
	case *guestv1.GetFileResponse_Sha256:
		good = good && c.begun && (c.isArchive() || c.due == 0) && digest.MatchString(part.Sha256)
		c.ended = true
	case *guestv1.GetFileResponse_Failure:
		good = good && Plausible(part.Failure)
		c.ended = true
	default:
		good = false
	}
	if !good {
		return errImplausible
	}
	return nil
}

// Complete tells whether the answers may end here.
func (c *GetCheck) Complete() bool { return c.ended }

func (c *GetCheck) isArchive() bool { return c.order.GetForm() == guestv1.FileForm_FILE_FORM_TAR }
