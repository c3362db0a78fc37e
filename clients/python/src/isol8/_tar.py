"""Folders as tar archives. What a sandbox says is not believed."""

from __future__ import annotations

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

from ._write import refuse


@dataclass(frozen=True)
class Copied:
    """What came of copying a folder. Paths are relative to it."""

    files: tuple[str, ...]
    """Regular files."""
    left_out: tuple[str, ...]
    """Neither files nor folders: links, sockets, devices. They were not copied."""


def pack(folder: Path, file: IO[bytes]) -> Copied:
    """Writes the files and folders that are in a folder."""
    if not folder.is_dir():
        raise refuse("local", f"{folder} is no folder")
    files: list[str] = []
    left_out: list[str] = []
    with tarfile.open(fileobj=file, mode="w") as archive:
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(folders + names):
                path = Path(parent, name)
                _add(archive, path, path.relative_to(folder).as_posix(), files, left_out)
    file.seek(0)
    return Copied(tuple(sorted(files)), tuple(sorted(left_out)))


def _add(
    archive: tarfile.TarFile, path: Path, name: str, files: list[str], left_out: list[str]
) -> None:
    status = path.lstat()
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime = status.st_mode & 0o777, int(status.st_mtime)
    if path.is_dir() and not path.is_symlink():
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    elif path.is_file() and not path.is_symlink():
        with path.open("rb") as content:
            entry.size = os.fstat(content.fileno()).st_size
            archive.addfile(entry, content)
        files.append(name)
    else:
        left_out.append(name)


def unpack(file: IO[bytes], folder: Path) -> Copied:
    """Writes what an archive has into a new or an empty folder.

    No link is made in it, and it was empty: so no name that has no `..` leads out of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise refuse("local", f"{folder} must be a new or an empty folder")
    files: list[str] = []
    left_out: list[str] = []
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            # As this system reads it, whose separators may be more.
            path = PurePath(entry.name)
            inside = not path.anchor and ".." not in path.parts
            content = archive.extractfile(entry) if entry.isreg() and inside else None
            if content is not None:
                _write(folder / path, content, entry.mode)
                files.append(path.as_posix())
            elif entry.isdir() and inside:
                (folder / path).mkdir(parents=True, exist_ok=True)
            else:
                left_out.append(entry.name)
    return Copied(tuple(sorted(files)), tuple(sorted(left_out)))


def _write(to: Path, content: IO[bytes], mode: int) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    # Never over what is there, and without set-user-id.
    with to.open("xb") as out:
        shutil.copyfileobj(content, out)
    to.chmod(mode & 0o777)
