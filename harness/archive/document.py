"""run.json, written: a run's head and one row a trial. Its mirror is `document_reading.py`."""

from __future__ import annotations

from dataclasses import asdict

import orjson

from harness.archive.line import key_fields, slow_json
from harness.model import Row, Run

FORMAT_VERSION = 1


def encode_run(run: Run) -> bytes:
    """Return run.json: one line for the head's keys each, one line for each trial."""
    summary = asdict(run.summary)
    head: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "run_id": run.run_id,
        "mode": run.mode.value,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "harness_version": run.harness_version,
        "interrupted": run.interrupted,
        "calls": run.calls,
        "summary": summary,
        "environment": dict(run.environment),
        "pass_rates": [asdict(rate) for rate in run.pass_rates],
    }
    lines = [_json(name) + b": " + _json(value) for name, value in head.items()]
    rows = b",\n  ".join(_json(_row(row)) for row in run.rows)
    lines.append(b'"trials": [' + (b"\n  " + rows + b"\n" if rows else b"") + b"]")
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


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
