"""Which fault strikes which call: counting, healing, and faults switched on at run time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from coze_harness.server.fault_schema import (
    ANSWERED_AT_ONCE,
    JSON_ONLY,
    RUN,
    SPOILT_AFTERWARDS,
    STATUS_WORDS,
    STREAM_ONLY,
    Fault,
    Kind,
    Route,
)

_AT_ONCE_OR_AFTERWARDS = ANSWERED_AT_ONCE | SPOILT_AFTERWARDS
_RUN = sorted(RUN)
_IN_THE_STREAM = STREAM_ONLY - ANSWERED_AT_ONCE


class FaultBook:
    """The faults of a script, those injected by tests, and how often each has struck."""

    def __init__(self, everywhere: Sequence[Fault] = ()) -> None:
        self._everywhere = tuple(everywhere)
        self._injected: list[tuple[str, Fault]] = []
        self._fitted: dict[int, int] = {}
        self.quiet = not everywhere

    def inject(self, fault: Fault, bot_id: str = "") -> None:
        """Switch a fault on, for one bot or (empty id) for every call."""
        # A copy of its own: the same fault injected twice counts twice.
        self._injected.append((bot_id, fault.model_copy()))
        self.quiet = False

    def heal(self) -> None:
        """Switch every injected fault off; the script's own stay."""
        for _, fault in self._injected:
            self._fitted.pop(id(fault), None)
        self._injected.clear()
        self.quiet = not self._everywhere

    def of_answer(
        self, route: Route, bot_id: str, scripted: Iterable[Fault], *, stream: bool = False
    ) -> Fault | None:
        """Return the fault that this call's answer suffers, and count it."""
        kinds = _AT_ONCE_OR_AFTERWARDS - (JSON_ONLY if stream else STREAM_ONLY)
        return self._due(route, bot_id, scripted, kinds)

    def of_run(self, bot_id: str, scripted: Iterable[Fault]) -> list[Fault]:
        """Return the faults that a chat runs with, one of a kind, and count them."""
        scripted = tuple(scripted)
        if self.quiet and not scripted:
            return []
        due = (self._due(Route.CHAT, bot_id, scripted, frozenset({kind})) for kind in _RUN)
        return [fault for fault in due if fault]

    def of_stream(self, bot_id: str, scripted: Iterable[Fault]) -> Fault | None:
        """Return the fault that strikes inside a stream, and count it."""
        return self._due(Route.CHAT, bot_id, scripted, _IN_THE_STREAM)

    def of_status(self, route: Route, bot_id: str, scripted: Iterable[Fault]) -> str:
        """Return the status word to show instead of `in_progress`, or empty text; counted."""
        fault = self._due(route, bot_id, scripted, STATUS_WORDS)
        if fault is None:
            return ""
        return "created" if fault.kind is Kind.CREATED_FIRST else fault.status or "pondering"

    def _due(
        self, route: Route, bot_id: str, scripted: Iterable[Fault], kinds: frozenset[Kind]
    ) -> Fault | None:
        injected = (fault for bot, fault in self._injected if bot in ("", bot_id))
        for fault in chain(injected, scripted, self._everywhere):
            if fault.at is not route or fault.kind not in kinds:
                continue
            fitted = self._fitted.get(id(fault), 0) + 1
            self._fitted[id(fault)] = fitted
            struck = fitted - fault.after
            if struck > 0 and (not fault.times or struck <= fault.times):
                return fault
        return None
