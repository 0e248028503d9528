"""Decisions about candidates, as the page of a comparison saves them in a file.

    {"format_version": 1, "run_id": "…", "decisions": [
      {"scenario": "refund", "bot": "chatchat", "decision": "accept", "note": "…"}]}

`decision` is `accept`, `reject` or `edit`; `note` may be left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final, NoReturn

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import JSON, Mode
from coze_harness.model.errors import ResultsError, UsageError
from coze_harness.model.location import Location
from coze_harness.storage.storage_errors import failure_reason
from coze_harness.text.json_text import JsonPositions

MAX_DECISIONS_SIZE: Final = 4_000_000
"""The largest file of decisions, in bytes."""
_VERSION: Final = 1
_MAX_TEXT: Final = 80  # characters of a text in an error
_RUN_ID: Final = re.compile(r"[0-9A-Za-z][\w.-]{0,127}", re.ASCII)
_FILE_KEYS: Final = ("format_version", "run_id", "decisions")
_REQUIRED_KEYS: Final = ("scenario", "bot", "decision")
_KEYS: Final = (*_REQUIRED_KEYS, "note")


class ReviewDecision(StrEnum):
    """What happens to a candidate.

    `ACCEPT`: it becomes the baseline. `REJECT`: it is no candidate any more. `EDIT`: it remains,
    because its scenario needs an edit first.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"


class ScenarioDecision(Struct, frozen=True, kw_only=True):
    """The decision about a scenario's candidates from one bot; `location` is in its file."""

    scenario: str
    bot: str
    decision: ReviewDecision
    note: str
    location: Location


class Decisions(Struct, frozen=True, kw_only=True):
    """Decisions about the candidates that a comparison has shown; `location` is of `run_id`."""

    run_id: str
    location: Location
    entries: Sequence[ScenarioDecision]

    def check_mode(self, mode: Mode) -> None:
        """Check that the run is a comparison: only that shows candidates.

        Raises:
            UsageError: it is not.
        """
        if mode is not Mode.COMPARE:
            raise self._run_error(message("decisions.no_comparison", run=self.run_id))

    def unknown_run_error(self, error: ResultsError) -> UsageError:
        """Return the error of decisions about a run that cannot be read."""
        return self._run_error(message("decisions.no_run", run=self.run_id, reason=error.what))

    def _run_error(self, what: LocalizedText) -> UsageError:
        return UsageError(what, where=self.location, next_step=message("decisions.no_run.next"))


