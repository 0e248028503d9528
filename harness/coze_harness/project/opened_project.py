"""A project as use cases see it: settings, selected trials, recordings and runs."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coze_harness.config import Settings, load_settings
from coze_harness.config.env_file import with_env_file
from coze_harness.messages import Catalogue, Language, LocalizedText, message
from coze_harness.messages.catalogue import choose_language
from coze_harness.model.errors import UsageError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.reporting.page_options import PageOptions
from coze_harness.results.remote_runs import LocatedRun, locate_run
from coze_harness.storage.project_folders import ProjectFolders
from coze_harness.storage.remote_folder import RemoteFolder

# Few commands need all of them: importing scenarios and replay takes 100 ms.
if TYPE_CHECKING:
    from coze_harness.baseline.candidates import CandidateFolder
    from coze_harness.baseline.cassette_access import CassetteAccess
    from coze_harness.cassettes import Redactor
    from coze_harness.cassettes.judge_ratings import JudgeRatings
    from coze_harness.execution.replay_runner import ReplayRunner
    from coze_harness.reporting.run_collection import RunDestination
    from coze_harness.scenarios import ProjectPaths

_REPLAY: Final = message("project.ci.next")
REPLAY_IN_CI: Final = message("project.ci.next_pytest")
"""The next step where pytest must not record."""


@dataclass(frozen=True, slots=True)
class Project:
    """An opened project. A context manager: it owns its temporary folders."""

    settings: Settings
    process: ProcessContext
    resources: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.resources.close()

    @property
    def paths(self) -> ProjectPaths:
        """The folders of the project, and its own code, for loading scenarios."""
        from coze_harness.scenarios import ProjectPaths

        settings = self.settings
        return ProjectPaths(
            settings.root, settings.scenarios, settings.user_id, settings.kind_modules
        )

    @property
    def folders(self) -> ProjectFolders:
        """The project's root and the working folder."""
        return ProjectFolders(self.settings.root, self.process.folder)

    @property
    def root(self) -> Path:
        """The project's folder, as a user in the working folder names it."""
        return self.folders.relative_path(self.settings.root)

    @property
    def replayer(self) -> ReplayRunner:
        """Replays this project's cassettes."""
        from coze_harness.cassettes.judge_ratings import JudgeRatings
        from coze_harness.execution.replay_runner import ReplayRunner

        root = "" if self.root == Path() else str(self.root)
        settings = self.settings
        return ReplayRunner(
            root,
            self.make_redactor(),
            ratings=JudgeRatings() if settings.allow_weak_judge else self.judge_ratings,
        )

    @property
    def judge_ratings(self) -> JudgeRatings:
        """How far the project's judges can be trusted; recordings at a URL have no ratings.

        Raises:
            CassetteUnreadableError: the file of ratings is damaged.
        """
        from coze_harness.cassettes.judge_ratings import JudgeRatings

        cassettes = self.settings.cassettes
        if isinstance(cassettes, RemoteFolder):
            return JudgeRatings()
        return JudgeRatings.read(self.folders.relative_path(cassettes))

    def make_redactor(self) -> Redactor:
        """Return a new redactor of the project's rules, which knows no secret yet."""
        from coze_harness.cassettes import Redactor

        redact = self.settings.redact
        return Redactor((), redact.patterns, redact.presets)

    @property
    def page_options(self) -> PageOptions:
        """How the project's reports are written."""
        report = self.settings.report
        return PageOptions(lang=report.lang, layout=report.layout, language=self.language)

    @property
    def run_destination(self) -> RunDestination:
        """Where the project's runs are written, and how."""
        from coze_harness.reporting.run_collection import RunDestination

        return RunDestination(
            reports=self.settings.reports,
            project=self.folders.root.name,
            base_url=self.settings.base_url,
            page_options=self.page_options,
            process=self.process,
            resources=self.resources,
        )

    @property
    def language(self) -> Language:
        """The language of texts: of an option or harness.yaml, the environment or the locale."""
        return choose_language(self.settings.lang, self.process.environment)

    @property
    def words(self) -> Catalogue:
        """The texts in the project's language."""
        return Catalogue(self.language)

    def check_cassettes_reachable(self) -> None:
        """Check that recordings at a URL can be read, before any trial needs them.

        Raises:
            CassetteError: they are remote and cannot be reached.
        """
        from coze_harness.cassettes.cassette_files import check_cassettes_reachable

        check_cassettes_reachable(self.settings.cassettes)

    @property
    def cassette_access(self) -> CassetteAccess:
        """Who may read and write this project's recordings now."""
        from coze_harness.baseline.cassette_access import CassetteAccess

        cassettes = self.settings.cassettes
        local = cassettes if isinstance(cassettes, Path) else None
        return CassetteAccess(local, self.folders, self.process.clock)

    @property
    def candidates(self) -> CandidateFolder:
        """The folder of the project's candidates.

        Raises:
            UsageError: the recordings are remote.
        """
        from coze_harness.baseline.candidates import CandidateFolder

        return CandidateFolder(self.local_cassettes, self.folders, self.settings.bots)

    @property
    def local_cassettes(self) -> Path:
        """The folder of recordings, for what moves them.

        Raises:
            UsageError: they are remote.
        """
        if isinstance(self.settings.cassettes, RemoteFolder):
            raise UsageError(
                message("project.remote_cassettes", folder=str(self.settings.cassettes)),
                next_step=message("project.remote_cassettes.next"),
            )
        return self.settings.cassettes

    def refuse_recording_in_ci(
        self,
        *,
        force: bool,
        next_step: LocalizedText = _REPLAY,
    ) -> None:
        """Prevent that a CI job records by mistake.

        Args:
            force: whether the user records anyway.
            next_step: how to replay, and how to record anyway, where the user is.

        Raises:
            UsageError: `CI` is set in the environment.
        """
        if self.process.environment.get("CI", "").lower() in ("", "0", "false") or force:
            return
        raise UsageError(
            message("project.ci"),
            next_step=next_step,
        )

    def locate_run(self, name: str, *, rows_only: bool = False) -> LocatedRun:
        """Return a run's folder by its id, its path, its URL, or `latest`.

        A remote run is copied; the copy lasts as long as this project is open.

        Args:
            name: of the run.
            rows_only: whether run.json is enough.

        Raises:
            ResultsError: there is no such run.
        """
        return locate_run(self.settings.reports, name, self.temporary_folder, rows_only=rows_only)

    def run_folder(self, name: str) -> Path:
        """Return a run's folder, see `locate_run`."""
        return self.locate_run(name).folder

    def run_to_resume(self, name: str | None) -> Path | None:
        """Return the folder of a run to resume: one that has not reached its store comes first.

        Args:
            name: the run's id, its folder, or `latest`; `None`: no run is resumed.

        Raises:
            ResultsError: there is no such run.
            UsageError: the name is empty.
        """
        if name is None:
            return None
        if not name.strip():
            raise UsageError(
                message("run.resume_empty"), next_step=message("run.resume_empty.next")
            )
        reports = self.settings.reports
        if isinstance(reports, RemoteFolder):
            from coze_harness.results.run_upload import RunUpload

            return RunUpload(reports, self.process).folder_to_resume(name)
        return self.run_folder(name)

    def temporary_folder(self) -> Path:
        """Return a new folder that lasts as long as this project is open."""
        path = Path(tempfile.mkdtemp(prefix="coze-harness-", dir=self.process.temporary))
        self.resources.callback(shutil.rmtree, path, ignore_errors=True)
        return path


def open_nearest_project(folder: Path, process: ProcessContext) -> Project:
    """Open the project of the nearest harness.yaml, in a folder or above it.

    Without any, the working folder is the project.

    Raises:
        SettingsError: harness.yaml or the environment is invalid.
    """
    settings = load_settings(folder, process.environment)
    if settings.file is None:
        settings = load_settings(process.folder, process.environment)
    return Project(settings, process)


def open_project(process: ProcessContext, overrides: SettingsOverrides | None = None) -> Project:
    """Open the project that the working folder belongs to.

    Raises:
        SettingsError: harness.yaml, `.env`, the environment or an option is wrong.
    """
    process = with_env_file(process)
    return Project(load_settings(process.folder, process.environment, overrides), process)
