"""A finished trial as it travels from a worker to the run: encoded, with what the run counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from msgspec import Struct

from coze_harness.messages import Catalogue, text_values
from coze_harness.model import TrialKey, TrialResult, TrialRow, TrialStatus
from coze_harness.model.protocols import TextRedactor
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_formats import TrialFragments, TrialRenderer
from coze_harness.results import (
    bot_version,
    count_warnings,
    decode_trial,
    encode_trial,
    tokens_and_polls,
    trial_digests,
)

_DEFAULTS: Final = PageOptions()


class EncodedResult(Struct, frozen=True):
    """A trial's line of trials.jsonl, its fragments of the reports, and what the run counts.

    `exit_code` is that of the trial's error, 0 without one. `requests` counts the requests to Coze;
    `spent` is the number of tokens and of polls. `edited`: its recording was edited. `digests` are
    those of its row; `bot_version` is empty if it is unknown.
    """

    line: bytes
    fragments: TrialFragments
    id: str
    status: TrialStatus
    seconds: float
    warnings: int
    requests: int
    spent: tuple[int, int]
    exit_code: int
    edited: bool
    digests: str
    bot_version: str

    def row(self, key: TrialKey) -> TrialRow:
        """Return the trial's row of run.json."""
        return TrialRow(key=key, status=self.status, seconds=self.seconds, digests=self.digests)

    @property
    def is_notable(self) -> bool:
        """Whether the trial did anything but pass."""
        return self.status is not TrialStatus.PASSED

    @property
    def is_bad(self) -> bool:
        """Whether the trial failed or could not be judged."""
        return self.status in (TrialStatus.FAILED, TrialStatus.ERROR)


class ResultEncoder:
    """Encodes and renders results where they were made. Unpickled, it makes its own renderer.

    Args:
        redactor: removes secrets.
        renderer: renders the reports' fragments; by default in the language of `options`.
        options: the language of the texts in a line of trials.jsonl and in the reports.
    """

    def __init__(
        self,
        redactor: TextRedactor,
        renderer: TrialRenderer | None = None,
        options: PageOptions = _DEFAULTS,
    ) -> None:
        self._redactor = redactor
        self._renderer = renderer or TrialRenderer(options=options)
        self._options = options
        self._words = Catalogue(options.language)

    def __reduce__(self) -> tuple[type[ResultEncoder], tuple[TextRedactor, None, PageOptions]]:
        return ResultEncoder, (self._redactor, None, self._options)

    def __call__(self, result: TrialResult, /, *, exit_code: int | None = None) -> EncodedResult:
        """Return the encoded result; `exit_code` replaces that of its error."""
        line, result = encode_redacted(result, self._redactor, self._words)
        if exit_code is None:
            exit_code = result.error.exit_code if result.error else 0
        return EncodedResult(
            line,
            self._renderer.render(result, line),
            result.key.id,
            result.status,
            result.seconds,
            count_warnings(result),
            result.request_count,
            tokens_and_polls(result),
            exit_code,
            result.edited,
            trial_digests(result),
            bot_version(result),
        )


def encode_redacted(
    result: TrialResult, redactor: TextRedactor, words: Catalogue | None = None
) -> tuple[bytes, TrialResult]:
    """Return a result's line of trials.jsonl, and the result as that line has it.

    What the service said has been redacted before. A prompt, an expectation, or an error that
    quotes them has not, and must not carry a secret from the author's file into the reports.
    `words` has the language of the line's texts; English by default.
    """
    line = encode_trial(result, words)
    author_text = "\n".join(_author_texts(result))
    if redactor.redact(author_text) == author_text:
        return line, result
    # As JSON, since a pattern knows nothing of quotes and would remove them.
    line = redactor.redact_body(line)
    return line, decode_trial(line)


def _author_texts(result: TrialResult) -> Iterator[str]:
    """Yield the texts of a result that come from the project's files."""
    yield result.key.id
    yield result.known_failure
    for turn in result.turns:
        yield turn.prompt
        yield from turn.attached
        for verdict in turn.verdicts:
            yield verdict.name
            yield from text_values(verdict.expected)
            yield from text_values(verdict.reason)
    if error := result.error:
        for text in (error.what, error.next_step, *error.detail):
            yield from text_values(text)
    if result.change:
        for change in chain.from_iterable(turn.verdict_changes for turn in result.change.turns):
            yield change.name
            yield from text_values(change.expected)
        if result.change.baseline:
            yield from _author_texts(result.change.baseline)
