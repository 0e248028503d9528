"""Checks recordings without replaying them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from coze_harness.cassettes import (
    CANDIDATE_FOLDER,
    JUDGE_SUFFIX,
    RecordingInfo,
    Redactor,
)
from coze_harness.cassettes import (
    cassette_files as store,
)
from coze_harness.execution.judge_cassette import check_path, judge_path
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.recording_facts import judge_state, recording_state
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import message
from coze_harness.model.errors import (
    CassetteEditedError,
    CassetteError,
    HarnessError,
    SecretLeakError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.atomic_write import TEMPORARY_SUFFIX
from coze_harness.storage.remote_folder import RemoteFolder, is_url

_KINDS: Final = (".yaml", ".yml")


class CheckMessage(NamedTuple):
    """One message of a check; a notice does not change the exit code."""

    error: HarnessError
    is_notice: bool = False


def check_cassettes(
    trials: Sequence[Trial], runner: ReplayRunner, *, folder: Path | RemoteFolder | None
) -> Iterator[CheckMessage]:
    """Yield what is wrong with the cassettes of trials.

    Args:
        trials: the trials whose cassettes are checked.
        runner: would replay them.
        folder: the folder of all cassettes, to find files of no trial; `None` if the trials are
            only a part of the project.

    Raises:
        CassetteError: the folder is remote and cannot be listed.
    """
    redactor = runner.redactor
    for batch in in_batches(trials):
        prefetching = runner.prefetch(batch)
        for trial in batch:
            _state, error = recording_state(trial, prefetching)
            if error is not None:
                yield CheckMessage(error)
            path = prefetching.path(trial)
            yield from _check_text(path, redactor, prefetching.prefetched)
            if trial.judge is not None:
                _state, error = judge_state(trial, prefetching)
                if error is not None:
                    yield CheckMessage(error)
                yield from _check_text(judge_path(path), redactor, prefetching.prefetched)
    if folder is not None:
        paths = [(runner.path(trial), trial.judge) for trial in trials]
        known = {_listing_path(path) for path, _judge in paths}
        for path, judge in paths:
            if judge is not None:
                known |= {_listing_path(judge_path(path)), _listing_path(check_path(path))}
        yield from _unknown_files(folder, known, redactor)


def _listing_path(path: str) -> str:
    """Return a path as a listing of its folder has it."""
    return path if is_url(path) else str(Path(path))


def _check_text(
    path: str, redactor: Redactor, prefetched: store.PrefetchedCassettes
) -> Iterator[CheckMessage]:
    try:
        data = store.read_bytes(path, prefetched)
    except CassetteError:
        return
    try:
        recording = store.read_cassette(path, prefetched)
    except CassetteError:
        recording = None
    if secret := store.find_secret(data, recording, redactor):
        leak = SecretLeakError(
            message("check.secret", secret=secret),
            where=Location(path),
            next_step=message("check.secret.next"),
        )
        yield CheckMessage(leak)
    if recording is None:
        return
    if recording.edited:
        yield CheckMessage(CassetteEditedError(Location(path)), is_notice=True)
    elif not recording.canonical:
        notice = CassetteError(
            message("check.not_canonical"),
            where=Location(path),
            next_step=message("check.not_canonical.next"),
        )
        yield CheckMessage(notice, is_notice=True)


def _unknown_files(
    folder: Path | RemoteFolder, known: set[str], redactor: Redactor
) -> Iterator[CheckMessage]:
    unknown = [path for path in _list_files(folder) if path not in known]
    if isinstance(folder, RemoteFolder):
        # On a disk, the next command that writes deletes them; a store has no lock to do that with.
        for path in unknown:
            if path.endswith(TEMPORARY_SUFFIX):
                error = CassetteError(
                    message("check.left_behind"),
                    where=Location(path),
                    next_step=message("check.left_behind.next"),
                )
                yield CheckMessage(error, is_notice=True)
    for batch in in_batches([path for path in unknown if path.endswith(_KINDS)]):
        prefetched = (
            store.fetch_cassettes(batch)
            if isinstance(folder, RemoteFolder)
            else store.NONE_PREFETCHED
        )
        for path in batch:
            yield from _check_text(path, redactor, prefetched)
            if _is_of_python_test(path, prefetched):
                continue
            is_judges = path.endswith(JUDGE_SUFFIX)
            error = CassetteError(
                message("check.no_judge" if is_judges else "check.no_scenario"),
                where=Location(path),
                next_step=message("check.no_scenario.next"),
            )
            yield CheckMessage(error)


def _list_files(folder: Path | RemoteFolder) -> list[str]:
    """Return all files in a folder of cassettes except candidates."""
    if isinstance(folder, RemoteFolder):
        try:
            return [str(folder / name) for name in remote.list_files(folder)]
        except OSError as error:
            raise store.read_error(str(folder), error) from error
    hidden = folder / CANDIDATE_FOLDER
    return [
        str(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and hidden not in path.parents
    ]


def _is_of_python_test(path: str, prefetched: store.PrefetchedCassettes) -> bool:
    """Return whether a recording is that of a test written in Python: it has no scenario."""
    try:
        origin = store.read_cassette(path, prefetched).origin
    except CassetteError:
        return False
    return origin is not None and not origin.scenario


def reformat_cassettes(
    trials: Sequence[Trial], runner: ReplayRunner, *, folder: Path | RemoteFolder | None
) -> Iterator[str]:
    """Rewrite recordings that are not in canonical form; yield their paths.

    Unreadable ones are skipped: `check_cassettes` reports them.

    Args:
        trials: the trials whose recordings are rewritten.
        runner: would replay them.
        folder: the folder of all cassettes, to rewrite those of tests written in Python too;
            `None` if the trials are only a part of the project.

    Raises:
        CassetteError: one holds a secret, or cannot be written; it is unchanged.
    """
    # Of a recording that does not say what it is of.
    infos = {
        _listing_path(runner.path(trial)): RecordingInfo(
            scenario=trial.key.scenario,
            trial=trial.key.id,
            fingerprint="",
            recorded_at="",
            harness="",
        )
        for trial in trials
    }
    paths = list(infos)
    if folder is not None:
        others = [path for path in _list_files(folder) if path.endswith(_KINDS)]
        paths += [path for path in others if path not in infos]
    for path in paths:
        try:
            recording = store.read_cassette(path)
        except CassetteError:
            continue
        info = recording.origin or infos.get(path)
        if recording.canonical or info is None or (path not in infos and info.scenario):
            continue
        store.write_cassette(path, recording, info, runner.redactor)
        yield path
