"""A project as use cases see it: settings, selected trials, runs, and the way to Coze."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coze_harness.auth.credentials import AccessToken, OAuthAppKeys, read_private_key
from coze_harness.cassettes import Redactor
from coze_harness.config import Settings, SettingsOverrides, load_settings
from coze_harness.config.env_file import with_env_file
from coze_harness.execution import can_fork, map_in_processes
from coze_harness.execution.judge_ratings import JudgeRatings
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations import load_project_kinds
from coze_harness.messages import Catalogue, Language, LocalizedText, message
from coze_harness.messages.catalogue import choose_language
from coze_harness.model import Target, TargetKind, TrialStatus
from coze_harness.model.errors import (
    NothingSelectedError,
    ScenarioErrors,
    SettingsError,
    UsageError,
)
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Trial
from coze_harness.reporting.page_options import PageOptions
from coze_harness.results import last_statuses
from coze_harness.results.remote_runs import LocatedRun, locate_run, newest_runs
from coze_harness.scenarios import (
    ProjectPaths,
    Scenario,
    check_bots,
    expand_trials,
    find_files,
)
from coze_harness.scenarios.parallel_loader import load_in_parallel
from coze_harness.scenarios.trial_filter import TrialFilter
from coze_harness.storage.project_folders import ProjectFolders
from coze_harness.storage.remote_folder import RemoteFolder

if TYPE_CHECKING:  # a replay needs no network, and importing requests takes 60 ms
    from coze_harness.transport import ServiceTransports, TokenSource


_REPLAY: Final = message("project.ci.next")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSelection:
    """Which trials a user selects, in terms of the command line."""

    paths: tuple[str, ...] = ()
    keyword: str = ""
    tags: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    last_failed: bool = False
    repeat: int | None = None


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

    def select_trials(self, selection: TrialSelection, workers: int | None = None) -> list[Trial]:
        """Return the selected trials; every scenario file concerned is checked.

        Args:
            selection: which trials.
            workers: how many processes share the work; by default one for each processor.

        Raises:
            ScenarioErrors: scenario files must be edited, or a module with kinds of expectations.
            UsageError: the selection is invalid.
            NothingSelectedError: no trial is left.
        """
        settings = self.settings
        if not selection.paths and settings.file is None and not settings.scenarios.exists():
            raise _nothing_selected(selection, 0, settings)
        paths = self.paths
        if errors := load_project_kinds(paths.code):
            raise ScenarioErrors(errors)
        files = find_files(selection.paths, paths, self.process.folder)
        bots = selection.bots or None
        check = check_bots(settings.bots, settings.default_bot) if bots is None else _any_bot
        processes = (workers or self.process.processors) if can_fork() else 1
        share = partial(map_in_processes, workers=processes, size=1, min_items=2)
        scenarios = load_in_parallel(files.files, paths, check, share)
        trials = expand_trials(
            files.select(scenarios),
            settings.bots,
            settings.default_bot,
            bots,
            selection.repeat,
            self.folders.display_path(settings.cassettes),
            settings.judge_bot,
        )
        wanted = TrialFilter(selection.keyword, selection.tags)
        selected = [trial for trial in files.select_trials(trials) if wanted.matches(trial.key)]
        if selection.last_failed:
            failed = self._last_failed(selected)
            selected = [trial for trial in selected if trial.key.id in failed]
        if not selected:
            raise _nothing_selected(selection, len(trials), settings)
        return selected

    def _last_failed(self, trials: Sequence[Trial]) -> frozenset[str]:
        """Return the ids of the trials that failed in the latest run that has them."""
        folders = newest_runs(self.settings.reports, self.temporary_folder)
        statuses = last_statuses(folders, {trial.key.id for trial in trials})
        if not statuses:
            raise UsageError(message("last_failed.no_run"), next_step=message("last_failed.next"))
        bad = (TrialStatus.FAILED, TrialStatus.ERROR)
        return frozenset(name for name, status in statuses.items() if status in bad)

    @property
    def paths(self) -> ProjectPaths:
        """The folders of the project, and its own code, for loading scenarios."""
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
        root = "" if self.root == Path() else str(self.root)
        settings = self.settings
        return ReplayRunner(
            root,
            settings.redact,
            settings.redact_presets,
            ratings=JudgeRatings() if settings.allow_weak_judge else self.judge_ratings,
        )

    @property
    def judge_ratings(self) -> JudgeRatings:
        """How far the project's judges can be trusted; recordings at a URL have no ratings.

        Raises:
            CassetteUnreadableError: the file of ratings is damaged.
        """
        cassettes = self.settings.cassettes
        if isinstance(cassettes, RemoteFolder):
            return JudgeRatings()
        return JudgeRatings.read(self.folders.relative_path(cassettes))

    def make_redactor(self) -> Redactor:
        """Return a new redactor of the project's rules, for what talks to Coze."""
        return Redactor((), self.settings.redact, self.settings.redact_presets)

    @property
    def page_options(self) -> PageOptions:
        """How the project's reports are written."""
        report = self.settings.report
        return PageOptions(lang=report.lang, layout=report.layout, language=self.language)

    @property
    def language(self) -> Language:
        """The language of texts: of an option or harness.yaml, the environment or the locale."""
        return choose_language(self.settings.lang, self.process.environment)

    @property
    def words(self) -> Catalogue:
        """The texts in the project's language."""
        return Catalogue(self.language)

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

    def open_transports(
        self, redactor: Redactor, targets: Iterable[Target], *, workers: int
    ) -> ServiceTransports:
        """Open the network to the services of targets, each authenticated by its own token.

        Args:
            redactor: gets every token that the environment has, and a private key, before the first
                call: a bot may repeat the token of another service.
            targets: what is talked to.
            workers: the most calls at a time to each service.

        Raises:
            SettingsError: there are no credentials, or they cannot be used.
            CozeError: Coze rejects the OAuth app.
        """
        from coze_harness.transport import HttpTransport, ServiceTransports

        settings, environment = self.settings, self.process.environment
        for secret in (settings.project_token, settings.studio_token, settings.credentials):
            if isinstance(secret, AccessToken):
                redactor.add_secret(secret.get_secret_value())
        services = {target.base_url: target for target in targets}
        tokens = {url: self._token_for(target, redactor) for url, target in services.items()}
        return ServiceTransports(
            {
                url: HttpTransport(
                    url or settings.base_url,
                    token,
                    workers=workers,
                    environment=environment,
                    call_seconds=settings.limits.call,
                    response_bytes=settings.limits.response_bytes,
                    monotonic=self.process.clock.monotonic,
                )
                for url, token in tokens.items()
            }
        )

    def _token_for(self, target: Target, redactor: Redactor) -> str | TokenSource:
        settings = self.settings
        if target.is_project:
            if settings.project_token is None:
                raise SettingsError(
                    message("project.no_token.project", target=target.name),
                    next_step=message("project.no_token.project_next"),
                )
            return settings.project_token.get_secret_value()
        if target.kind is TargetKind.STUDIO and settings.studio_token is not None:
            return settings.studio_token.get_secret_value()
        if settings.credentials is None:
            raise SettingsError(
                message("project.no_token"),
                next_step=message("project.no_token.next"),
            )
        if isinstance(settings.credentials, OAuthAppKeys):
            return self._oauth_tokens(settings.credentials, redactor)
        return settings.credentials.get_secret_value()

    def _oauth_tokens(self, keys: OAuthAppKeys, redactor: Redactor) -> TokenSource:
        from coze_harness.auth.oauth_app import OAuthTokenSource, sdk_token_request
        from coze_harness.transport import ca_bundle, proxies_for

        redactor.add_secret(read_private_key(keys))
        base_url, environment = self.settings.base_url, self.process.environment
        request = sdk_token_request(
            keys,
            base_url,
            proxies=proxies_for(base_url, environment),
            ca_bundle=ca_bundle(environment),
            redact=redactor.redact,
            seconds=self.settings.limits.call,
        )
        return OAuthTokenSource(request, self.process.clock, redactor.add_secret)

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

    def temporary_folder(self) -> Path:
        """Return a new folder that lasts as long as this project is open."""
        path = Path(tempfile.mkdtemp(prefix="coze-harness-", dir=self.process.temporary))
        self.resources.callback(shutil.rmtree, path, ignore_errors=True)
        return path


def open_project(process: ProcessContext, overrides: SettingsOverrides | None = None) -> Project:
    """Open the project that the working folder belongs to.

    Raises:
        SettingsError: harness.yaml, `.env`, the environment or an option is wrong.
    """
    process = with_env_file(process)
    return Project(load_settings(process.folder, process.environment, overrides), process)


def _any_bot(_scenario: Scenario) -> None:
    """Accept every scenario: `--bot` replaces its own bots."""


def _nothing_selected(
    selection: TrialSelection, total: int, settings: Settings
) -> NothingSelectedError:
    if not total:
        return NothingSelectedError(
            message("project.no_scenario", folder=str(settings.scenarios)),
            next_step=message("project.no_scenario.next"),
        )
    if selection.last_failed:
        return NothingSelectedError(
            message("last_failed.none"), next_step=message("last_failed.next")
        )
    return NothingSelectedError(
        message("project.no_match", n=total),
        next_step=message("project.no_match.next"),
    )
