"""A project as commands see it: its settings, its trials, and what plays or records them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import overload

from coze_harness.config import Settings, SettingsOverrides, load_settings
from coze_harness.execution import BATCH_SIZE, can_fork, map_in_processes
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import CassetteState, Mode, TrialStatus
from coze_harness.model.errors import NothingSelectedError, ResultsError, UsageError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Trial
from coze_harness.reporting.encoded_result import ResultStream
from coze_harness.results import read_run
from coze_harness.results.remote_runs import LocatedRun, check_cassettes_reachable, locate_run
from coze_harness.scenarios import ProjectPaths as ScenarioProject
from coze_harness.scenarios import Scenario, check_bots, expand_trials, find_files, scenario_schema
from coze_harness.scenarios.parallel_loader import load_in_parallel
from coze_harness.scenarios.trial_filter import TrialFilter
from coze_harness.storage.remote_folder import RemoteFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSelection:
    """Which trials a user wants, in the words of the command line."""

    paths: tuple[str, ...] = ()
    keyword: str = ""
    tags: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    last_failed: bool = False
    repeat: int | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Project:
    """One project, opened."""

    settings: Settings
    world: ProcessContext

    def select_trials(self, choice: TrialSelection, workers: int | None = None) -> list[Trial]:
        """Return the chosen trials; every scenario file in question is checked on the way.

        Args:
            choice: which they are.
            workers: how many processes share the work; as many as there are processors by default.

        Raises:
            ScenarioFaults: scenario files must be edited.
            UsageError: a word of the choice means nothing.
            NothingToRunError: no trial is left.
        """
        settings = self.settings
        if not choice.paths and settings.file is None and not settings.scenarios.exists():
            raise _nothing(choice, 0, settings)
        project = ScenarioProject(settings.root, settings.scenarios, settings.user_id)
        found = find_files(choice.paths, project, self.world.folder)
        bots = choice.bots or None
        known = check_bots(settings.bots, settings.default_bot)
        check = known if bots is None else _anything
        processes = (workers or self.world.processors) if can_fork() else 1
        shared = partial(map_in_processes, workers=processes, size=1, least=2)
        loaded = load_in_parallel(found.files, project, check, shared)
        scenarios = found.select(loaded)
        made = expand_trials(
            scenarios,
            settings.bots,
            settings.default_bot,
            bots,
            choice.repeat,
            self.display_path(settings.cassettes),
        )
        wanted = TrialFilter(choice.keyword, choice.tags)
        left = [trial for trial in made if wanted.matches(trial.key)]
        if choice.last_failed:
            failed = self._last_failed()
            left = [trial for trial in left if trial.key.id in failed]
        if not left:
            raise _nothing(choice, len(made), settings)
        return left

    def _last_failed(self) -> frozenset[str]:
        try:
            run = read_run(self.locate_run("latest", rows_only=True).folder)
        except ResultsError as fault:
            raise UsageError(
                "--last-failed needs a run before this one, and none can be read.",
                detail=fault.lines(),
                next_step="run without it once.",
            ) from fault
        bad = (TrialStatus.FAILED, TrialStatus.ERROR)
        return frozenset(row.key.id for row in run.rows if row.status in bad)

    @property
    def root(self) -> Path:
        """The project's folder, as a user standing in the world's folder would name it."""
        return self.relative_path(self.settings.root)

    @overload
    def relative_path(self, path: Path) -> Path: ...
    @overload
    def relative_path(self, path: RemoteFolder) -> RemoteFolder: ...
    def relative_path(self, path: Path | RemoteFolder) -> Path | RemoteFolder:
        """Return a path as that user would type it: from the folder, where that is shorter."""
        if isinstance(path, RemoteFolder):
            return path
        return min(Path(os.path.relpath(path, self.world.folder)), path, key=lambda p: len(str(p)))

    @property
    def replayer(self) -> ReplayRunner:
        """What plays this project's cassettes."""
        here = "" if self.root == Path() else str(self.root)
        return ReplayRunner(here, self.settings.redact)

    def without_recording(self, chosen: Sequence[Trial]) -> list[Trial]:
        """Return those of the trials that have no recording.

        Raises:
            NothingToRunError: all of them have one.
        """
        from coze_harness.baseline.cassette_check import inspect_recordings

        check_cassettes_reachable(self.settings.cassettes)
        looked_at = inspect_recordings(chosen, self.replayer)
        left = [trial for trial, state, _fault in looked_at if state is CassetteState.MISSING]
        if not left:
            raise NothingSelectedError(
                "Every chosen trial has a recording.",
                next_step="coze-harness check tells whether they are up to date.",
            )
        return left

    def source(
        self,
        mode: Mode,
        *,
        workers: int | None,
        one_by_one: bool,
        warn: Callable[[str], None],
        cluster: str | None = None,
    ) -> ResultStream:
        """Return what executes trials in a mode; `one_by_one` where the first failure ends it.

        Raises:
            SettingsError: a live mode, and no token.
            UsageError: a live mode on a cluster.
            CassetteError: recordings are elsewhere, and nobody answers there.
        """
        if mode is not Mode.LIVE:
            check_cassettes_reachable(self.settings.cassettes)
        if mode is Mode.REPLAY:
            if cluster:
                return self.replayer.on_cluster(cluster, str(self.settings.root))
            if one_by_one:
                return self.replayer.source(workers=1, size=1)
            cassettes = self.settings.cassettes
            if isinstance(cassettes, RemoteFolder) and cassettes.is_private:
                workers = 1
            return self.replayer.source(workers or self.world.processors, BATCH_SIZE)
        if cluster:
            raise UsageError(
                "A cluster replays; conversations with Coze are held from one machine.",
                next_step="leave --cluster out: waiting takes no thread, and the rate is shared.",
            )
        from coze_harness.execution.live_runner import open_live_results

        return open_live_results(
            self.settings,
            self.world,
            workers=workers,
            keeps=mode is Mode.RECORD,
            replayer=self.replayer,
            warn=warn,
        )

    def estimate_requests(self, trials: Sequence[Trial]) -> int:
        """Return about how many requests to Coze holding these trials will take."""
        from coze_harness.execution.call_estimate import estimate_requests

        return estimate_requests(trials, self.replayer, self.world)

    @property
    def local_cassettes(self) -> Path:
        """The folder of recordings, for what moves them about.

        Raises:
            UsageError: they are elsewhere.
        """
        if isinstance(self.settings.cassettes, RemoteFolder):
            raise UsageError(
                f"The recordings are in {self.settings.cassettes}, and candidates stand beside"
                " recordings on disk.",
                next_step="copy them into a folder, and give that: --cassettes DIR",
            )
        return self.settings.cassettes

    def refuse_recording_in_ci(self, *, force: bool) -> None:
        """Make sure that a CI job does not record by mistake.

        Raises:
            UsageError: `CI` is set in the environment.
        """
        if self.world.environment.get("CI", "").lower() in ("", "0", "false") or force:
            return
        raise UsageError(
            "CI is set, and a CI job replays what was recorded before.",
            next_step="coze-harness run; or record all the same: --force",
        )

    def run_folder(self, name: str) -> Path:
        """Return the folder of a run by its id, its path, its URL, or `latest`.

        Of one that is elsewhere it is a copy, which lasts as long as this project is open.

        Raises:
            ArchiveError: there is none.
        """
        return self.locate_run(name).folder

    def locate_run(self, name: str, *, rows_only: bool = False) -> LocatedRun:
        """Return a run's folder as above, and where it was fetched from.

        Args:
            name: as above.
            rows_only: whether its run.json will do.

        Raises:
            ArchiveError: there is none.
        """
        return locate_run(self.settings.reports, name, self.temporary, rows_only=rows_only)

    def run_to_resume(self, name: str) -> Path:
        """Return the folder of a run to go on with: one that has not reached its store, first.

        Raises:
            ArchiveError: there is none.
        """
        reports = self.settings.reports
        if not isinstance(reports, RemoteFolder):
            return self.run_folder(name)
        from coze_harness.results.run_upload import RunUpload

        return RunUpload(reports, self.world).folder_to_resume(name)

    def temporary(self) -> Path:
        """Return a new folder that is there as long as this project is open."""
        import tempfile
        import weakref

        made = Path(tempfile.mkdtemp(prefix="coze-harness-", dir=self.world.temporary))
        weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return made

    def display_path(self, path: Path | RemoteFolder) -> str:
        """Return a path as outputs have it: from the project's root where it is below it."""
        if isinstance(path, RemoteFolder):
            return str(path)
        relative = Path(os.path.relpath(path, self.settings.root))
        return (path if relative.parts[:1] == ("..",) else relative).as_posix()


