package files

import (
	"archive/tar"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pack writes what is in a directory as a tar archive, in the byte order of the paths: files, directories and links.
// What else there is is left out, and so is who owns it.
func pack(directory *os.File, to io.Writer) error {
	archive := tar.NewWriter(to)
	all := walk{recursive: true, strict: true, visit: func(dir int, name, path string) error {
		err := packOne(archive, dir, name, path)
		if err == unix.ENOENT {
			// Gone since the directory was read.
			return nil
		}
		if err != nil && err != errAnswer {
			return about(path, err)
		}
		return err
	}}
	if err := all.run(directory, ""); err != nil {
		return err
	}
	return archive.Close()
}

func packOne(archive *tar.Writer, dir int, name, path string) error {
	stat := &unix.Stat_t{}
	if err := unix.Fstatat(dir, name, stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	header := &tar.Header{Name: path, Typeflag: tar.TypeReg, Mode: int64(stat.Mode & 0o777), ModTime: time.Unix(max(stat.Mtim.Sec, 0), 0)}
	switch stat.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		header.Typeflag = tar.TypeDir
		header.Name += "/"
		return archive.WriteHeader(header)
	case unix.S_IFLNK:
		target, isLink, err := readLink(dir, name)
		if err != nil || !isLink {
			return err
		}
		header.Typeflag = tar.TypeSymlink
		header.Linkname = target
		return archive.WriteHeader(header)
	case unix.S_IFREG:
		return packFile(archive, dir, name, header)
	}
	return nil
}

// packFile writes exactly as much as the header says.
func packFile(archive *tar.Writer, dir int, name string, header *tar.Header) error {
	file, stat, err := openIn(dir, name)
	if err != nil {
		return err
	}
	defer file.Close()
	header.Size = stat.Size
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	if n, err := io.CopyN(archive, file, header.Size); n < header.Size && err == io.EOF {
		return errShrunk
	} else if err != nil {
		return err
	}
	return nil
}
