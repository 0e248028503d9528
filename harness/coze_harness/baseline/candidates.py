"""Recordings that are not accepted yet: where they are, whose they are, whether they still serve.

A candidate stands in a hidden folder beside the cassettes, under the cassette's own relative path,
and holds its requests as they were made. What was asked otherwise than the scenario says (the
bot's draft, a version) stands with it, so that it can be replayed and judged as it was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.cassettes import CANDIDATE_FOLDER, CandidateInfo, RecordingInfo
from coze_harness.cassettes import cassette_files as store
from coze_harness.commands.project import Project
from coze_harness.model import Bot, replace
from coze_harness.model.errors import (
    CassetteError,
    CassetteStaleError,
    CassetteUnreadableError,
    HarnessError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial

FIELDS: Final = ("publish_status", "bot_version")
"""What a candidate may be asked otherwise than its scenario says."""


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Which of a bot's versions is asked; neither: the one that the scenario says."""

    draft: bool = False
    version: str = ""

    def of(self, trial: Trial) -> Mapping[str, str]:
        """Return the fields that a trial then sends otherwise; a workflow has no versions."""
        if trial.options.workflow or not (self.draft or self.version):
            return {}
        wanted = {
            "publish_status": "unpublished_draft" if self.draft else "",
            "bot_version": self.version,
        }
        return {name: text for name, text in wanted.items() if getattr(trial.options, name) != text}

    @property
    def words(self) -> str:
        """Who answers, in words."""
        return "the draft" if self.draft else f"version {self.version}" if self.version else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A candidate on disk, and the trial that it is of, as it was asked.

    `error` says why it does not serve: it cannot be read, or its scenario is another one by now.
    The trial is `None` where the scenario is gone, or nobody can tell which it was.
    """

    path: Path
    trial: Trial | None = None
    error: HarnessError | None = None


def candidate_trial(trial: Trial, asked: Mapping[str, str], cassettes: str) -> Trial:
    """Return a trial whose recording is a candidate.

    Args:
        trial: as the scenario has it.
        asked: fields of its prompts that are sent otherwise.
        cassettes: the folder of recordings, as trials name it.
    """
    prefix = f"{cassettes}/" if cassettes else ""
    place = f"{prefix}{CANDIDATE_FOLDER}/{trial.key.cassette.removeprefix(prefix)}"
    options = replace(
        trial.options,
        publish_status=asked.get("publish_status", trial.options.publish_status),
        bot_version=asked.get("bot_version", trial.options.bot_version),
    )
    return replace(trial, key=replace(trial.key, cassette=place), options=options)


def candidate_info(trial: Trial) -> CandidateInfo:
    """Return what a candidate's recording says of whose it is."""
    key = trial.key
    return CandidateInfo(case=key.case, trial=key.trial, bot=key.bot, bot_id=trial.bot.id)


def candidate_paths(project: Project) -> list[Path]:
    """Return the files of all candidates, by name."""
    folder = project.local_cassettes / CANDIDATE_FOLDER
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def find_candidates(project: Project, trials: Sequence[Trial]) -> Iterator[Candidate]:
    """Yield every candidate.

    Args:
        project: whose candidates.
        trials: the project's as it is now, to which they are matched by scenario and case.
    """
    cassettes = project.display_path(project.local_cassettes)
    by_case: dict[tuple[str, str], list[Trial]] = {}
    by_place: dict[str, Trial] = {}
    for trial in trials:
        by_case.setdefault((trial.key.scenario, trial.key.case), []).append(trial)
        candidate = candidate_trial(trial, {}, cassettes)
        by_place[candidate.key.cassette] = candidate
    for path in candidate_paths(project):
        yield _read(path, project, by_case, by_place)


def remove_candidates(project: Project, trials: Sequence[Trial]) -> None:
    """Take away the candidates of trials, and those of other repeats of theirs."""
    mine = {(trial.key.scenario, trial.key.case, trial.bot.id) for trial in trials}
    for path in candidate_paths(project):
        with suppress(CassetteError):
            origin = store.read_cassette(path).origin
            asked = origin.candidate if origin else None
            if origin and asked and (origin.scenario, asked.case, asked.bot_id) in mine:
                path.unlink(missing_ok=True)


def _read(
    path: Path,
    project: Project,
    by_case: Mapping[tuple[str, str], Sequence[Trial]],
    by_place: Mapping[str, Trial],
) -> Candidate:
    shown = project.relative_path(path)
    try:
        origin = store.read_cassette(shown).origin
    except HarnessError as fault:
        # Whose it was is told by where it stands.
        return Candidate(path=path, trial=by_place.get(project.display_path(path)), error=fault)
    if origin is None or origin.candidate is None:
        stray = CassetteUnreadableError(
            "This recording does not say that it is a candidate, or of what.",
            where=Location(str(shown)),
            next_step="delete it: candidates are made by coze-harness compare",
        )
        return Candidate(path=path, error=stray)
    likely = by_case.get((origin.scenario, origin.candidate.case), ())
    if not likely:
        return Candidate(path=path, error=_orphan(shown, origin))
    trial = _as_asked(_nearest(likely, origin.candidate), origin, project.display_path(path))
    return Candidate(path=path, trial=trial)


def _nearest(likely: Sequence[Trial], asked: CandidateInfo) -> Trial:
    """Return the trial of the same bot and repeat, as far as there is one."""
    return min(likely, key=lambda t: (t.bot.id != asked.bot_id, t.key.trial != asked.trial))


def _as_asked(trial: Trial, origin: RecordingInfo, cassette: str) -> Trial:
    asked = origin.candidate
    if asked is None:
        return trial
    key = replace(trial.key, id=origin.trial, bot=asked.bot, trial=asked.trial, cassette=cassette)
    options = replace(
        trial.options,
        publish_status=origin.overridden_options.get(
            "publish_status", trial.options.publish_status
        ),
        bot_version=origin.overridden_options.get("bot_version", trial.options.bot_version),
    )
    bot = trial.bot if trial.bot.id == asked.bot_id else Bot(name=asked.bot, id=asked.bot_id)
    return replace(trial, key=key, bot=bot, options=options)


def _orphan(path: Path, origin: RecordingInfo) -> CassetteStaleError:
    case = f", case {origin.candidate.case}" if origin.candidate and origin.candidate.case else ""
    return CassetteStaleError(
        f'No scenario has this candidate any more: it is of "{origin.scenario}"{case}.',
        where=Location(str(path)),
        next_step="delete it, or bring its scenario back.",
    )