def open_project(
    world: ProcessContext,
    *,
    cassettes: str | None = None,
    reports: str | None = None,
    base_url: str | None = None,
    lang: str | None = None,
    layout: str | None = None,
) -> Project:
    """Open the project that the world's folder belongs to.

    Raises:
        SettingsError: harness.yaml, the environment or an option is wrong.
    """
    overrides = SettingsOverrides(
        base_url=base_url,
        cassettes=cassettes,
        reports=reports,
        lang=lang,
        layout=layout,
    )
    return Project(load_settings(world.folder, world.environment, overrides), world)


def _anything(_scenario: Scenario) -> None:
    """Take every scenario: other bots stand in for its own."""


def schema_text() -> str:
    """Return the JSON Schema of scenario files, as text."""
    return json.dumps(scenario_schema(), ensure_ascii=False, indent=2) + "\n"


def _nothing(choice: TrialSelection, loaded: int, settings: Settings) -> NothingSelectedError:
    if not loaded:
        return NothingSelectedError(
            f"There is no scenario in {settings.scenarios}.",
            next_step="write one there, or start with: coze-harness init",
        )
    if choice.last_failed:
        return NothingSelectedError(
            "Nothing failed in the latest run, or what failed is not chosen.",
            next_step="run without --last-failed.",
        )
    return NothingSelectedError(
        f"None of the {loaded} trials is chosen by -k and --tag.",
        next_step="coze-harness list shows their names and tags.",
    )
