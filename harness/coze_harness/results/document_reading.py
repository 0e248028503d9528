"""run.json, read and checked by hand: every run reads the heads of those before it.

Its mirror is `document.py`. Keys that a later version may add are left alone; types are taken
strictly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, TypeVar

from coze_harness.model import (
    Mode,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunCost,
    ShardInfo,
    Summary,
    TrialRow,
)
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.findings import read_comparison, read_mutation
from coze_harness.results.reading import LineError, parse, read_key, read_status
from coze_harness.results.run_codec import COMPARISON, END, FORMAT_VERSION, MUTATION, RATES, ROWS
from coze_harness.results.values import count, listed, number, one, text, truth

Value = TypeVar("Value")

# A head is some 700 bytes; one that does not fit is read with all the rest.
_HEAD = 8_192


def decode_run(source: bytes, place: Location) -> Run:
    """Return the run that run.json holds.

    Args:
        source: the file.
        place: the file's name, for messages.

    Raises:
        ArchiveError: it is not JSON, from a newer version, or a key is missing or wrong.
    """
    record = _object(source, place)
    version = record.get("format_version")
    if type(version) is not int:
        raise ResultsError(
            "This is not the run.json of coze-harness: it has no format_version.",
            where=place,
            next_step="name a folder that a run has written, such as reports/latest",
        )
    if version > FORMAT_VERSION:
        raise ResultsError(
            f"This run was written in format {version}, and this coze-harness reads up to"
            f" {FORMAT_VERSION}.",
            where=place,
            next_step="upgrade it: pip install -U coze-harness",
        )
    return Run(
        run_id=_taken(record, "run_id", text, place),
        mode=_taken(record, "mode", _mode, place),
        started_at=_taken(record, "started_at", text, place),
        finished_at=_taken(record, "finished_at", text, place),
        harness_version=_taken(record, "harness_version", text, place),
        summary=_taken(record, "summary", _summary, place),
        rows=tuple([_read_row(row, place) for row in _taken(record, "trials", listed, place)]),
        pass_rates=_taken(record, "pass_rates", _rates, place, ()),
        environment=_taken(record, "environment", _texts, place, {}),
        request_count=_taken(record, "calls", count, place, 0),
        interrupted=_taken(record, "interrupted", truth, place, False),
        cost=_taken(record, "cost", _cost, place, RunCost()),
        past=_taken(record, "past", _pasts, place, ()),
        comparison=_found(record, "comparison", read_comparison, place),
        mutation=_found(record, "mutation", read_mutation, place),
        shard=_found(record, "shard", _shard, place),
    )


def read_head_of(file: BinaryIO) -> bytes:
    """Return run.json without its rows, and of what is long with the first item at most.

    Missed rates and scenarios that regressed stand first, so that one tells whether the run failed.
    A file that another hand laid out, or that was cut short, is returned as it is.
    """
    head = _cut(file.read(_HEAD))
    if head:
        file.seek(-len(END), 2)
        if file.read() == END:
            return head
    file.seek(0)
    return file.read()


def _cut(text: bytes) -> bytes:
    """Return a head from the beginning of a file; nothing where that does not hold it."""
    for key, lists, rest in _LONG:
        begin = text.find(key)
        at = text.find(lists, begin) + len(lists)
        if begin < 0 or at < len(lists):
            continue
        item = b""
        if rest is not _SCORES and text[at : at + 1] == b"\n":
            end = text.find(b"\n", at + 1)
            if end < 0:
                return b""
            item = text[at + 1 : end].rstrip(b",")
        return text[:at] + item + rest + ROWS + END
    return b""


# Where a long value begins, which list in it is cut, and what closes the head behind that.
_SCORES: Final = b"]}," + RATES + b"]"
_LONG: Final = (
    (COMPARISON, b'"scenarios":[', b'],"bots":[]},' + RATES + b"]"),
    (MUTATION, b'"scores":[', _SCORES),
    (RATES, RATES, b"]"),
)


def _object(source: bytes, place: Location) -> dict[str, object]:
    try:
        return dict(parse(source))
    except LineError:
        pass
    try:  # lone surrogates stand in one value of many here, so that no mark is in front
        record: object = json.loads(source)
    except (ValueError, RecursionError) as fault:
        raise _broken("it is not JSON", place) from fault
    if not isinstance(record, dict):
        raise _broken("it is not a JSON object", place)
    return record


def _read_row(row: object, place: Location) -> TrialRow:
    if not isinstance(row, dict):
        raise _broken("a row of 'trials' is not an object", place)
    try:
        return TrialRow(
            key=read_key(row),
            status=read_status(row),
            seconds=number(row["seconds"]),
            history=text(row.get("past", "")),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise _broken(f"a row of 'trials' has no or a wrong value ({fault})", place) from fault


def _broken(reason: str, place: Location) -> ResultsError:
    return ResultsError(
        f"run.json cannot be read: {reason}.",
        where=place,
        next_step="run again, or delete run.json: the trials are then counted from trials.jsonl",
    )


def _taken(
    record: Mapping[str, object],
    name: str,
    read: Callable[[object], Value],
    place: Location,
    usual: Value | None = None,
) -> Value:
    """Return a key's value as `read` takes it; `usual` where the key may be absent and is."""
    if name not in record:
        if usual is None:
            raise _broken(f"{name} is missing", place)
        return usual
    try:
        return read(record[name])
    except KeyError as missing:
        raise _broken(f"{name}: {missing} is missing", place) from missing
    except (TypeError, ValueError) as fault:
        raise _broken(f"{name}: {fault}", place) from fault


