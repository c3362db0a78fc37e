"""Folders as tar archives. What comes from a sandbox is not trusted: it cannot leave the folder."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

from ._write import refuse
from .errors import PreconditionError


def pack(folder: Path, file: IO[bytes]) -> None:
    """Writes what is in a folder: files, folders and symbolic links."""
    if not folder.is_dir():
        raise refuse("local", f"is no folder: {folder}")
    with tarfile.open(fileobj=file, mode="w") as archive:
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(folders + names):
                _add(archive, Path(parent, name), str(Path(parent, name).relative_to(folder)))
    file.seek(0)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    entry = archive.gettarinfo(str(path), name)
    if entry is None or not (entry.isreg() or entry.isdir() or entry.issym() or entry.islnk()):
        raise refuse("local", f"has something that is no file, folder or symbolic link: {path}")
    # Who owns it here is nobody's business there.
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    if entry.isdir() or entry.issym():
        archive.addfile(entry)
        return
    # A second name of a file is a file of its own.
    entry.type = tarfile.REGTYPE
    with path.open("rb") as content:
        entry.size = os.fstat(content.fileno()).st_size
        archive.addfile(entry, content)


def unpack(file: IO[bytes], folder: Path) -> None:
    """Writes what an archive has into a folder, which is made when it is missing.

    Symbolic links come last, so that nothing is written through them, and only where they stay in
    the folder; one that does not is a `PreconditionError` after the rest was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    links: list[tuple[PurePosixPath, str]] = []
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            path = PurePosixPath(entry.name)
            if path.is_absolute() or ".." in path.parts:
                raise _refused(entry.name, "leads out of the folder")
            if entry.issym():
                links.append((path, entry.linkname))
            elif entry.isdir():
                _folder(folder, path)
            elif entry.isreg():
                _write(archive, entry, _folder(folder, path.parent) / path.name)
            else:
                raise _refused(entry.name, "is no file, folder or symbolic link")
    outside = [str(path) for path, target in links if not _stays(path, target)]
    for path, target in links:
        if _stays(path, target):
            _link(_folder(folder, path.parent) / path.name, target)
    if outside:
        raise _refused(", ".join(outside), "links lead out of the folder")


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, to: Path) -> None:
    content = archive.extractfile(entry)
    if content is None:
        raise _refused(entry.name, "has no content")
    if to.is_symlink():
        to.unlink()
    with to.open("wb") as out:
        shutil.copyfileobj(content, out)
    # Neither set-user-id nor sticky.
    to.chmod(entry.mode & 0o777 | 0o600)


def _link(at: Path, target: str) -> None:
    if at.is_symlink() or at.is_file():
        at.unlink()
    at.symlink_to(target)


def _folder(root: Path, path: PurePosixPath) -> Path:
    """Makes a folder below the root, through no link."""
    at = root
    for part in path.parts:
        at = at / part
        if at.is_symlink():
            raise _refused(str(path), "is to be written through a symbolic link")
        at.mkdir(exist_ok=True)
    return at


def _stays(path: PurePosixPath, target: str) -> bool:
    """Whether a link stays below the root, whatever other links that do there are.

    Going up is allowed at the beginning only: there it starts from a real folder.
    """
    parts = PurePosixPath(target).parts
    ups = 0
    while ups < len(parts) and parts[ups] == "..":
        ups += 1
    return not target.startswith("/") and ups < len(path.parts) and ".." not in parts[ups:]


def _refused(name: str, what: str) -> PreconditionError:
    return PreconditionError(
        f"{name}: {what}: download_tar gives the archive as it is", code="FAILED_PRECONDITION"
    )