def read_decisions(path: Path, display_path: str) -> Decisions:
    """Return the decisions of a file.

    `display_path` is its path as the user names it.

    Raises:
        UsageError: it cannot be read, or is no file of decisions.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DECISIONS_SIZE + 1)
    except OSError as error:
        reason = failure_reason(error)
        raise _error(
            message("decisions.unreadable", reason=reason), Location(display_path)
        ) from error
    return parse_decisions(data, display_path)


def parse_decisions(data: bytes, display_path: str) -> Decisions:
    """Return the decisions of a file's content.

    `display_path` is the file's path as the user names it, for errors.

    Raises:
        UsageError: it is no file of decisions.
    """
    if len(data) > MAX_DECISIONS_SIZE:
        limit = MAX_DECISIONS_SIZE // 1_000_000
        raise _error(message("decisions.too_large", limit=limit), Location(display_path))
    try:
        text = data.decode("utf-8-sig")
        value: JSON = json.loads(text)
    except json.JSONDecodeError as error:
        where = Location(display_path, error.lineno, error.colno)
        raise _error(message("decisions.not_json", reason=error.msg), where) from error
    except RecursionError as error:
        raise _error(message("decisions.too_deep"), Location(display_path)) from error
    except ValueError as error:
        raise _error(message("decisions.not_text"), Location(display_path)) from error
    return _DecisionsReader(JsonPositions(text), display_path).read(value)


class _DecisionsReader(Struct, frozen=True):
    positions: JsonPositions
    display_path: str

    def read(self, data: JSON) -> Decisions:
        if repeated := self.positions.repeated_key:
            self._fail(message("decisions.repeated_key", key=_cut(str(repeated[-1]))), repeated)
        top = self._object(data, (), _FILE_KEYS, _FILE_KEYS)
        version = top["format_version"]
        if version != _VERSION or isinstance(version, bool):
            text = _cut(json.dumps(version, ensure_ascii=False))
            what = message("decisions.version", version=text, known=_VERSION)
            self._fail(what, ("format_version",))
        run_id = self._text(top["run_id"], ("run_id",))
        if not _RUN_ID.fullmatch(run_id):
            self._fail(message("decisions.not_a_run", run=_cut(run_id)), ("run_id",))
        entries = top["decisions"]
        if not isinstance(entries, list):
            self._fail(message("decisions.not_a_list"), ("decisions",))
        decisions = [self._entry(one, ("decisions", n)) for n, one in enumerate(entries)]
        self._check_unique(decisions)
        return Decisions(run_id=run_id, location=self._locate(("run_id",)), entries=decisions)

    def _entry(self, data: JSON, path: tuple[str | int, ...]) -> ScenarioDecision:
        entry = self._object(data, path, _KEYS, _REQUIRED_KEYS)
        words = {key: self._text(value, (*path, key)) for key, value in entry.items()}
        decision = words["decision"]
        if decision not in tuple(ReviewDecision):
            self._fail(message("decisions.unknown", decision=_cut(decision)), (*path, "decision"))
        return ScenarioDecision(
            scenario=words["scenario"],
            bot=words["bot"],
            decision=ReviewDecision(decision),
            note=words.get("note", ""),
            location=self._locate((*path, "scenario")),
        )

    def _check_unique(self, decisions: Iterable[ScenarioDecision]) -> None:
        firsts: dict[tuple[str, str], ScenarioDecision] = {}
        for one in decisions:
            first = firsts.setdefault((one.scenario, one.bot), one)
            if first is not one:
                line = str(first.location)
                what = message(
                    "decisions.twice", name=_cut(one.scenario), bot=_cut(one.bot), first=line
                )
                raise _error(what, one.location)

    def _object(
        self,
        data: JSON,
        path: tuple[str | int, ...],
        keys: Sequence[str],
        required: Sequence[str],
    ) -> Mapping[str, JSON]:
        if not isinstance(data, dict):
            self._fail(message("decisions.not_an_object"), path)
        for key in data:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                what = (
                    message("decisions.unknown_key.near", key=_cut(key), near=near[0])
                    if near
                    else message("decisions.unknown_key", key=_cut(key))
                )
                self._fail(what, (*path, key))
        for key in required:
            if key not in data:
                self._fail(message("decisions.missing_key", key=key), path)
        return data

    def _text(self, value: JSON, path: tuple[str | int, ...]) -> str:
        if not isinstance(value, str):
            self._fail(message("decisions.not_a_text", key=str(path[-1])), path)
        return value

    def _locate(self, path: Sequence[str | int]) -> Location:
        return Location(self.display_path, *self.positions.locate(path))

    def _fail(self, what: LocalizedText, path: Sequence[str | int]) -> NoReturn:
        raise _error(what, self._locate(path))


def _error(what: LocalizedText, where: Location) -> UsageError:
    return UsageError(what, where=where, next_step=message("decisions.next"))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def unknown_scenario(one: ScenarioDecision, known: Collection[str]) -> UsageError:
    """Return the error of a decision about a scenario that the project does not have."""
    near = get_close_matches(one.scenario, known, 1) if len(one.scenario) <= _MAX_TEXT else []
    return UsageError(
        message("decisions.no_scenario.near", name=_cut(one.scenario), near=near[0])
        if near
        else message("decisions.no_scenario", name=_cut(one.scenario)),
        where=one.location,
        next_step=message("decisions.no_scenario.next"),
    )


def missing_candidate(one: ScenarioDecision) -> UsageError:
    """Return the error of a decision about a scenario that has no candidate from this bot."""
    return UsageError(
        message("decisions.no_candidate", name=one.scenario, bot=_cut(one.bot)),
        where=one.location,
        next_step=message("candidate.none_of.next", name=shell_word(one.scenario)),
    )


def other_candidate(one: ScenarioDecision, run_id: str) -> UsageError:
    """Return the error of a decision about answers that are not the candidate's."""
    return UsageError(
        message("decisions.other_run", name=one.scenario, run=run_id),
        where=one.location,
        next_step=message("decisions.other_run.next", command="coze-harness compare --replay"),
    )


def more_errors(decisions: Decisions, count: int) -> UsageError:
    """Return the error in place of those after the first `count`."""
    return UsageError(
        message("decisions.more_errors", n=count),
        where=Location(decisions.location.path),
        next_step=message("decisions.more_errors.next"),
    )
