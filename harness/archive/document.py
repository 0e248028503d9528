"""run.json, written: a run's head and one row a trial. Its mirror is `document_reading.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import orjson

from harness.archive.line import key_fields, slow_json
from harness.model import PassRate, Row, Run

FORMAT_VERSION = 1

# Behind these stand the rates, the missed ones first, and the rows; nothing else but the end.
RATES = b'\n"pass_rates": ['
ROWS = b'],\n"trials": ['
END = b"]\n}\n"


def encode_run(run: Run) -> Iterator[bytes]:
    """Yield run.json piece by piece: a line for each key of the head, a line for each trial."""
    head: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "run_id": run.run_id,
        "mode": run.mode.value,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "harness_version": run.harness_version,
        "interrupted": run.interrupted,
        "calls": run.calls,
        "summary": asdict(run.summary),
        "environment": dict(run.environment),
    }
    yield b"{"
    for name, value in head.items():
        yield b"\n" + _json(name) + b": " + _json(value) + b","
    yield RATES
    yield from _lines(_rate(rate) for rate in run.pass_rates)
    yield ROWS
    yield from _lines(_row(row) for row in run.rows)
    yield END


def _lines(values: Iterable[object]) -> Iterator[bytes]:
    between = b"\n  "
    for value in values:
        yield between + _json(value)
        between = b",\n  "
    if between != b"\n  ":
        yield b"\n"


def _rate(rate: PassRate) -> dict[str, object]:
    return {
        "scenario": rate.scenario,
        "bot": rate.bot,
        "trials": rate.trials,
        "passed": rate.passed,
        "required": rate.required,
        "met": rate.met,
    }


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        return slow_json(value)


def _row(row: Row) -> dict[str, object]:
    fields = key_fields(row.key)
    fields["status"] = row.status.value
    fields["cassette"] = row.key.cassette
    fields["seconds"] = row.seconds
    return fields
