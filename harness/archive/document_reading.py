"""run.json, read and checked by pydantic. Its mirror is `document.py`."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf, ValidationError

from harness.archive.document import FORMAT_VERSION, ROWS
from harness.archive.reading import LineError, number, parse, read_key, read_status
from harness.errors import ArchiveError
from harness.location import Location
from harness.model import Mode, PassRate, Row, Run, Summary

# pydantic's own `str` refuses lone surrogates, which a file's or a scenario's name may hold.
Text = InstanceOf[str]
Count = Annotated[int, Field(ge=0)]


class _Shape(BaseModel):
    """Keys that a later version may add are left alone; types are taken strictly."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Summary(_Shape):
    trials: Count
    passed: Count
    failed: Count
    errors: Count
    skipped: Count
    known_failures: Count
    warnings: Count
    fixed: Count = 0


class _PassRate(_Shape):
    scenario: Text
    bot: Text
    trials: Count
    passed: Count
    required: float
    met: bool


def _mode(value: str) -> str:
    return Mode(value).value


class _Head(_Shape):
    run_id: Text
    mode: Annotated[Text, AfterValidator(_mode)]
    started_at: Text
    finished_at: Text
    harness_version: Text
    summary: _Summary
    trials: list[object]
    pass_rates: tuple[_PassRate, ...] = Field(default=(), strict=False)
    environment: dict[Text, Text] = Field(default_factory=dict)
    calls: Count = 0
    interrupted: bool = False


def decode_run(text: bytes, place: Location, *, rows: bool = True) -> Run:
    """Return the run that run.json holds.

    Args:
        text: the file.
        place: the file's name, for messages.
        rows: False leaves out the trials' rows (a list of runs has no need of them).

    Raises:
        ArchiveError: it is not JSON, from a newer version, or a key is missing or wrong.
    """
    record = _object(text if rows else _head_of(text), place)
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
    try:
        head = _Head.model_validate(record)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise _broken(f"{key}: {first['msg'].lower()}", place) from fault
    return Run(
        run_id=head.run_id,
        mode=Mode(head.mode),
        started_at=head.started_at,
        finished_at=head.finished_at,
        harness_version=head.harness_version,
        summary=Summary(**dict(head.summary)),
        rows=tuple(_read_row(row, place) for row in head.trials) if rows else (),
        pass_rates=tuple(PassRate(**dict(rate)) for rate in head.pass_rates),
        environment=dict(head.environment),
        calls=head.calls,
        interrupted=head.interrupted,
    )


def _head_of(text: bytes) -> bytes:
    """Return run.json without its rows, as `document.py` lays them out: they are nearly all of it.

    A file that another hand laid out is returned as it is.
    """
    head, mark, rows = text.partition(ROWS)
    return head + mark + b"]\n}\n" if rows.endswith(b"]\n}\n") else text


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
