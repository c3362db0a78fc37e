package files

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// failure is why a file cannot be handled.
type failure struct {
	reason  guestv1.FileFailureReason
	message string
}

func (f *failure) Error() string { return f.message }

const (
	notFound    = guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_FOUND
	outside     = guestv1.FileFailureReason_FILE_FAILURE_REASON_OUTSIDE
	notAFile    = guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_A_FILE
	noSpace     = guestv1.FileFailureReason_FILE_FAILURE_REASON_NO_SPACE
	denied      = guestv1.FileFailureReason_FILE_FAILURE_REASON_PERMISSION_DENIED
	badName     = guestv1.FileFailureReason_FILE_FAILURE_REASON_BAD_NAME
	tooLarge    = guestv1.FileFailureReason_FILE_FAILURE_REASON_TOO_LARGE
	otherwise   = guestv1.FileFailureReason_FILE_FAILURE_REASON_OTHER
	wrongDigest = guestv1.FileFailureReason_FILE_FAILURE_REASON_WRONG_DIGEST
	notEmpty    = guestv1.FileFailureReason_FILE_FAILURE_REASON_NOT_EMPTY
	badArchive  = guestv1.FileFailureReason_FILE_FAILURE_REASON_BAD_ARCHIVE
)

func fail(reason guestv1.FileFailureReason, format string, values ...any) *failure {
	return &failure{reason: reason, message: fmt.Sprintf(format, values...)}
}

// describe says what an error means for the file that was called path.
func describe(path string, err error) *guestv1.FileFailure {
	found := &failure{}
	if !errors.As(err, &found) {
		found = &failure{reason: reasonOf(err), message: err.Error()}
	}
	return &guestv1.FileFailure{Path: printable(path, 4096), Reason: found.reason, Message: printable(found.message, 512)}
}

func reasonOf(err error) guestv1.FileFailureReason {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return otherwise
	}
	switch errno {
	case unix.ENOENT:
		return notFound
	case unix.ENOTDIR, unix.EISDIR, unix.ENXIO, unix.ENODEV:
		return notAFile
	case unix.ENOSPC, unix.EDQUOT:
		return noSpace
	case unix.ENOTEMPTY:
		return notEmpty
	case unix.EACCES, unix.EPERM, unix.EROFS:
		return denied
	case unix.ENAMETOOLONG, unix.EILSEQ:
		return badName
	case unix.EFBIG:
		return tooLarge
	}
	return otherwise
}

// printable is text that fits a message: names in a sandbox may be any bytes.
func printable(text string, limit int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for len(text) > limit || !utf8.ValidString(text) {
		text = text[:min(limit, len(text)-1)]
	}
	return text
}
