"""run.json, read and checked by hand: every run reads the heads of those before it.

Its mirror is `document.py`. Keys that a later version may add are left alone; types are taken
strictly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import BinaryIO, TypeVar

from harness.archive.document import END, FORMAT_VERSION, RATES, ROWS
from harness.archive.reading import LineError, number, parse, read_key, read_status
from harness.errors import ArchiveError
from harness.location import Location
from harness.model import Mode, PassRate, Row, Run, Summary

Value = TypeVar("Value")

# A head is some 600 bytes; one that does not fit is read with all the rest.
_HEAD = 8_192


def decode_run(text: bytes, place: Location) -> Run:
    """Return the run that run.json holds.

    Args:
        text: the file.
        place: the file's name, for messages.

    Raises:
        ArchiveError: it is not JSON, from a newer version, or a key is missing or wrong.
    """
    record = _object(text, place)
    version = record.get("format_version")
    if type(version) is not int:
        raise ArchiveError(
            "This is not the run.json of coze-harness: it has no format_version.",
            where=place,
            next_step="name a folder that a run has written, such as reports/latest",
        )
    if version > FORMAT_VERSION:
        raise ArchiveError(
            f"This run was written in format {version}, and this coze-harness reads up to"
            f" {FORMAT_VERSION}.",
            where=place,
            next_step="upgrade it: pip install -U coze-harness",
        )
    return Run(
        run_id=_taken(record, "run_id", _text, place),
        mode=_taken(record, "mode", _mode, place),
        started_at=_taken(record, "started_at", _text, place),
        finished_at=_taken(record, "finished_at", _text, place),
        harness_version=_taken(record, "harness_version", _text, place),
        summary=_taken(record, "summary", _summary, place),
        rows=tuple([_read_row(row, place) for row in _taken(record, "trials", _list, place)]),
        pass_rates=_taken(record, "pass_rates", _rates, place, ()),
        environment=_taken(record, "environment", _texts, place, {}),
        calls=_taken(record, "calls", _count, place, 0),
        interrupted=_taken(record, "interrupted", _truth, place, False),
    )


def read_head_of(file: BinaryIO) -> bytes:
    """Return run.json without its rows, and with the first of its pass rates at most.

    Missed rates stand first, so that one tells whether the run failed. A file that another hand
    laid out, or that was cut short, is returned as it is.
    """
    text = file.read(_HEAD)
    begin = text.find(RATES)
    first = text.find(b"\n", begin + len(RATES))
    if begin >= 0 and first >= 0:
        rate = b""
        if text[begin + len(RATES) : first + 1] == b"\n":
            line_end = text.find(b"\n", first + 1)
            rate = text[first + 1 : line_end].rstrip(b",") if line_end >= 0 else b"?"
        file.seek(-len(END), 2)
        if rate != b"?" and file.read() == END:
            return text[: begin + len(RATES)] + rate + ROWS + END
    file.seek(0)
    return file.read()


def _object(text: bytes, place: Location) -> dict[str, object]:
    try:
        return dict(parse(text))
    except LineError:
        pass
    try:  # lone surrogates stand in one value of many here, so that no mark is in front
        record: object = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _broken("it is not JSON", place) from fault
    if not isinstance(record, dict):
        raise _broken("it is not a JSON object", place)
    return record


def _read_row(row: object, place: Location) -> Row:
    if not isinstance(row, dict):
        raise _broken("a row of 'trials' is not an object", place)
    try:
        return Row(key=read_key(row), status=read_status(row), seconds=number(row["seconds"]))
    except (KeyError, TypeError, ValueError) as fault:
        raise _broken(f"a row of 'trials' has no or a wrong value ({fault})", place) from fault


def _broken(reason: str, place: Location) -> ArchiveError:
    return ArchiveError(
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
    except ValueError as fault:
        raise _broken(f"{name}: {fault}", place) from fault


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError("text is expected")
    return value


def _mode(value: object) -> Mode:
    return Mode(_text(value))


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a whole number is expected, 0 or more")
    return value


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


def _list(value: object) -> list[object]:
    if type(value) is not list:
        raise ValueError("a list is expected")
    return value


def _record(value: object) -> dict[str, object]:
    if type(value) is not dict:
        raise ValueError("an object is expected")
    return value


def _texts(value: object) -> dict[str, str]:
    return {name: _text(entry) for name, entry in _record(value).items()}


def _summary(value: object) -> Summary:
    counts = _record(value)
    return Summary(
        trials=_count(counts["trials"]),
        passed=_count(counts["passed"]),
        failed=_count(counts["failed"]),
        errors=_count(counts["errors"]),
        skipped=_count(counts["skipped"]),
        known_failures=_count(counts["known_failures"]),
        fixed=_count(counts.get("fixed", 0)),
        warnings=_count(counts["warnings"]),
    )


def _rates(value: object) -> tuple[PassRate, ...]:
    return tuple([_rate(entry) for entry in _list(value)])


def _rate(value: object) -> PassRate:
    rate = _record(value)
    return PassRate(
        scenario=_text(rate["scenario"]),
        bot=_text(rate["bot"]),
        trials=_count(rate["trials"]),
        passed=_count(rate["passed"]),
        required=number(rate["required"]),
        met=_truth(rate["met"]),
    )
