"""Candidates beside their baselines: recorded now, or replayed as they were."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Final, TypeAlias

from coze_harness.baseline.candidate_pairs import TrialPair
from coze_harness.baseline.candidates import candidate_info, remove_candidates
from coze_harness.cassettes import Redactor
from coze_harness.commands.project import Project
from coze_harness.compare import compare_trial
from coze_harness.execution import BATCH_SIZE, map_in_processes
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import TrialResult, replace
from coze_harness.reporting.encoded_result import EncodedResult, encode_result
from coze_harness.reporting.report_formats import TrialRenderer

MISSING: Final = "missing"
"""The kind of the error that there is no recording: then there is no baseline, and no fault."""

Source: TypeAlias = Callable[
    [Sequence[TrialPair], TrialRenderer], Generator[Sequence[EncodedResult], None, None]
]


def recording_source(
    project: Project,
    pairs: Sequence[TrialPair],
    *,
    workers: int | None,
    warn: Callable[[str], None],
    afresh: bool,
) -> Source:
    """Return what records candidates and puts each beside its baseline.

    Args:
        project: whose trials.
        pairs: what is recorded.
        workers: how many calls may be under way at a time.
        warn: told of what is no error.
        afresh: whether candidates of these trials from before are taken away first, so that what
            is there in the end was asked in one go.

    Raises:
        SettingsError: there is nothing to sign in with.
    """
    from coze_harness.execution.live_runner import CandidateContext, open_live_results

    by_id = {pair.key.id: pair for pair in pairs}
    replayer = project.replayer

    def sealed(result: TrialResult, renderer: TrialRenderer, redactor: Redactor) -> EncodedResult:
        committed = by_id[result.key.id].baseline
        baseline = replayer.replay(committed, redactor) if committed else None
        return compare_pair(baseline, result, renderer, redactor)

    beside = {
        name: CandidateContext(
            committed=pair.baseline, options=pair.asked, candidate=candidate_info(pair.candidate)
        )
        for name, pair in by_id.items()
    }
    live = open_live_results(
        project.settings,
        project.world,
        workers=workers,
        keeps=True,
        replayer=replayer,
        warn=warn,
        beside=beside,
        seal=sealed,
    )

    def recorded(
        todo: Sequence[TrialPair], renderer: TrialRenderer
    ) -> Generator[Sequence[EncodedResult], None, None]:
        if afresh:
            remove_candidates(project, [pair.candidate for pair in todo])
        yield from live([pair.candidate for pair in todo], renderer)

    return recorded


def replaying_source(project: Project, *, workers: int | None, one_by_one: bool) -> Source:
    """Return what judges candidates on disk and their baselines, offline."""
    replayer = replace(project.replayer, record_command="compare")
    processes = 1 if one_by_one else workers or project.world.processors

    def replayed(
        todo: Sequence[TrialPair], renderer: TrialRenderer
    ) -> Generator[Sequence[EncodedResult], None, None]:
        work = _Pairs(project.replayer, replayer, renderer)
        yield from map_in_processes(
            work, todo, workers=processes, size=1 if one_by_one else BATCH_SIZE
        )

    return replayed


class _Pairs:
    """Judges batches of pairs. Sent to another process, it makes itself a renderer there."""

    def __init__(
        self,
        baselines: ReplayRunner,
        candidates: ReplayRunner,
        renderer: TrialRenderer | None = None,
    ) -> None:
        self._baselines = baselines
        self._candidates = candidates
        self._redactor = baselines.redactor
        self._renderer = renderer or TrialRenderer()

    def __reduce__(self) -> tuple[type[_Pairs], tuple[ReplayRunner, ReplayRunner]]:
        return _Pairs, (self._baselines, self._candidates)

    def __call__(self, pairs: Sequence[TrialPair]) -> list[EncodedResult]:
        return [self._finished(pair) for pair in pairs]

    def _finished(self, pair: TrialPair) -> EncodedResult:
        baseline, candidate = replay_pair(pair, self._baselines, self._candidates, self._redactor)
        return compare_pair(baseline, candidate, self._renderer, self._redactor)


def replay_pair(
    pair: TrialPair, baselines: ReplayRunner, candidates: ReplayRunner, redactor: Redactor
) -> tuple[TrialResult | None, TrialResult]:
    """Replay and judge a baseline and its candidate by today's expectations."""
    baseline: TrialResult | None = None
    answers: Sequence[str | None] = ()
    if pair.baseline is not None:
        baseline = baselines.replay(pair.baseline, redactor)
        answers = [turn.reply.answer if turn.reply else None for turn in baseline.turns]
        if baseline.error is not None:
            answers = baselines.answers(pair.baseline, redactor)
    return baseline, candidates.replay(pair.candidate, redactor, answers)


def compare_pair(
    baseline: TrialResult | None,
    candidate: TrialResult,
    renderer: TrialRenderer,
    redactor: Redactor,
) -> EncodedResult:
    """Put a result beside its baseline's; a baseline that cannot be judged is a fault of the run's.

    A candidate is then told as new: with what it would be compared is not known.
    """
    baseline, candidate, code = usable_baseline(baseline, candidate)
    item = encode_result(compare_trial(baseline, candidate), renderer, redactor)
    return replace(item, exit_code=max(item.exit_code, code))


def usable_baseline(
    baseline: TrialResult | None, candidate: TrialResult
) -> tuple[TrialResult | None, TrialResult, int]:
    """Return a baseline if it was judged; if not, a warning on the candidate, and an exit code."""
    if baseline is None or baseline.error is None:
        return baseline, candidate, 0
    note = baseline.error
    if note.kind == MISSING:
        return None, candidate, 0
    where = f"{note.where}: " if note.where else ""
    warning = f"there is nothing to compare with: {where}{note.what}"
    return None, replace(candidate, warnings=(*candidate.warnings, warning)), note.exit_code
