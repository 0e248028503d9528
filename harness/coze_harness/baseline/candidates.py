"""Recordings that are not accepted yet: where they are, of which trial, and if they are usable.

A candidate is in a hidden folder of the cassettes folder, under its cassette's relative path. It
holds its requests as they were sent, and which options differ from the scenario (the bot's draft, a
version), so that it is replayed and judged as it was recorded.

The candidates of the latest comparison can be accepted. Those of earlier ones, and the baseline's
answers to further trials, are kept as evidence in `.evidence/`: edited expectations can judge them
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from coze_harness.cassettes import (
    CANDIDATE_FOLDER,
    JUDGE_SUFFIX,
    CandidateInfo,
    RecordingInfo,
)
from coze_harness.cassettes import cassette_files as store
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Target, replace
from coze_harness.model.errors import (
    CassetteError,
    CassetteStaleError,
    CassetteUnreadableError,
    HarnessError,
    UsageError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.model.trial_key import DRAFT
from coze_harness.storage.project_folders import ProjectFolders

_EVIDENCE_FOLDER: Final = ".evidence"
BASELINE_SUFFIX: Final = "~baseline"
"""Ends the name of a baseline whose judge was asked again; no trial's recording has it."""


class CandidateOptions(Struct, frozen=True):
    """The version of a bot that a comparison asks; by default the scenario's."""

    draft: bool = False
    version: str = ""

    def overrides(self, trial: Trial) -> Mapping[str, str]:
        """Return the request fields that differ from a scenario."""
        if not (self.draft or self.version):
            return {}
        options = trial.options
        fields = {
            "publish_status": (DRAFT if self.draft else "", options.publish_status),
            "bot_version": (self.version, options.bot_version),
        }
        return {name: new for name, (new, scenarios) in fields.items() if new != scenarios}

    def check_targets(self, trials: Sequence[Trial]) -> None:
        """Check that all trials' targets have what is compared: others would ignore the request.

        Raises:
            UsageError: a target has no drafts, or no versions.
        """
        if not (self.draft or self.version):
            return
        what = "candidate.no_drafts" if self.draft else "candidate.no_versions"
        for trial in trials:
            declared = trial.bot.capabilities
            if not (declared.has_drafts if self.draft else declared.has_versions):
                raise UsageError(
                    message(what, target=trial.bot.name, kind=trial.bot.kind.value),
                    where=Location("--draft" if self.draft else "--bot-version"),
                    detail=[message("replay.scenario", location=str(trial.location))],
                    next_step=message("candidate.no_versions.next"),
                )

    def describe(self) -> LocalizedText:
        """Return what is asked; an empty message for what the scenarios ask."""
        if self.draft:
            return message("compare.draft")
        if self.version:
            return message("candidate.version", version=self.version)
        return LocalizedText()


class Candidate(Struct, frozen=True, kw_only=True):
    """A candidate on disk, and its trial as it was recorded.

    `error` says why it is unusable. `trial` is `None` if the scenario is gone or unknown.
    """

    path: Path
    trial: Trial | None = None
    error: HarnessError | None = None