def _found(
    record: Mapping[str, object],
    name: str,
    read: Callable[[object], Value],
    place: Location,
) -> Value | None:
    """Return a key's value where there is one."""
    return None if record.get(name) is None else _taken(record, name, read, place)


def _mode(value: object) -> Mode:
    return Mode(text(value))


def _texts(value: object) -> dict[str, str]:
    return {name: text(entry) for name, entry in one(value).items()}


def _summary(value: object) -> Summary:
    counts = one(value)
    return Summary(
        trials=count(counts["trials"]),
        passed=count(counts["passed"]),
        failed=count(counts["failed"]),
        errors=count(counts["errors"]),
        skipped=count(counts["skipped"]),
        known_failures=count(counts["known_failures"]),
        fixed=count(counts.get("fixed", 0)),
        warnings=count(counts["warnings"]),
    )


def _cost(value: object) -> RunCost:
    cost = one(value)
    return RunCost(
        tokens=count(cost["tokens"]),
        polls=count(cost["polls"]),
        p50=number(cost["p50"]),
        p95=number(cost["p95"]),
    )


def _pasts(value: object) -> tuple[PreviousRun, ...]:
    return tuple([_past(entry) for entry in listed(value)])


def _past(value: object) -> PreviousRun:
    past = one(value)
    return PreviousRun(
        run_id=text(past["run_id"]),
        started_at=text(past["started_at"]),
        mode=_mode(past["mode"]),
        summary=_summary(past["summary"]),
        cost=_cost(past["cost"]),
    )


def _rates(value: object) -> tuple[RequiredPassRate, ...]:
    return tuple([_rate(entry) for entry in listed(value)])


def _rate(value: object) -> RequiredPassRate:
    rate = one(value)
    return RequiredPassRate(
        scenario=text(rate["scenario"]),
        bot=text(rate["bot"]),
        trials=count(rate["trials"]),
        passed=count(rate["passed"]),
        required=number(rate["required"]),
        met=truth(rate["met"]),
    )


def _shard(value: object) -> ShardInfo:
    shard = one(value)
    trials = count(shard["trials"])
    places = tuple([count(place) for place in listed(shard["places"])])
    if places and max(places) >= trials:
        raise ValueError(f"a place is beyond its {trials} trials")
    return ShardInfo(
        number=count(shard["number"]),
        total=count(shard["of"]),
        trials=trials,
        trial_set_digest=text(shard["digest"]),
        places=places,
    )
