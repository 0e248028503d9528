"""What the bot answered in earlier runs, read from their trials.jsonl where a recording changed."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from coze_harness.model import Mode, Run, TrialRow, TrialStatus
from coze_harness.model.errors import ResultsError
from coze_harness.model.trial_result import PASSING
from coze_harness.results.run_codec import ROWS
from coze_harness.results.run_folder import RUN, TRIALS, check_run_id
from coze_harness.results.run_history import json_text, normalize_id, read_digests
from coze_harness.results.trial_decoding import decode_dumped
from coze_harness.results.trial_digests import RECORDING_SIZE

MAX_ANSWERS: Final = 3
"""Earlier answers of a trial that fails: the newest, and in addition the last one that passed.

Of a trial that passes, only the newest is read: in a live run, every answer is a new one.
"""
MAX_TURNS: Final = 2
"""Turns of an earlier answer."""
MAX_READ: Final = 64 * 1024 * 1024
"""Bytes that are read of the trials.jsonl of all earlier runs."""

_FAILING: Final = frozenset({TrialStatus.FAILED, TrialStatus.ERROR, TrialStatus.KNOWN_FAILURE})
_STATUSES: Final = {status.letter: status for status in TrialStatus}

_RECORDING: Final = re.compile(rb',"digests":"([0-9a-f]{%d})' % RECORDING_SIZE)
_LINE_ID: Final = re.compile(rb' ?\{"id":"([^"\\]*+(?:\\.[^"\\]*+)*+)"')


class EarlierTurn(NamedTuple):
    """A turn whose answer was another one; `number` counts from 1.

    `prompt` is what was asked then, empty if it is the same as now. `now` is the present answer;
    None if this run has no answer in this turn.
    """

    number: int
    answer: str
    prompt: str
    now: str | None


class EarlierAnswer(NamedTuple):
    """The answers of a trial in an earlier run, as far as they differ from the present ones.

    `past` is the run's position in `Run.past`. `more` turns differ, too.
    """

    past: int
    status: TrialStatus
    turns: Sequence[EarlierTurn]
    more: int


class EarlierAnswers(NamedTuple):
    """A trial's earlier answers, each once, the newest first.

    `turns` is the number of turns that it has now. `has_more`: there are older recordings that are
    not shown. `is_unread`: they were not read, since `MAX_READ` was reached.
    """

    answers: Sequence[EarlierAnswer]
    turns: int
    has_more: bool
    is_unread: bool


class _Verdict(Struct, frozen=True):
    status: str = ""


class _Turn(Struct, frozen=True):
    prompt: str = ""
    answer: str | None = None
    verdicts: list[_Verdict] = []


class _Line(Struct, frozen=True):
    """What is read of a line of trials.jsonl."""

    turns: list[_Turn] = []


@dataclass(slots=True)
class _Search:
    """The answers of one trial so far."""

    row: TrialRow
    now: Sequence[_Turn]
    answers: list[EarlierAnswer] = field(default_factory=list)
    known_answers: set[tuple[tuple[int, str], ...]] = field(default_factory=set)
    has_more: bool = False
    is_unread: bool = False

    def needs(self, status: TrialStatus) -> bool:
        """Return whether the answer of a run with this status would be shown."""
        if self.row.status not in _FAILING:
            return not self.answers
        has_passed = any(one.status in PASSING for one in self.answers)
        return len(self.answers) < MAX_ANSWERS or (status in PASSING and not has_passed)

    def add(self, past: int, status: TrialStatus, turns: Sequence[_Turn]) -> None:
        """Add the answers of an earlier run, unless they are known."""
        differing = [
            (number, turn.answer)
            for number, turn in enumerate(turns)
            if turn.answer is not None
            and (number >= len(self.now) or turn.answer != self.now[number].answer)
        ]
        answers = tuple(differing)
        if not answers or answers in self.known_answers:
            return
        self.known_answers.add(answers)
        # What comes after the first difference may follow from it, so that the first ones count.
        selected = sorted(differing, key=lambda one: not self._fails(one[0]))[:MAX_TURNS]
        earlier_turns = [
            self._turn(number, turns[number].prompt, answer) for number, answer in selected
        ]
        self.answers.append(
            EarlierAnswer(past, status, sorted(earlier_turns), len(differing) - len(earlier_turns))
        )

    def _fails(self, number: int) -> bool:
        return number < len(self.now) and any(
            one.status == "failed" for one in self.now[number].verdicts
        )

    def _turn(self, number: int, prompt: str, answer: str) -> EarlierTurn:
        now = self.now[number] if number < len(self.now) else None
        is_same = now is not None and prompt == now.prompt
        return EarlierTurn(
            number + 1, answer, "" if is_same else prompt, now.answer if now else None
        )


def read_earlier_answers(
    run: Run, folder: Path, max_read: int = MAX_READ
) -> Mapping[str, EarlierAnswers]:
    """Return, by the id of the trial, what its bot answered in the runs before.

    The digests in run.json say in which runs a trial had another recording; only of those is
    trials.jsonl read. A run that was deleted or cannot be read is left out.

    Args:
        run: the run, with its past.
        folder: the run's own folder; the earlier runs are next to it.
        max_read: bytes that are read of the trials.jsonl of all earlier runs.
    """
    if run.mode is Mode.MUTATE:
        return {}
    changed_trials = _changed_trials(run, folder.parent)
    if not changed_trials:
        return {}
    rows = {name: row for _, group in changed_trials for name, row in group.items()}
    own_turns, _ = _read_turns(folder / TRIALS, rows, sys.maxsize)
    searches = {name: _Search(row, own_turns.get(name, ())) for name, row in rows.items()}
    bytes_left = max_read
    for past, names in changed_trials:
        statuses: dict[bytes, TrialStatus] = {}
        for name, row in names.items():
            status = _STATUSES.get(row.history[past : past + 1])
            if status and searches[name].needs(status):
                statuses[name] = status
            else:
                searches[name].has_more = True
        turns, bytes_left = _read_turns(
            folder.parent / run.past[past].run_id / TRIALS, statuses, bytes_left
        )
        for name, status in statuses.items():
            if name in turns:
                searches[name].add(past, status, turns[name])
            elif not bytes_left:
                searches[name].is_unread = True
    return {
        search.row.key.id: EarlierAnswers(
            search.answers, len(search.now), search.has_more, search.is_unread
        )
        for search in searches.values()
        if search.answers or search.is_unread
    }


def _changed_trials(run: Run, reports: Path) -> list[tuple[int, Mapping[bytes, TrialRow]]]:
    """Return the positions of earlier runs, the newest first, each with the trials to read there.

    Those are the trials whose recording differs from that of the run after it. Runs without
    digests, of an older version, say nothing, and neither does a trial that was not judged.
    """
    changed_trials: list[tuple[int, Mapping[bytes, TrialRow]]] = []
    rows: dict[bytes, TrialRow] = {}
    recordings: dict[bytes, str] = {}
    after = [row.digests[:RECORDING_SIZE].encode() for row in run.rows if row.digests]
    for past in reversed(range(len(run.past))):
        try:
            folder = reports / check_run_id(run.past[past].run_id)
            text = (folder / RUN).read_bytes()
            recordings_of_run = _RECORDING.findall(text, text.index(ROWS))
        except (ResultsError, OSError, ValueError):
            continue
        # The rows of comparable runs have one order: in most runs, all recordings are those of the
        # run after, and no trial has to be looked up.
        if recordings_of_run == after or not (folder / TRIALS).is_file():
            continue
        after = recordings_of_run
        if not rows:
            rows = {json_text(row.key.id): row for row in run.rows}
            recordings = {name: row.digests[:RECORDING_SIZE] for name, row in rows.items()}
        differing: dict[bytes, TrialRow] = {}
        for name, digests in _digests(text).items():
            recording = digests[:RECORDING_SIZE]
            if name in rows and recordings[name] != recording:
                recordings[name] = recording
                differing[name] = rows[name]
        if differing:
            changed_trials.append((past, differing))
    return changed_trials


def _digests(text: bytes) -> Mapping[bytes, str]:
    try:
        return read_digests(text)
    except ValueError:  # an id that is not JSON
        return {}


def _read_turns(
    path: Path, names: Collection[bytes], limit: int
) -> tuple[Mapping[bytes, Sequence[_Turn]], int]:
    """Return the turns of some trials of a trials.jsonl, and how many bytes of the limit are left.

    Only the lines of these trials are decoded; those that cannot be are left out.

    A missing or unreadable file has no trials. `names` are ids as they are in JSON.
    """
    turns: dict[bytes, Sequence[_Turn]] = {}
    bytes_left = limit
    if not names:
        return turns, bytes_left
    try:
        with path.open("rb") as file:
            while bytes_left and (line := file.readline(bytes_left)):
                bytes_left -= len(line)
                name = _line_id(line)
                if name in names and line.endswith(b"\n"):
                    # A trial that was executed again has a second line.
                    turns[name] = _decode_turns(line)
    except OSError:
        pass
    return {name: one for name, one in turns.items() if one}, bytes_left


def _line_id(line: bytes) -> bytes:
    """Return the id that a line begins with, as `dump_json` writes it; empty if it has none."""
    match = _LINE_ID.match(line)
    try:
        return normalize_id(match.group(1)) if match else b""
    except ValueError:
        return b""


def _decode_turns(line: bytes) -> Sequence[_Turn]:
    try:
        return decode_dumped(line, _Line).turns
    except ValueError:
        return ()