class CandidateFolder(Struct, frozen=True):
    """The candidates of a project.

    `cassettes` is the folder of recordings, absolute; `targets` are the project's, by name.
    """

    cassettes: Path
    folders: ProjectFolders
    targets: Mapping[str, Target] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The folder of all candidates."""
        return self.cassettes / CANDIDATE_FOLDER

    def files(self) -> list[Path]:
        """Return the files of all candidates that can be accepted, by name."""
        return [path for path in _recordings(self.path) if not self._is_evidence(path)]

    def evidence_files(self) -> list[Path]:
        """Return the recordings that are kept as evidence, by name."""
        return _recordings(self.path / _EVIDENCE_FOLDER)

    def _is_evidence(self, path: Path) -> bool:
        return path.relative_to(self.path).parts[0] == _EVIDENCE_FOLDER

    def committed_path(self, candidate: Path) -> Path:
        """Return the path of the recording that a candidate replaces."""
        return self.cassettes / candidate.relative_to(self.path)

    def evidence_path(self, candidate: Path, moment: str) -> Path:
        """Return where a candidate is kept as evidence.

        `moment` is when the command began that sets it aside, from `moment_name`.
        """
        name = candidate.relative_to(self.path)
        return self.path / _EVIDENCE_FOLDER / moment / "candidate" / name

    def trial(self, trial: Trial, overrides: Mapping[str, str], folder: str = "") -> Trial:
        """Return a trial whose recording is a candidate.

        Args:
            trial: the scenario's trial.
            overrides: request fields that differ from the scenario.
            folder: where among the candidates it is, with a slash at the end.
        """
        cassettes = self.folders.display_path(self.cassettes)
        prefix = f"{cassettes}/" if cassettes else ""
        cassette = f"{prefix}{CANDIDATE_FOLDER}/{folder}{trial.key.cassette.removeprefix(prefix)}"
        return replace(_with_overrides(trial, overrides), key=replace(trial.key, cassette=cassette))

    def baseline_trial(self, trial: Trial, overrides: Mapping[str, str], moment: str) -> Trial:
        """Return a further trial of the baseline's bot, whose recording is evidence.

        `overrides` are request fields that differ from the scenario; `moment` is when the
        comparison began.
        """
        return self.trial(trial, overrides, f"{_EVIDENCE_FOLDER}/{moment}/baseline/")

    def find(self, trials: Sequence[Trial]) -> Iterator[Candidate]:
        """Yield every candidate, matched to the project's trials by scenario and case."""
        by_case = trials_by_case(trials)
        by_cassette = {one.key.cassette: one for one in (self.trial(t, {}) for t in trials)}
        for path in self.files():
            yield self._read(path, by_case, by_cassette)

    def set_aside(self, trials: Sequence[Trial], moment: str) -> None:
        """Move earlier candidates of the same cases (all repeats) to the evidence.

        `moment` is when the comparison began.
        """
        cases = {(trial.key.scenario, trial.key.case, trial.bot.id) for trial in trials}
        for path in self.files():
            with suppress(CassetteError):
                info = store.read_cassette(path).origin
                of = info.candidate if info else None
                if info and of and (info.scenario, of.case, of.bot_id) in cases:
                    new = self.evidence_path(path, moment)
                    new.parent.mkdir(parents=True, exist_ok=True)
                    for one in judge_files(path):
                        one.replace(new.with_name(one.name))
                    path.replace(new)

    def find_evidence(self, trials: Sequence[Trial]) -> Iterator[Trial]:
        """Yield the trials of all candidates and of the recordings that are kept as evidence."""
        by_case = trials_by_case(trials)
        for path in (*self.files(), *self.evidence_files()):
            candidate = self._read(path, by_case, {})
            if candidate.trial is not None:
                yield candidate.trial

    def _read(
        self,
        path: Path,
        by_case: Mapping[tuple[str, str], Sequence[Trial]],
        by_cassette: Mapping[str, Trial],
    ) -> Candidate:
        relative_path = self.folders.relative_path(path)
        cassette = self.folders.display_path(path)
        try:
            info = store.read_cassette(relative_path).origin
        except HarnessError as error:
            # Only its path says whose it was.
            return Candidate(path=path, trial=by_cassette.get(cassette), error=error)
        if info is None or info.candidate is None:
            stray = CassetteUnreadableError(
                message("candidate.stray"),
                where=Location(str(relative_path)),
                next_step=message("candidate.stray.next"),
            )
            return Candidate(path=path, error=stray)
        trials = by_case.get((info.scenario, info.candidate.case), ())
        if not trials:
            return Candidate(path=path, error=_orphan(relative_path, info, info.candidate))
        nearest = _nearest(trials, info.candidate)
        target = self._target(nearest, info.candidate)
        return Candidate(
            path=path, trial=_as_recorded(nearest, info, info.candidate, target, cassette)
        )

    def _target(self, trial: Trial, of: CandidateInfo) -> Target:
        """Return what a candidate was recorded from: by its name, as far as that is still known."""
        for target in (self.targets.get(of.bot), trial.bot):
            if target is not None and target.id == of.bot_id:
                return target
        return Target(name=of.bot, id=of.bot_id)


def moment_name(now: float) -> str:
    """Return a Unix time in seconds as the name of a folder, in UTC."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S%fZ}"


def repeat_of(trial: Trial, number: int) -> Trial:
    """Return another repeat of a trial: with its own id and recording."""
    key = trial.key
    name = key.cassette.removesuffix(".yaml").removesuffix(f"~{key.trial}")
    suffix = ("", "") if number == 1 else (f"#{number}", f"~{number}")
    new = replace(
        key,
        id=f"{key.case_id}{suffix[0]}",
        trial=number,
        cassette=f"{name}{suffix[1]}.yaml",
    )
    return replace(trial, key=new)


def _recordings(folder: Path) -> list[Path]:
    paths = (path for path in folder.rglob("*.yaml") if path.is_file())
    return sorted(path for path in paths if not path.name.endswith(JUDGE_SUFFIX))


def judge_files(candidate: Path) -> list[Path]:
    """Return the recordings of a judge that belong to a candidate, as far as there are any.

    They are the candidate's own and that of its baseline, judged again for the comparison.
    """
    stem = candidate.with_suffix("")
    names = (f"{stem}{JUDGE_SUFFIX}", f"{stem}{BASELINE_SUFFIX}{JUDGE_SUFFIX}")
    return [path for path in map(Path, names) if path.is_file()]


def trials_by_case(trials: Iterable[Trial]) -> dict[tuple[str, str], list[Trial]]:
    """Return trials by scenario and case, whatever their bots."""
    by_case: dict[tuple[str, str], list[Trial]] = {}
    for trial in trials:
        by_case.setdefault((trial.key.scenario, trial.key.case), []).append(trial)
    return by_case


def _with_overrides(trial: Trial, overrides: Mapping[str, str]) -> Trial:
    options = replace(
        trial.options,
        publish_status=overrides.get("publish_status", trial.options.publish_status),
        bot_version=overrides.get("bot_version", trial.options.bot_version),
    )
    return replace(trial, options=options)


def _nearest(trials: Sequence[Trial], of: CandidateInfo) -> Trial:
    """Return the trial of the same bot and repeat, as far as there is one."""
    return min(trials, key=lambda t: (t.bot.id != of.bot_id, t.key.trial != of.trial))


def _as_recorded(
    trial: Trial, info: RecordingInfo, of: CandidateInfo, target: Target, cassette: str
) -> Trial:
    key = replace(trial.key, id=info.trial, bot=target.name, trial=of.trial, cassette=cassette)
    return replace(_with_overrides(trial, info.overridden_options), key=key, bot=target)


def _orphan(path: Path, info: RecordingInfo, of: CandidateInfo) -> CassetteStaleError:
    return CassetteStaleError(
        message("candidate.gone.case", scenario=info.scenario, case=of.case)
        if of.case
        else message("candidate.gone", scenario=info.scenario),
        where=Location(str(path)),
        next_step=message("candidate.gone.next"),
    )
