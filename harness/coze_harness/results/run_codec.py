"""run.json, written: a run's head and one row a trial. Its mirror is `document_reading.py`.

A line for each key, for each rate, for each row, so that a reader may take what it needs: the list
of all runs takes the head, history the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import orjson

from coze_harness.model import (
    Comparison,
    MutationReport,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunCost,
    TrialRow,
)
from coze_harness.results.findings import bot_change, scenario_change, score
from coze_harness.results.trial_codec import key_fields, slow_json

FORMAT_VERSION = 1

# What begins in these lines is long; what a list of runs wants of it stands in its first lines.
COMPARISON = b'\n"comparison": '
MUTATION = b'\n"mutation": '
RATES = b'\n"pass_rates": ['
# Behind the last of these stand the rows, and nothing else but the end.
ROWS = b',\n"trials": ['
END = b"]\n}\n"


def encode_run(run: Run) -> Iterator[bytes]:
    """Yield run.json piece by piece."""
    head: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "run_id": run.run_id,
        "mode": run.mode.value,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "harness_version": run.harness_version,
        "interrupted": run.interrupted,
        "calls": run.request_count,
        "summary": asdict(run.summary),
        "cost": _cost(run.cost),
        "environment": dict(run.environment),
    }
    yield b"{"
    for name, value in head.items():
        yield b"\n" + _json(name) + b": " + _json(value) + b","
    if run.comparison is not None:
        yield from _comparison(run.comparison)
    if run.mutation is not None:
        yield from _mutation(run.mutation)
    yield RATES
    yield from _lines(_rate(rate) for rate in run.pass_rates)
    yield b"]"
    if run.past:
        yield b',\n"past": ['
        yield from _lines(_past(past) for past in run.past)
        yield b"]"
    if run.shard is not None:
        yield b',\n"shard": ' + _json(asdict(run.shard))
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


def _comparison(comparison: Comparison) -> Iterator[bytes]:
    yield COMPARISON + b'{"baseline":' + _json(comparison.baseline)
    yield b',"candidate":' + _json(comparison.candidate)
    yield b',"counts":' + _json({kind.value: n for kind, n in comparison.counts.items()})
    yield b',"scenarios":['
    yield from _lines(scenario_change(change) for change in comparison.scenarios)
    yield b'],"bots":['
    yield from _lines(bot_change(change) for change in comparison.bots)
    yield b"]},"


def _mutation(mutation: MutationReport) -> Iterator[bytes]:
    yield MUTATION + b'{"seed":' + _json(mutation.seed)
    yield b',"spoilings":' + _json(sum(found.mutants for found in mutation.scores))
    yield b',"caught":' + _json(sum(found.killed for found in mutation.scores))
    yield b',"scores":['
    yield from _lines(score(found) for found in mutation.scores)
    yield b"]},"


def _cost(cost: RunCost) -> dict[str, object]:
    return {"tokens": cost.tokens, "polls": cost.polls, "p50": cost.p50, "p95": cost.p95}


def _rate(rate: RequiredPassRate) -> dict[str, object]:
    return {
        "scenario": rate.scenario,
        "bot": rate.bot,
        "trials": rate.trials,
        "passed": rate.passed,
        "required": rate.required,
        "met": rate.met,
    }


def _past(past: PreviousRun) -> dict[str, object]:
    return {
        "run_id": past.run_id,
        "started_at": past.started_at,
        "mode": past.mode.value,
        "summary": asdict(past.summary),
        "cost": _cost(past.cost),
    }


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        return slow_json(value)


def _row(row: TrialRow) -> dict[str, object]:
    fields = key_fields(row.key)
    fields["status"] = row.status.value
    fields["cassette"] = row.key.cassette
    fields["seconds"] = row.seconds
    if row.history:
        fields["past"] = row.history
    return fields
