"""Folders and files by URL, in object stores and on other machines: the only import of fsspec.

A file is written whole or not at all here, too. Where a store refuses, or cannot be asked, an
`OSError` says why in words, as it does for files on disk; a missing file is a `FileNotFoundError`.
"""

from __future__ import annotations

import errno
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from coze_harness.storage.atomic_write import TEMPORARY_SUFFIX

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Value = TypeVar("Value")

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# These put a file in its place in one step; on others one is written beside and then moved.
_WHOLE: Final = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci", "tos", "memory"}
)
_PACKAGES: Final = {"s3": "coze-harness[s3]", "s3a": "coze-harness[s3]"}
_LONGEST_STEM: Final = 20
_LONGEST_REASON: Final = 300


class RemoteError(OSError):
    """A store that refuses, or cannot be asked; `strerror` says why, `next_step` what to do."""

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(errno.EIO, reason)
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder (or a file) by its URL, which `open_folder` has looked at: it holds no secret."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str | PurePath) -> RemoteFolder:
        below = name.as_posix() if isinstance(name, PurePath) else name
        return RemoteFolder(f"{self.url}/{below}")

    @property
    def name(self) -> str:
        """Its last part."""
        return self.url.rpartition("/")[2]

    @property
    def parent(self) -> RemoteFolder:
        """The folder that it is in."""
        return RemoteFolder(self.url.rpartition("/")[0])

    @property
    def is_private(self) -> bool:
        """Whether no other process sees it."""
        return self.url.startswith("memory://")


def is_url(text: str) -> bool:
    """Tell whether a text is a URL and no path; a path never has two slashes in a row."""
    return "://" in text


def open_folder(url: str) -> RemoteFolder:
    """Return a folder by its URL.

    Raises:
        ValueError: it is no folder's, or holds a password; the message does not repeat it.
    """
    scheme, _, rest = url.partition("://")
    if "::" in url:
        raise ValueError("URLs in a chain (::) are not taken.")
    if not _SCHEME.fullmatch(scheme) or not rest.strip("/"):
        raise ValueError("This is not the URL of a folder, such as s3://bucket/folder.")
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError as fault:
        raise ValueError("This is not the URL of a folder, such as s3://bucket/folder.") from fault
    if password is not None:
        raise ValueError(
            "A password stands in the URL, and would be shown with it; credentials are taken"
            " from the environment."
        )
    if parts.query or parts.fragment or not url.isprintable():
        raise ValueError("A folder's URL has no query (?), no fragment (#), no control character.")
    if any(part in (".", "..") for part in rest.split("/")):
        raise ValueError("A folder's URL does not climb (..).")
    return RemoteFolder(f"{scheme.lower()}://{rest.rstrip('/')}")


def check_reachable(folder: RemoteFolder) -> None:
    """Make sure that a store can be asked, before anything is done. The folder may be missing.

    Raises:
        RemoteError: it cannot: no package, no such bucket, no permission, no network.
    """
    with suppress(FileNotFoundError):
        _asked(folder.url, lambda store, path: store.info(path))


def read_file(url: str) -> bytes:
    """Return a file's bytes.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store cannot be asked.
    """
    found: bytes = _asked(url, lambda store, path: store.cat_file(path))
    return found


def read_files(urls: Sequence[str], most: int | None = None) -> dict[str, bytes | OSError]:
    """Return the bytes of files of one store, or what `read_file` would have raised, by their URLs.

    They are asked for all at once where the store can be: one after the other, each would take a
    whole round trip.

    Args:
        urls: of the files.
        most: so many bytes from the beginning of each; all of them unless told otherwise.
    """
    if not urls:
        return {}
    start = None if most is None else 0

    def fetched(store: AbstractFileSystem, _: str) -> list[bytes | Exception]:
        paths = [store._strip_protocol(url) for url in urls]
        found: list[bytes | Exception] = store.cat_ranges(paths, start, most, on_error="return")
        return found

    try:
        found = _asked(urls[0], fetched)
    except OSError as fault:
        return dict.fromkeys(urls, fault)
    return {
        url: _in_words(one) if isinstance(one, Exception) else one
        for url, one in zip(urls, found, strict=True)
    }


