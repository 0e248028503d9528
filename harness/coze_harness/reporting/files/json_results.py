"""Results for programs: what `--json` prints, one function for each kind of result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from coze_harness.messages import Catalogue
from coze_harness.model import CassetteState, Run, Verdict
from coze_harness.model.errors import HarnessError, ScenarioErrors
from coze_harness.model.trial import Trial
from coze_harness.reporting.views.safe_text import run_seconds
from coze_harness.results.run_folder import RUN


def run_json(folder: Path) -> str:
    """Return a run's run.json, as it is in the run's folder."""
    return (folder / RUN).read_text("utf-8")


def trials_json(rows: Iterable[tuple[Trial, CassetteState, CassetteState | None]]) -> str:
    """Return trials, each with the states of its recording and its judge's, as an array."""
    return _array(
        [
            {
                "id": trial.key.id,
                "scenario": trial.key.scenario,
                "file": trial.key.file,
                "line": trial.key.line,
                "bot": trial.key.bot,
                "case": trial.key.case,
                "trial": trial.key.trial,
                "tags": list(trial.key.tags),
                "cassette": trial.key.cassette,
                "state": state.value,
                "judge_state": judge.value if judge else None,
            }
            for trial, state, judge in rows
        ]
    )


def runs_json(runs: Sequence[Run], words: Catalogue) -> str:
    """Return runs as an array; `verdict` is a sentence in the language of `words`."""
    from coze_harness.reporting.views.run_verdict import verdict_phrase, verdict_tone

    return _array(
        [
            {
                "run_id": run.run_id,
                "mode": run.mode.value,
                "started_at": run.started_at,
                "seconds": run_seconds(run),
                "trials": run.summary.trials,
                "passed": run.summary.passed,
                "failed": run.summary.failed,
                "errors": run.summary.errors,
                "tokens": run.cost.tokens,
                "p95": run.cost.p95,
                "interrupted": run.interrupted,
                "tone": verdict_tone(run),
                "verdict": words.text(verdict_phrase(run)),
            }
            for run in runs
        ]
    )


def check_json(messages: Iterable[tuple[HarnessError, bool]], words: Catalogue) -> str:
    """Return the messages of a check as an array, in the language of `words`.

    Args:
        messages: errors, and whether each is only a notice.
        words: the texts of the language.
    """
    return _array([_message(error, words, is_notice=notice) for error, notice in messages])


def verdicts_json(verdicts: Sequence[Verdict], words: Catalogue) -> str:
    """Return verdicts as an array; texts are in the language of `words`."""
    return _array(
        [
            {
                "kind": verdict.kind,
                "status": verdict.status.value,
                "name": verdict.name,
                "severity": verdict.severity.value,
                "weight": verdict.weight,
                "score": verdict.score,
                "expected": words.text(verdict.expected),
                "actual": words.text(verdict.actual),
                "reason": words.text(verdict.reason),
                "line": verdict.location.line,
                "column": verdict.location.column,
                "evidence": [list(span) for span in verdict.evidence],
            }
            for verdict in verdicts
        ]
    )


def error_json(error: HarnessError, words: Catalogue) -> str:
    """Return what prevented a check as an array: each error of the files, or one."""
    errors = error.errors if isinstance(error, ScenarioErrors) else (error,)
    return _array([_message(one, words, is_notice=False) for one in errors])


def _message(error: HarnessError, words: Catalogue, *, is_notice: bool) -> dict[str, object]:
    where = error.where
    return {
        "file": where.path if where else None,
        "line": (where.line or None) if where else None,
        "column": (where.column or None) if where else None,
        "kind": error.kind,
        "severity": "notice" if is_notice else "error",
        "message": words.text(error.what),
        "detail": [words.text(line) for line in error.detail],
        "next_step": words.text(error.next_step),
    }


def _array(items: Sequence[object]) -> str:
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"
