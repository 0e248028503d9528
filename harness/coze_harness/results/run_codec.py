"""run.json: a run's head and one row for each trial.

Each key, each pass rate and each row has a line of its own, so that a reader can take what it
needs: the list of runs takes the head, history the rows. Unknown keys are ignored, so that later
versions may add some.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, TypeVar

from msgspec import Struct, field

from coze_harness.messages import UserText, message
from coze_harness.model import (
    Comparison,
    Mode,
    MutationReport,
    MutationScore,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunChanges,
    RunCost,
    RunSelection,
    ShardInfo,
    Summary,
    TrialRow,
)
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.model.record import Count
from coze_harness.model.struct_decoding import convert_to_struct, decode_struct
from coze_harness.results.stored_trial import StoredKey
from coze_harness.results.trial_decoding import load_key
from coze_harness.results.trial_encoding import dump_json, to_plain

Stored = TypeVar("Stored")

FORMAT_VERSION: Final = 1
HEAD_SIZE: Final = 8_192
"""Bytes of run.json that hold nearly every head; most have 700."""

# The lines that may be long begin with these. Nothing follows the rows but the end.
_COMPARISON: Final = b'\n"comparison": '
_MUTATION: Final = b'\n"mutation": '
_RATES: Final = b'\n"pass_rates": ['
ROWS: Final = b',\n"trials": ['
_END: Final = b"]\n}\n"
_SCENARIO_COUNTS: Final = b',"scenarios":'

# Where a long value begins, the list in it that is cut, and what closes the head after that.
_SCORES: Final = b"]}," + _RATES + b"]"
_LONG_VALUES: Final = (
    (_COMPARISON, b'"scenarios":[', b'],"bots":[]},' + _RATES + b"]"),
    (_MUTATION, b'"scores":[', _SCORES),
    (_RATES, _RATES, b"]"),
)


class StoredRow(StoredKey, frozen=True, omit_defaults=True):
    """A row of `trials` in run.json."""

    past: str = ""
    digests: str = ""


class StoredMutation(Struct, frozen=True, rename={"mutants": "spoilings", "killed": "caught"}):
    """A mutation report with its totals, which a head has in place of the scores."""

    seed: int
    mutants: Count = 0
    killed: Count = 0
    good: Count = 0
    accepted: Count = 0
    scores: tuple[MutationScore, ...] = ()


class StoredRun(Struct, frozen=True, kw_only=True, rename={"planned_trials": "planned"}):
    """The keys of run.json; some are missing in runs of the first version."""

    run_id: str
    mode: Mode
    started_at: str
    finished_at: str
    harness_version: str
    summary: Summary
    trials: tuple[StoredRow, ...]
    interrupted: bool = False
    calls: Count = 0
    cost: RunCost = RunCost()
    environment: dict[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    mutation: StoredMutation | None = None
    pass_rates: tuple[RequiredPassRate, ...] = ()
    past: tuple[PreviousRun, ...] = ()
    selection: RunSelection | None = None
    bot_versions: dict[str, str] = field(default_factory=dict)
    changes: RunChanges | None = None
    shard: ShardInfo | None = None
    planned_trials: Count = 0
    edited_recordings: tuple[str, ...] = ()


class _Version(Struct, frozen=True):
    format_version: object = None


def encode_run(run: Run) -> Iterator[bytes]:
    """Yield run.json in pieces."""
    yield b"{"
    for name, value in _head(run).items():
        yield b"\n" + dump_json(name) + b": " + dump_json(value) + b","
    if run.comparison is not None:
        yield from _encode_comparison(run.comparison)
    if run.mutation is not None:
        yield from _encode_mutation(run.mutation)
    yield _RATES
    yield from _encode_lines(to_plain(rate) for rate in run.pass_rates)
    yield b"]"
    if run.past:
        yield b',\n"past": ['
        yield from _encode_lines(to_plain(past) for past in run.past)
        yield b"]"
    if run.shard is not None:
        yield b',\n"shard": ' + dump_json(to_plain(run.shard))
    if run.edited_recordings:
        yield b',\n"edited_recordings": ' + dump_json(list(run.edited_recordings))
    yield ROWS
    yield from _encode_lines(to_plain(_stored_row(row)) for row in run.rows)
    yield _END


def _head(run: Run) -> dict[str, object]:
    """Return the keys before the long lists."""
    head: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "run_id": run.run_id,
        "mode": run.mode.value,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "harness_version": run.harness_version,
        "interrupted": run.interrupted,
        "calls": run.request_count,
        "summary": to_plain(run.summary),
        "cost": to_plain(run.cost),
        "environment": dict(run.environment),
    }
    if run.planned_trials:
        head["planned"] = run.planned_trials
    if run.selection is not None:
        head["selection"] = to_plain(run.selection)
    if run.bot_versions:
        head["bot_versions"] = dict(run.bot_versions)
    if run.changes is not None:
        head["changes"] = to_plain(run.changes)
    return head


def _encode_lines(values: Iterable[dict[str, object]]) -> Iterator[bytes]:
    separator = b"\n  "
    for value in values:
        yield separator + dump_json(value)
        separator = b",\n  "
    if separator != b"\n  ":
        yield b"\n"


def _encode_comparison(comparison: Comparison) -> Iterator[bytes]:
    yield _COMPARISON + b'{"baseline":' + dump_json(comparison.baseline)
    yield b',"candidate":' + dump_json(comparison.candidate)
    yield b',"counts":' + dump_json(to_plain(comparison.counts))
    yield b',"states":' + dump_json(to_plain(comparison.states))
    yield b',"calls":%d,"budget":%d' % (comparison.calls, comparison.budget)
    yield b',"scenarios":['
    yield from _encode_lines(to_plain(scenario) for scenario in comparison.scenarios)
    yield b'],"bots":['
    yield from _encode_lines(to_plain(bot) for bot in comparison.bots)
    yield b"]},"


def _encode_mutation(mutation: MutationReport) -> Iterator[bytes]:
    yield _MUTATION + b'{"seed":' + dump_json(mutation.seed)
    yield b',"spoilings":' + dump_json(sum(score.mutants for score in mutation.scores))
    yield b',"caught":' + dump_json(sum(score.killed for score in mutation.scores))
    if good := sum(score.good for score in mutation.scores):
        yield b',"good":%d' % good
        yield b',"accepted":%d' % sum(score.accepted for score in mutation.scores)
    yield b',"scores":['
    yield from _encode_lines(_plain_score(score) for score in mutation.scores)
    yield b"]},"


def _plain_score(score: MutationScore) -> dict[str, object]:
    plain = to_plain(score)
    if not score.classes:  # of the first version, which has neither classes nor right answers
        for name in ("classes", "good", "accepted", "rejected"):
            del plain[name]
    return {"scenario": plain.pop("scenario"), "score": score.score, **plain}


def _stored_row(row: TrialRow) -> StoredRow:
    key = row.key
    return StoredRow(
        id=key.id,
        scenario=key.scenario,
        file=key.file,
        line=key.line,
        bot=key.bot,
        case=key.case,
        trial=key.trial,
        tags=key.tags,
        status=row.status,
        cassette=key.cassette,
        seconds=row.seconds,
        past=row.history,
        digests=row.digests,
    )


def decode_run(source: bytes, location: Location) -> Run:
    """Return the run of a run.json.

    Raises:
        ResultsError: it is not JSON, from a newer version, or a key is missing or wrong.
    """
    _check_version(source, location)
    stored = _load(source, StoredRun, location)
    shard = stored.shard
    if shard and shard.places and max(shard.places) >= shard.trials:
        raise _unreadable(message("results.json.places", n=shard.trials), location)
    return Run(
        run_id=stored.run_id,
        mode=stored.mode,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        harness_version=stored.harness_version,
        summary=stored.summary,
        rows=tuple([_load_row(row) for row in stored.trials]),
        pass_rates=stored.pass_rates,
        environment=stored.environment,
        request_count=stored.calls,
        interrupted=stored.interrupted,
        cost=stored.cost,
        past=stored.past,
        selection=stored.selection,
        bot_versions=stored.bot_versions,
        changes=stored.changes,
        comparison=stored.comparison,
        mutation=None if stored.mutation is None else _load_mutation(stored.mutation),
        shard=shard,
        planned_trials=stored.planned_trials,
        edited_recordings=stored.edited_recordings,
    )


def read_head_of(file: BinaryIO) -> bytes:
    """Return run.json without its rows, and with at most the first item of its long lists.

    Missed pass rates and scenarios that regressed come first, so that a head says whether the run
    failed. A file with another layout, one that was cut short, or one that does not count scenarios
    is returned whole.
    """
    head = cut_head(file.read(HEAD_SIZE))
    if head and _SCENARIO_COUNTS in head:
        file.seek(-len(_END), 2)
        if file.read() == _END:
            return head
    file.seek(0)
    return file.read()


def cut_head(text: bytes) -> bytes:
    """Return a head from the beginning of a run.json; empty if that is too short."""
    for key, items, rest in _LONG_VALUES:
        begin = text.find(key)
        at = text.find(items, begin) + len(items)
        if begin < 0 or at < len(items):
            continue
        item = b""
        if rest is not _SCORES and text[at : at + 1] == b"\n":
            end = text.find(b"\n", at + 1)
            if end < 0:
                return b""
            item = text[at + 1 : end].rstrip(b",")
        return text[:at] + item + rest + ROWS + _END
    return b""


def _check_version(source: bytes, location: Location) -> None:
    version = _load(source, _Version, location).format_version
    if not isinstance(version, int):
        raise ResultsError(
            message("results.not_run"),
            where=location,
            next_step=message("results.not_folder.next"),
        )
    if version > FORMAT_VERSION:
        raise ResultsError(
            message("results.format", version=version, known=FORMAT_VERSION),
            where=location,
            next_step=message("results.format.next"),
        )


def _load(source: bytes, kind: type[Stored], location: Location) -> Stored:
    try:
        try:
            return decode_struct(source, kind)
        except ValueError:  # half a surrogate pair in some value, or an error that is raised again
            return convert_to_struct(json.loads(source), kind)
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error), location) from error


def _load_row(stored: StoredRow) -> TrialRow:
    return TrialRow(
        key=load_key(stored),
        status=stored.status,
        seconds=stored.seconds,
        history=stored.past,
        digests=stored.digests,
    )


def _load_mutation(stored: StoredMutation) -> MutationReport:
    scores = stored.scores
    if not scores and stored.mutants:
        total = MutationScore(
            scenario="",
            mutants=stored.mutants,
            killed=stored.killed,
            good=stored.good,
            accepted=stored.accepted,
        )
        scores = (total,)
    return MutationReport(seed=stored.seed, scores=scores)


def _unreadable(reason: UserText, location: Location) -> ResultsError:
    return ResultsError(
        message("results.json", reason=reason),
        where=location,
        next_step=message("results.json.next"),
    )
