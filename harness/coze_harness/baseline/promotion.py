"""Accept: a candidate's recording replaces its baseline, whole, after it was checked.

A recording answers the requests as they were sent. Options that the scenario itself does not send
(the bot's draft, a version) are then removed from its requests, since a published draft is the
published bot; what was sent is still noted under `x-coze`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.baseline.accept_journal import begin_accept, finish_accept
from coze_harness.baseline.candidates import (
    Candidate,
    CandidateFolder,
    judge_files,
    moment_name,
)
from coze_harness.cassettes import Recording, RecordingInfo
from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.judge_cassette import judge_path
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import TrialResult, TrialStatus, replace
from coze_harness.model.trial import Trial

# A rate that is met exactly (9 of 10 for 0.9) must not be missed by rounding.
_TOLERANCE: Final = 1e-9


class Promotion(Struct, frozen=True, kw_only=True):
    """A checked candidate that can replace its baseline.

    `trial` is the project's trial, whose recording it becomes. `extra_files` are candidates of
    further repeats, which were for the comparison only. `result` is its result by today's
    expectations. `judge_recording` is that of its judge, if an expectation needs one.
    """

    candidate: Candidate
    trial: Trial
    recording: Recording
    origin: RecordingInfo
    result: TrialResult
    extra_files: tuple[Path, ...] = ()
    judge_recording: Recording | None = None

    @property
    def recorded_trial(self) -> Trial:
        """The trial as it was recorded."""
        return self.candidate.trial or self.trial

    @property
    def files(self) -> list[Path]:
        """The candidate and those of further repeats."""
        return [self.candidate.path, *self.extra_files]


def find_failing(promotions: Sequence[Promotion]) -> list[Promotion]:
    """Return those that fail, of scenarios that pass less often than `min_pass_rate` requires."""
    groups: dict[tuple[str, str], list[Promotion]] = {}
    for promotion in promotions:
        groups.setdefault(promotion.recorded_trial.key.group, []).append(promotion)
    failing: list[Promotion] = []
    for group in groups.values():
        failed = [one for one in group if one.result.status is TrialStatus.FAILED]
        passed = len(group) - len(failed)
        if passed / len(group) < group[0].trial.min_pass_rate - _TOLERANCE:
            failing += failed
    return failing


def promote(
    candidates: CandidateFolder,
    runner: ReplayRunner,
    promotions: Sequence[Promotion],
    rejected: Iterable[Path],
    now: float,
) -> list[Path]:
    """Replace baselines by candidates, all or none; return their paths as a user names them.

    What was recorded may be of use again: rejected candidates are kept as evidence.

    The caller holds the locks of the folder of cassettes.

    `rejected` are paths of candidates, `now` is Unix time in seconds.

    Raises:
        CassetteError: one holds a secret or cannot be written; nothing was promoted.
    """
    cassettes = candidates.folders.relative_path(candidates.cassettes)
    redactor = runner.redactor
    paths = [Path(runner.path(promotion.trial)) for promotion in promotions]
    contents: list[tuple[Path, bytes, Sequence[Path]]] = []
    for path, promotion in zip(paths, promotions, strict=True):
        new = store.encode_cassette(path, promotion.recording, promotion.origin, redactor)
        of_judges = [one for file in promotion.files for one in judge_files(file)]
        judge_recording = promotion.judge_recording
        if judge_recording is None or judge_recording.origin is None:
            contents.append((path, new, [*promotion.files, *of_judges]))
            continue
        judge_file = Path(judge_path(str(path)))
        origin = replace(judge_recording.origin, trial=promotion.origin.trial, candidate=None)
        contents.append((path, new, promotion.files))
        new = store.encode_cassette(judge_file, judge_recording, origin, redactor)
        contents.append((judge_file, new, of_judges))
    moment = moment_name(now)
    moves = {
        # The folder of cassettes as a user names it, like the paths of recordings.
        cassettes / one.relative_to(candidates.cassettes): cassettes
        / candidates.evidence_path(one, moment).relative_to(candidates.cassettes)
        for file in rejected
        for one in (file, *judge_files(file))
    }
    begin_accept(cassettes, contents, now, moves)
    if error := finish_accept(cassettes).error:
        raise error
    return paths
