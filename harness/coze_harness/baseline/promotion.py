"""Accept: a candidate's recording replaces its baseline, whole, after it was checked.

A recording answers the requests as they were sent. Options that the scenario itself does not send
(the bot's draft, a version) are then removed from its requests, since a published draft is the
published bot; what was sent is still noted under `x-coze`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from coze_harness.baseline.accept_journal import begin_accept, finish_accept
from coze_harness.baseline.candidate_comparison import replay_pair
from coze_harness.baseline.candidate_pairs import TrialPair
from coze_harness.baseline.candidates import Candidate, CandidateFolder
from coze_harness.cassettes import Recording, RecordingInfo
from coze_harness.cassettes import cassette_files as store
from coze_harness.compare import compare_trial
from coze_harness.coze import fingerprint
from coze_harness.coze.request_fingerprint import with_bot_version
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import literal, message
from coze_harness.model import TrialResult, replace
from coze_harness.model.errors import (
    CassetteError,
    CassetteStaleError,
    HarnessError,
    NothingSelectedError,
    UsageError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial

_CaseOfBot: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A checked candidate that can replace its baseline.

    `trial` is the project's trial, whose recording it becomes. `extra` are candidates of further
    repeats, which were for the comparison only.
    """

    candidate: Candidate
    trial: Trial
    recording: Recording
    origin: RecordingInfo
    extra: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateReview:
    """Finds, checks and promotes the candidates of a project.

    Args:
        candidates: the folder of candidates.
        runner: replays the project's recordings.
        trials: all trials of the project.
        root: the folder that trials' cassettes are relative to, as messages show it.
    """

    candidates: CandidateFolder
    runner: ReplayRunner
    trials: Sequence[Trial]
    root: Path

    def find(self, names: Sequence[str]) -> list[Promotion | HarnessError]:
        """Return the named candidates, each ready to be promoted, or the reason why it is not.

        Args:
            names: scenarios, ids of trials, paths of scenario files, folders, cassettes or
                candidates; none: all candidates.

        Raises:
            UsageError: a name is unknown.
            NothingSelectedError: there is no candidate, or none of a name.
        """
        found = list(self.candidates.find(self.trials))
        if not found:
            raise NothingSelectedError(
                message("candidate.none"),
                next_step=message("candidate.none.next"),
            )
        return self._checked(self._named(names, found) if names else found, found)

    def compare(self, promotion: Promotion) -> TrialResult:
        """Replay and judge a candidate, compared with its baseline if there is one."""
        trial = promotion.trial
        is_recorded = os.path.lexists(self.root / trial.key.cassette)
        candidate = promotion.candidate.trial or trial
        pair = TrialPair(candidate, trial if is_recorded else None)
        return compare_trial(*replay_pair(pair, self.runner, self.runner.redactor))

    def promote(self, promotions: Sequence[Promotion], now: float) -> list[Path]:
        """Replace baselines by candidates, all or none; return their paths as a user names them.

        The caller holds the locks of the folder of cassettes.

        Args:
            promotions: the candidates.
            now: Unix time in seconds.

        Raises:
            CassetteError: one holds a secret or cannot be written; nothing was promoted.
        """
        cassettes = self.candidates.folders.relative_path(self.candidates.cassettes)
        redactor = self.runner.redactor
        shown = [self.root / promotion.trial.key.cassette for promotion in promotions]
        contents = [
            (
                path,
                store.encode_cassette(path, promotion.recording, promotion.origin, redactor),
                (promotion.candidate.path, *promotion.extra),
            )
            for path, promotion in zip(shown, promotions, strict=True)
        ]
        begin_accept(cassettes, contents, now)
        if error := finish_accept(cassettes).error:
            raise error
        return shown

    def _named(self, names: Sequence[str], found: Sequence[Candidate]) -> list[Candidate]:
        named: dict[Path, Candidate] = {}
        for name in names:
            path = (self.candidates.folders.working / name).resolve()
            matches = [one for one in found if self._is_named(name, path, one)]
            if not matches:
                raise self._unknown(name, path)
            named |= {one.path: one for one in matches}
        return list(named.values())

    def _is_named(self, name: str, path: Path, candidate: Candidate) -> bool:
        places = [candidate.path.resolve()]
        if candidate.trial is not None:
            key = candidate.trial.key
            if name in (key.id, key.scenario):
                return True
            places.append((self.candidates.folders.root / key.file).resolve())
            places.append(self.candidates.committed_path(candidate.path).resolve())
        return any(place == path or path in place.parents for place in places)

    def _unknown(self, name: str, path: Path) -> HarnessError:
        known = {word for trial in self.trials for word in (trial.key.id, trial.key.scenario)}
        if name in known or path.exists():
            return NothingSelectedError(
                message("candidate.none_of", name=name),
                next_step=message("candidate.none_of.next", name=name),
            )
        near = get_close_matches(name, known, 1)
        return UsageError(
            message("candidate.unknown.near", name=name, near=near[0])
            if near
            else message("candidate.unknown", name=name),
            next_step=message("candidate.unknown.next"),
        )

    def _checked(
        self, named: Iterable[Candidate], found: Iterable[Candidate]
    ) -> list[Promotion | HarnessError]:
        own = {(*_case_of(trial), trial.key.trial): trial for trial in self.trials}
        extras = _extra_repeats(found, own)
        checked: list[Promotion | HarnessError] = []
        for one in named:
            if one.error is not None:
                checked.append(one.error)
            elif one.trial is None:
                continue
            elif trial := own.get((*_case_of(one.trial), one.trial.key.trial)):
                extra = extras.pop(_case_of(one.trial), ())
                checked.append(self._check(one, one.trial, trial, extra))
            elif (*_case_of(one.trial), 1) not in own:
                shown = self.candidates.folders.relative_path(one.path)
                checked.append(_other_bot_error(one.trial, shown))
        if not checked:
            raise NothingSelectedError(
                message("candidate.more_repeats"),
                next_step=message("candidate.more_repeats.next"),
            )
        return checked

    def _check(
        self, candidate: Candidate, recorded: Trial, trial: Trial, extra: Sequence[Path]
    ) -> Promotion | HarnessError:
        """Return what would be written, after replaying it by today's scenario."""
        shown = str(self.candidates.folders.relative_path(candidate.path))
        runner = replace(self.runner, record_command="compare")
        try:
            recording, turns = runner.load(recorded, shown)
        except HarnessError as error:
            return error
        info = recording.origin
        if info is None:
            return CassetteStaleError(message("candidate.unnamed"), where=Location(shown))
        rewritten = replace(
            recording,
            interactions=tuple(
                replace(
                    item,
                    request_body=with_bot_version(
                        item.target.partition("?")[0], item.request_body, trial.options
                    ),
                )
                for item in recording.interactions
            ),
        )
        result = runner.replay_recording(trial, rewritten, turns, runner.redactor)
        if result.error is not None:
            return CassetteError(
                message(
                    "candidate.not_replayed",
                    location=str(trial.location),
                    reason=result.error.what,
                ),
                where=Location(shown),
                detail=result.error.detail,
                next_step=literal(f"coze-harness compare {trial.key.file}"),
            )
        accepted = replace(
            info,
            trial=trial.key.id,
            fingerprint=fingerprint(trial.bot, trial.options, turns),
            candidate=None,
        )
        return Promotion(
            candidate=candidate,
            trial=trial,
            recording=rewritten,
            origin=accepted,
            extra=tuple(extra),
        )


def _case_of(trial: Trial) -> _CaseOfBot:
    return trial.key.scenario, trial.key.case, trial.bot.id


def _extra_repeats(
    found: Iterable[Candidate], own: Mapping[tuple[str, str, str, int], Trial]
) -> dict[_CaseOfBot, list[Path]]:
    """Return candidates of repeats that the scenarios do not have, by case and bot."""
    extras: dict[_CaseOfBot, list[Path]] = {}
    for one in found:
        if one.trial is None:
            continue
        case = _case_of(one.trial)
        if (*case, one.trial.key.trial) not in own and (*case, 1) in own:
            extras.setdefault(case, []).append(one.path)
    return extras


def _other_bot_error(trial: Trial, shown: Path) -> CassetteStaleError:
    return CassetteStaleError(
        message(
            "candidate.other_bot",
            trial=trial.key.id,
            bot=trial.key.bot,
            location=str(trial.location),
        ),
        where=Location(str(shown)),
        next_step=message("candidate.other_bot.next", bot=trial.key.bot),
    )