def write_file(url: str, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        RemoteError: the store refuses or cannot be asked; the old file is as it was.
    """
    _placed(url, lambda store, path: store.pipe_file(path, data))


def upload_file(file: Path, url: str) -> None:
    """Copy a file of this machine there, whole or not at all.

    Raises:
        RemoteError: the store refuses or cannot be asked; the old file is as it was.
    """
    _placed(url, lambda store, path: store.put_file(str(file), path))


def download_file(url: str, file: Path) -> None:
    """Copy a file from there to this machine.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store cannot be asked.
    """
    _asked(url, lambda store, path: store.get_file(path, str(file)))


def copy_file(url: str, to: str) -> None:
    """Copy a file within a store, by the store itself where it can.

    Raises:
        FileNotFoundError: there is no such file.
        RemoteError: the store refuses or cannot be asked.
    """

    def copied(store: AbstractFileSystem, path: str) -> None:
        store.cp_file(store._strip_protocol(url), path)

    _placed(to, copied)


def remove_file(url: str) -> None:
    """Take a file away, if it is there.

    Raises:
        RemoteError: the store refuses or cannot be asked.
    """
    with suppress(FileNotFoundError):
        _asked(url, lambda store, path: store.rm_file(path))


def list_files(folder: RemoteFolder) -> list[str]:
    """Return the names of all files below a folder, as they count from it, sorted.

    Raises:
        RemoteError: the store cannot be asked.
    """

    def found(store: AbstractFileSystem, path: str) -> list[str]:
        below = f"{path.rstrip('/')}/"
        return sorted(name[len(below) :] for name in store.find(path) if name.startswith(below))

    try:
        return _asked(folder.url, found)
    except FileNotFoundError:
        return []


def list_folders(folder: RemoteFolder) -> list[str]:
    """Return the names of the folders in a folder, sorted.

    Raises:
        RemoteError: the store cannot be asked.
    """

    def found(store: AbstractFileSystem, path: str) -> list[str]:
        listed = store.ls(path, detail=True)
        names = (one["name"].rstrip("/") for one in listed if one["type"] == "directory")
        return sorted(name.rpartition("/")[2] for name in names)

    try:
        return _asked(folder.url, found)
    except FileNotFoundError:
        return []


def _placed(url: str, put: Callable[[AbstractFileSystem, str], object]) -> None:
    """Let a file be put where its URL says, in one step."""

    def placed(store: AbstractFileSystem, path: str) -> None:
        if url.partition("://")[0] in _WHOLE:
            put(store, path)
            return
        folder, _, name = path.rpartition("/")
        beside = f".{name[:_LONGEST_STEM]}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
        temporary = f"{folder}/{beside}"
        store.makedirs(folder, exist_ok=True)
        try:
            put(store, temporary)
            store.mv(temporary, path)
        except BaseException:
            with suppress(Exception):
                store.rm_file(temporary)
            raise

    _asked(url, placed)


def _asked(url: str, ask: Callable[[AbstractFileSystem, str], Value]) -> Value:
    """Ask the store that a URL is of.

    Raises:
        FileNotFoundError: there is no such file or folder.
        RemoteError: whatever else keeps it from answering.
    """
    with _told(url):
        from fsspec.core import url_to_fs  # only here: most projects have no URL

        # fsspec keeps one object for each process and thread, so that none comes over a fork.
        store, path = url_to_fs(url)
        # What another process wrote since the last look must be seen.
        store.invalidate_cache()
        return ask(store, path)


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except ImportError as fault:
        scheme = url.partition("://")[0]
        package = _PACKAGES.get(scheme, "coze-harness[remote]")
        reason = f"a package for {scheme}:// is missing ({_first_line(fault)})"
        step = f"pip install '{package}'"
        if (fault.name or "").partition(".")[0] != "fsspec" and scheme not in _PACKAGES:
            step = f"install the fsspec package for {scheme}://, such as it names"
        raise RemoteError(reason, step) from fault
    except Exception as fault:
        # What a store's client raises is its own; all of it means that the store did not serve.
        raise _in_words(fault) from fault


def _in_words(fault: Exception) -> OSError:
    """Return what a store's client raised as what this module raises."""
    said = _first_line(fault)
    if isinstance(fault, RemoteError):
        return fault
    if isinstance(fault, FileNotFoundError) and "bucket" not in said.lower():
        return FileNotFoundError(errno.ENOENT, "No such file")
    if isinstance(fault, FileNotFoundError):
        return RemoteError(said, "make the bucket, or correct the URL")
    if isinstance(fault, PermissionError):
        return RemoteError(
            f"permission denied: {said}",
            "give credentials that may list, read, write and delete there, by the store's own"
            " environment variables",
        )
    return RemoteError(
        said, "check the network, the URL and the credentials in the environment, then try again"
    )


def _first_line(fault: Exception) -> str:
    """Return the first line of what was said, without the number of an OSError."""
    said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    line = next(iter(said.strip().splitlines()), "")
    return (line or type(fault).__name__)[:_LONGEST_REASON].rstrip(". ")
