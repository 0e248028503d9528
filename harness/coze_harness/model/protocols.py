"""Protocols by which rooms use each other's objects without importing each other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from random import Random
from typing import Protocol, TypeAlias, TypeVar

from coze_harness.model.http_call import HttpCall, HttpResponse, Wait
from coze_harness.model.reply import Reply
from coze_harness.model.trial import Turn
from coze_harness.model.trial_result import TrialResult

Result = TypeVar("Result")
Encoded_co = TypeVar("Encoded_co", covariant=True)

CallFlow: TypeAlias = Generator[HttpCall | Wait, HttpResponse | None, Result]
"""HTTP calls without I/O, as a generator.

It yields an `HttpCall` and is sent its `HttpResponse`, or yields a `Wait` and is sent `None` when
the time is over. If a call gets no response, the error is thrown into the generator.
"""

GenerateValues: TypeAlias = Callable[[frozenset[str], datetime, Random], Mapping[str, str]]
"""Returns the values of a script's generated names (`today`, `random_id`)."""


class Transport(Protocol):
    """Sends HTTP calls: to the network, or to a recording that is replayed."""

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response to a call.

        Raises:
            TransportError: there was no response.
            CassetteError: the recording does not contain this call.
        """
        ...


class Conversation(Protocol):
    """A conversation with one bot, over any number of turns."""

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Send one prompt and follow the chat until it ends, in whatever state.

        Raises:
            CozeError: Coze rejected a call, or the network failed.
        """
        ...


class Clock(Protocol):
    """A source of time, so that tests and replay can provide their own."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; the value never decreases."""
        ...

    def now(self) -> float:
        """Return Unix time in seconds."""
        ...


class EncodeResult(Protocol[Encoded_co]):
    """Encodes a result in the process that produced it, so that workers send bytes, not objects.

    Must be picklable: it is sent to other processes and machines.
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
        """Return a JSON or text body (UTF-8) without secrets; JSON stays valid JSON."""
        ...
