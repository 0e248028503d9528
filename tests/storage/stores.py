"""Stores of this very process: one that keeps, and one that gives up in the middle."""

from __future__ import annotations

from typing import Any, ClassVar

import fsspec
from fsspec.implementations.memory import MemoryFileSystem


class Flaky(MemoryFileSystem):  # type: ignore[misc] # fsspec is untyped
    """A store in memory that takes so many more files, and then none."""

    protocol = "flaky"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    left: ClassVar[int] = 1_000_000

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(str(path).replace("flaky://", "memory://")))

    def put_file(self, *args: Any, **options: Any) -> None:
        """Take a file, if there is still room."""
        if Flaky.left <= 0:
            raise OSError("the store has gone away")
        Flaky.left -= 1
        super().put_file(*args, **options)


def register() -> None:
    fsspec.register_implementation("flaky", Flaky, clobber=True)
