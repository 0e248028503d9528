"""Accepting: a candidate's recording takes its baseline's place, whole, and only after a look.

A recording answers the questions as they were asked. What a scenario does not ask itself (the
bot's draft, a version) is taken out of the requests then, since a draft that is published is the
published bot; what was asked in truth stays under `x-coze`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from coze_harness.baseline.candidate_comparison import replay_pair
from coze_harness.baseline.candidate_pairs import TrialPair
from coze_harness.baseline.candidates import Candidate, find_candidates
from coze_harness.cassettes import CANDIDATE_FOLDER, Recording, RecordingInfo, Redactor
from coze_harness.cassettes import cassette_files as store
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.compare import compare_trial
from coze_harness.coze import fingerprint
from coze_harness.coze import request_fingerprint as asked
from coze_harness.model import TrialResult
from coze_harness.model.errors import (
    CassetteError,
    CassetteStaleError,
    CassetteWriteError,
    HarnessError,
    NothingSelectedError,
    UsageError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.storage.atomic_write import TEMPORARY_SUFFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A candidate that has been looked at and can take its baseline's place.

    `trial` is the one that the project has, whose recording it becomes. `extra` are candidates of
    further repeats, which were for the comparison only.
    """

    candidate: Candidate
    trial: Trial
    recording: Recording
    origin: RecordingInfo
    extra: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateReview:
    """Finds, looks at and promotes a project's candidates."""

    project: Project

    def find(self, names: Sequence[str]) -> list[Promotion | HarnessError]:
        """Return the candidates that names mean, each ready to be promoted, or why it is not.

        Args:
            names: scenarios, ids of trials, paths of scenario files, folders, cassettes or
                candidates; all candidates without any.

        Raises:
            UsageError: a name means nothing.
            NothingToRunError: there is no candidate, or none of a name.
            HarnessError: scenario files must be edited.
        """
        trials = self.project.select_trials(TrialSelection())
        found = list(find_candidates(self.project, trials))
        if not found:
            raise NothingSelectedError(
                "There is no candidate: all are accepted already, or nothing was compared yet.",
                next_step="record some beside the baseline: coze-harness compare",
            )
        chosen = found if not names else self._named(names, found, trials)
        return self._looked_at(chosen, found, trials)

    def _named(
        self, names: Sequence[str], found: Sequence[Candidate], trials: Sequence[Trial]
    ) -> list[Candidate]:
        chosen: dict[Path, Candidate] = {}
        for name in names:
            path = (self.project.world.folder / name).resolve()
            meant = [one for one in found if self._means(name, path, one)]
            if not meant:
                raise self._unknown(name, path, trials)
            chosen |= {one.path: one for one in meant}
        return list(chosen.values())

    def _means(self, name: str, path: Path, candidate: Candidate) -> bool:
        root = self.project.settings.root
        places = [candidate.path.resolve()]
        if candidate.trial is not None:
            key = candidate.trial.key
            if name in (key.id, key.scenario):
                return True
            places.append((root / key.file).resolve())
            places.append((root / _committed(candidate.path, self.project)).resolve())
        return any(place == path or path in place.parents for place in places)

    def _unknown(self, name: str, path: Path, trials: Sequence[Trial]) -> HarnessError:
        known = {word for trial in trials for word in (trial.key.id, trial.key.scenario)}
        if name in known or path.exists():
            return NothingSelectedError(
                f'There is no candidate of "{name}": it is accepted already, or was not asked.',
                next_step=f"record one beside the baseline: coze-harness compare {name}",
            )
        near = get_close_matches(name, known, 1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        return UsageError(
            f'There is no scenario, trial or file "{name}".{hint}',
            next_step="coze-harness list shows the trials; without a name all candidates are meant",
        )

    def _looked_at(
        self, chosen: Iterable[Candidate], found: Iterable[Candidate], trials: Sequence[Trial]
    ) -> list[Promotion | HarnessError]:
        own = {(t.key.scenario, t.key.case, t.bot.id, t.key.trial): t for t in trials}
        extras: dict[tuple[str, str, str], list[Path]] = {}
        for one in found:
            place = _place(one)
            if place is not None and place not in own and (*place[:3], 1) in own:
                extras.setdefault(place[:3], []).append(one.path)
        looked: list[Promotion | HarnessError] = []
        for one in chosen:
            place = _place(one)
            if one.error is not None:
                looked.append(one.error)
            elif one.trial is None or place is None:
                continue
            elif place in own:
                looked.append(self._checked(one, own[place], extras.pop(place[:3], ())))
            elif (*place[:3], 1) not in own:
                looked.append(_another_bot(one.trial, self.project.relative_path(one.path)))
        if not looked:
            raise NothingSelectedError(
                "These candidates are of more repeats than their scenarios have, and were for the "
                "comparison only.",
                next_step="write `repeat:` into the scenario to keep as many recordings",
            )
        return looked

    def _checked(
        self, candidate: Candidate, trial: Trial, extra: Sequence[Path]
    ) -> Promotion | HarnessError:
        """Return what would be written, after replaying it as the scenario asks now."""
        shown = str(self.project.relative_path(candidate.path))
        replayer = replace(self.project.replayer, record_command="compare")
        try:
            if candidate.trial is None:
                return CassetteStaleError("Its scenario is gone.", where=Location(shown))
            recording, turns = replayer.load(candidate.trial, shown)
        except HarnessError as fault:
            return fault
        origin = recording.origin
        if origin is None:
            return CassetteStaleError("It does not say of what it is.", where=Location(shown))
        rewritten = replace(
            recording,
            interactions=tuple(
                replace(
                    item,
                    request_body=asked.with_bot_version(
                        item.target.partition("?")[0], item.request_body, trial.options
                    ),
                )
                for item in recording.interactions
            ),
        )
        played = replayer.replay_recording(trial, rewritten, turns, replayer.redactor)
        if played.error is not None:
            return CassetteError(
                f"It does not replay as {trial.location} asks: {played.error.what}",
                where=Location(shown),
                detail=played.error.detail,
                next_step=f"coze-harness compare {trial.key.file}",
            )
        accepted = replace(
            origin,
            trial=trial.key.id,
            fingerprint=fingerprint(trial.bot.id, trial.options, turns),
            candidate=None,
        )
        return Promotion(
            candidate=candidate,
            trial=trial,
            recording=rewritten,
            origin=accepted,
            extra=tuple(extra),
        )

    def change(self, promotion: Promotion) -> TrialResult:
        """Replay and judge a candidate beside its baseline, if there is one."""
        replayer = replace(self.project.replayer, record_command="compare")
        trial = promotion.trial
        recorded = os.path.lexists(self.project.root / trial.key.cassette)
        candidate = promotion.candidate.trial or trial
        pair = TrialPair(candidate, trial if recorded else None)
        return compare_trial(*replay_pair(pair, self.project.replayer, replayer, replayer.redactor))

    def promote(self, promotions: Sequence[Promotion]) -> list[Path]:
        """Put candidates in their baselines' places; return these, as a user would name them.

        Every file is written beside its place before the first one is moved there.

        Raises:
            CassetteError: one holds a secret or cannot be written; nothing was promoted.
        """
        redactor = self.project.replayer.redactor
        staged: list[_Staged] = []
        try:
            for promotion in promotions:
                place = self.project.root / promotion.trial.key.cassette
                beside = place.with_name(f".accept.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
                staged.append(_Staged(promotion, beside, place))
                staged[-1].write(redactor)
            for one in staged:
                one.move()
        finally:
            for one in staged:
                with suppress(OSError):
                    one.beside.unlink()
        self._sweep()
        return [one.place for one in staged]

    def _sweep(self) -> None:
        """Take away folders of candidates that are empty."""
        top = self.project.local_cassettes / CANDIDATE_FOLDER
        folders = [path for path in top.rglob("*") if path.is_dir()]
        for folder in (*sorted(folders, reverse=True), top):
            with suppress(OSError):
                folder.rmdir()


def _place(candidate: Candidate) -> tuple[str, str, str, int] | None:
    trial = candidate.trial
    if trial is None:
        return None
    return trial.key.scenario, trial.key.case, trial.bot.id, trial.key.trial


def _committed(candidate: Path, project: Project) -> Path:
    """Return where the recording is that a candidate stands beside, by their paths."""
    cassettes = project.local_cassettes
    return cassettes / candidate.relative_to(cassettes / CANDIDATE_FOLDER)


def _another_bot(trial: Trial, shown: Path) -> CassetteStaleError:
    return CassetteStaleError(
        f'The candidate "{trial.key.id}" is of the bot {trial.key.bot}, which {trial.location} '
        "does not ask.",
        where=Location(str(shown)),
        next_step=f"write `bot: {trial.key.bot}` into the scenario, then accept; or delete it.",
    )


@dataclass(frozen=True, slots=True)
class _Staged:
    """A promotion under way: written beside the place that it is then moved to."""

    promotion: Promotion
    beside: Path
    place: Path

    def write(self, redactor: Redactor) -> None:
        try:
            store.write_cassette(
                self.beside, self.promotion.recording, self.promotion.origin, redactor
            )
        except CassetteError as fault:
            fault.where = Location(str(self.place))
            raise

    def move(self) -> None:
        try:
            self.beside.replace(self.place)
        except OSError as fault:
            raise CassetteWriteError(
                f"The recording could not be put in place: {fault.strerror}. It is as it was.",
                where=Location(str(self.place)),
                next_step="mend the folder's permissions, then accept again.",
            ) from fault
        for path in (self.promotion.candidate.path, *self.promotion.extra):
            path.unlink(missing_ok=True)
