"""A finished trial as it travels from a worker to the run: encoded, with the little to count."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from coze_harness.cassettes import Redactor
from coze_harness.model import TrialKey, TrialResult, TrialRow, TrialStatus
from coze_harness.model.trial import Trial
from coze_harness.reporting.report_formats import TrialFragments, TrialRenderer
from coze_harness.results import count_warnings, decode_trial, encode_trial, tokens_and_polls


@dataclass(frozen=True, slots=True)
class EncodedResult:
    """One trial's line of the archive, its pieces of the reports, and what the run counts.

    `exit_code` is that of the trial's error, 0 without one; `calls` counts requests to Coze;
    `spent` is what the conversation took: tokens, polls.
    """

    line: bytes
    fragments: TrialFragments
    id: str
    status: TrialStatus
    seconds: float
    warnings: int
    calls: int
    spent: tuple[int, int]
    exit_code: int

    def row(self, key: TrialKey) -> TrialRow:
        """Return the trial's row of run.json."""
        return TrialRow(key=key, status=self.status, seconds=self.seconds)

    @property
    def is_notable(self) -> bool:
        """Whether people want to hear about it at once."""
        return self.status is not TrialStatus.PASSED


ResultStream: TypeAlias = Callable[
    [Sequence[Trial], TrialRenderer], Generator[Sequence[EncodedResult], None, None]
]
"""Executes trials and yields them as they finish; closing it stops what has not begun."""


def encode_result(
    result: TrialResult, renderer: TrialRenderer, redactor: Redactor
) -> EncodedResult:
    """Encode and render a result where it was made, so that no worker hands objects around."""
    line, result = encode_redacted(result, redactor)
    return EncodedResult(
        line,
        renderer.render(result, line),
        result.key.id,
        result.status,
        result.seconds,
        count_warnings(result),
        result.request_count,
        tokens_and_polls(result),
        result.error.exit_code if result.error else 0,
    )


def encode_redacted(result: TrialResult, redactor: Redactor) -> tuple[bytes, TrialResult]:
    """Return a result's line of trials.jsonl, and the result as that line has it.

    What the service said has been through the redactor; a prompt, what was expected of its answer,
    or an error that quotes them, has not, and must not carry a secret from its author's file into
    the reports.
    """
    line = encode_trial(result)
    written = "\n".join(_from_the_author(result))
    if redactor.redact(written) == written:
        return line, result
    # As JSON, since a pattern knows nothing of quotes and would take them with it.
    line = redactor.redact_body(line)
    return line, decode_trial(line)


def _from_the_author(result: TrialResult) -> Iterator[str]:
    """Yield the texts of a result that come from the project's files."""
    yield result.key.id
    yield result.known_failure
    for turn in result.turns:
        yield turn.prompt
        yield from turn.attached
        for verdict in turn.verdicts:
            yield verdict.name
            yield verdict.expected
            yield verdict.reason
    if error := result.error:
        yield error.what
        yield error.next_step
        yield from error.detail
    if result.change:
        for flip in chain.from_iterable(turn.verdict_changes for turn in result.change.turns):
            yield flip.name
            yield flip.expected
        if result.change.baseline:
            yield from _from_the_author(result.change.baseline)
