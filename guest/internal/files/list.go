package files

import (
	"errors"
	"io"
	"path"
	"strings"

	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"

	guestv1 "isol8.dev/guest/gen/isol8/guest/v1"
)

// MaxPage is the most entries of a page.
const MaxPage = 1000

var errFull = errors.New("the page is full")

// list carries out ListFiles.
func list(root string, in io.Reader, out io.Writer) error {
	order := &guestv1.ListFilesRequest{}
	if err := readFrame(in, order, maxFrame); err != nil {
		return err
	}
	var glob pattern
	page := &guestv1.ListFilesResponse{}
	wrong, err := order.GetGlob(), error(nil)
	if wrong != "" {
		glob, err = parsePattern(path.Clean(wrong))
	}
	if err == nil {
		wrong = order.GetPath()
		page, err = listPage(root, order, glob)
	}
	if err != nil {
		page = &guestv1.ListFilesResponse{Failure: describe(wrong, err)}
	}
	return WriteFrame(out, page)
}

func listPage(root string, order *guestv1.ListFilesRequest, glob pattern) (*guestv1.ListFilesResponse, error) {
	name, err := relative(root, order.GetPath())
	if err != nil {
		return nil, err
	}
	after, err := behind(name, string(order.GetAfter()))
	if err != nil {
		return nil, err
	}
	directory, err := openDirectory(root, name)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	page := &guestv1.ListFilesResponse{}
	limit := min(max(int(order.GetLimit()), 1), MaxPage)
	// Two paths are in each page beside its entries: the last one as it is, and as it can be printed.
	size := pageSize - 2*maxPath
	all := walk{glob: glob, recursive: order.GetRecursive(), visit: func(dir int, entryName, entryPath string) error {
		full := path.Join(name, entryPath)
		entry, err := lookAt(dir, entryName, full)
		if err == unix.ENOENT || err == unix.EACCES && dir != int(directory.Fd()) {
			// Gone meanwhile, or in a directory that cannot be gone into.
			return nil
		}
		if err != nil {
			return err
		}
		if size -= proto.Size(entry) + 8; size < 0 || len(page.Files) == limit {
			return errFull
		}
		page.Files = append(page.Files, entry)
		page.Next = []byte(full)
		return nil
	}}
	switch err := all.run(directory, after); err {
	case errFull:
	case nil:
		page.Next = nil
	default:
		return nil, err
	}
	return page, nil
}

// behind takes the directory off the path that a page begins behind.
func behind(directory, after string) (string, error) {
	if after == "" || directory == "." {
		return after, nil
	}
	rest, inside := strings.CutPrefix(after, directory+"/")
	if !inside {
		return "", fail(otherwise, "the page is one of another directory")
	}
	return rest, nil
}
