package files

import (
	"io"
	"os"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// put carries out PutFile: a header and content on in, one answer on out.
func put(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.PutFileRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	header := order.GetHeader()
	answer := &guestv1.PutFileResponse{}
	content := newIncoming(in)
	var err error
	switch header.GetForm() {
	case guestv1.FileForm_FILE_FORM_FILE:
		answer.File, err = putFile(root, header, content)
	case guestv1.FileForm_FILE_FORM_TAR:
		answer.File, answer.Entries, err = putArchive(root, header, content)
	default:
		err = fail(otherwise, "neither a file nor an archive")
	}
	if err != nil {
		answer.File = nil
		answer.Failure = describe(header.GetPath(), err)
	} else {
		answer.Sha256 = content.sha256()
	}
	return WriteFrame(out, answer)
}

func putFile(root string, header *guestv1.PutFileHeader, content *incoming) (*guestv1.FileEntry, error) {
	name, target, err := findFile(root, header.GetPath())
	if err != nil {
		return nil, err
	}
	defer target.close()
	err = target.put(modeOf(header.GetMode(), defaultMode), func(file *os.File) error {
		if _, err := io.Copy(file, content); err != nil {
			return err
		}
		return content.mustHave(header.GetSha256())
	})
	if err != nil {
		return nil, err
	}
	return lookAt(target.dir, target.name, name)
}
