"""Protocols by which rooms use each other's objects without importing each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Protocol, TypeAlias, TypeVar

from coze_harness.model.trial_result import TrialResult

Encoded_co = TypeVar("Encoded_co", covariant=True)

GenerateValues: TypeAlias = Callable[[frozenset[str], datetime, Random], Mapping[str, str]]
"""Returns the values of a script's generated names (`today`, `random_id`)."""


class EncodeResult(Protocol[Encoded_co]):
    """Encodes a result where it was made, so that no worker process sends objects.

    Picklable: the work may be shared with other processes and machines.
    """

    def __call__(self, result: TrialResult, /, *, exit_code: int | None = None) -> Encoded_co:
        """Return the encoded result.

        Args:
            result: a trial that has been executed.
            exit_code: replaces the exit code of the result's error.
        """
        ...


class TextRedactor(Protocol):
    """Removes secrets."""

    def redact(self, text: str, /) -> str:
        """Return a text without secrets."""
        ...

    def redact_body(self, body: bytes, /) -> bytes:
        """Return a JSON or text body (UTF-8) without secrets; JSON stays JSON."""
        ...
