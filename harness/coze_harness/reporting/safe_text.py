"""When a run was, and how long it took."""

from __future__ import annotations

from datetime import UTC, datetime

from coze_harness.model import Run


def moment(iso: str) -> str:
    """Return a time of run.json as ``2026-11-22 10:03:12 UTC``; nothing if it is no time."""
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if time.tzinfo is not None:
        time = time.astimezone(UTC)
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _lasted(started: str, finished: str) -> float | None:
    try:
        seconds = (
            datetime.fromisoformat(finished) - datetime.fromisoformat(started)
        ).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(seconds, 0.0)


def run_seconds(run: Run) -> float | None:
    """Return how long a run took by the clock on the wall; None while it is not known."""
    return _lasted(run.started_at, run.finished_at)
