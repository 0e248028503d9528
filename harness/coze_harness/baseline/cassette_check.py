"""Everything that can be wrong with recordings, found without playing one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from coze_harness.cassettes import (
    CANDIDATE_FOLDER,
    RecordingInfo,
    Redactor,
)
from coze_harness.cassettes import (
    canonical_format as canonical,
)
from coze_harness.cassettes import (
    cassette_files as store,
)
from coze_harness.execution import BATCH_SIZE
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import CassetteState
from coze_harness.model.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
    SecretLeakError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.atomic_write import TEMPORARY_SUFFIX
from coze_harness.storage.remote_folder import RemoteFolder, is_url

Item = TypeVar("Item")

_KINDS: Final = (TEMPORARY_SUFFIX, ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class CheckMessage:
    """One thing to tell; a remark is no fault and does not change the exit code."""

    error: HarnessError
    is_remark: bool = False


def recording_state(
    trial: Trial, replayer: ReplayRunner
) -> tuple[CassetteState, HarnessError | None]:
    """Return what a look at a trial's cassette says, and the error behind it."""
    try:
        replayer.load(trial, replayer.path(trial))
    except CassetteMissingError as fault:
        return CassetteState.MISSING, fault
    except CassetteStaleError as fault:
        return CassetteState.STALE, fault
    except HarnessError as fault:
        return CassetteState.UNREADABLE, fault
    return CassetteState.RECORDED, None


def inspect_recordings(
    trials: Sequence[Trial], replayer: ReplayRunner
) -> Iterator[tuple[Trial, CassetteState, HarnessError | None]]:
    """Yield each trial with what a look at its cassette says; those elsewhere come in batches."""
    for batch in batches(trials):
        looking = replayer.prefetch(batch)
        for trial in batch:
            yield (trial, *recording_state(trial, looking))


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield items, so many at a time as are fetched at once."""
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))


def check_cassettes(
    trials: Sequence[Trial], replayer: ReplayRunner, *, folder: Path | RemoteFolder | None
) -> Iterator[CheckMessage]:
    """Yield what is wrong with the cassettes of trials.

    Args:
        trials: whose cassettes are looked at.
        replayer: what would play them.
        folder: of all cassettes, to tell files that belong to none of the trials; `None` where
            the trials are only a part of the project.

    Raises:
        CassetteError: the folder is elsewhere and cannot be listed.
    """
    redactor = replayer.redactor
    for batch in batches(trials):
        looking = replayer.prefetch(batch)
        for trial in batch:
            _state, fault = recording_state(trial, looking)
            if fault is not None:
                yield CheckMessage(fault)
            yield from _text(looking.path(trial), redactor, looking.at_hand)
    if folder is not None:
        known = {_plain(replayer.path(trial)) for trial in trials}
        yield from _strays(folder, known, redactor)


def _plain(path: str) -> str:
    """Return a path as a listing of its folder has it."""
    return path if is_url(path) else str(Path(path))


def _text(
    path: str, redactor: Redactor, at_hand: store.PrefetchedCassettes
) -> Iterator[CheckMessage]:
    try:
        data = store.read_bytes(path, at_hand)
    except CassetteError:
        return
    if found := redactor.find_secret(data.decode("utf-8", "replace")):
        fault = SecretLeakError(
            f"The recording holds {found}.",
            where=Location(path),
            next_step="revoke that secret, then record again (or replace it by hand).",
        )
        yield CheckMessage(fault)
    if data.strip() and canonical.read_canonical(data) is None and _is_readable(path, at_hand):
        remark = CassetteError(
            "The recording is not in our own shape: edited by hand, or by another recorder.",
            where=Location(path),
            next_step="it is read all the same; to mend it: coze-harness check --rewrite",
        )
        yield CheckMessage(remark, is_remark=True)


def _strays(
    folder: Path | RemoteFolder, known: set[str], redactor: Redactor
) -> Iterator[CheckMessage]:
    unknown = [path for path in _files(folder) if path not in known]
    for batch in batches([path for path in unknown if path.endswith(_KINDS)]):
        at_hand = (
            store.fetch_cassettes(batch)
            if isinstance(folder, RemoteFolder)
            else store.NONE_PREFETCHED
        )
        for path in batch:
            if path.endswith(TEMPORARY_SUFFIX):
                what = "This is left over from a recording that was killed."
                step = "delete it."
            elif _is_a_tests(path, at_hand):
                continue
            else:
                what = "No scenario's trial has this recording."
                step = "delete it, or bring its scenario back."
                yield from _text(path, redactor, at_hand)
            yield CheckMessage(CassetteError(what, where=Location(path), next_step=step))


def _files(folder: Path | RemoteFolder) -> list[str]:
    """Return all files in a folder of cassettes but the candidates."""
    if isinstance(folder, RemoteFolder):
        try:
            return [str(folder / name) for name in remote.list_files(folder)]
        except OSError as fault:
            raise store.fetch_error(str(folder), fault) from fault
    hidden = folder / CANDIDATE_FOLDER
    return [
        str(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and hidden not in path.parents
    ]


def _is_a_tests(path: str, at_hand: store.PrefetchedCassettes) -> bool:
    """Tell whether a recording is that of a test written in Python, which no scenario has."""
    try:
        origin = store.read_cassette(path, at_hand).origin
    except CassetteError:
        return False
    return origin is not None and not origin.scenario


def _is_readable(path: str, at_hand: store.PrefetchedCassettes) -> bool:
    try:
        store.read_cassette(path, at_hand)
    except CassetteError:
        return False
    return True


def reformat_cassettes(trials: Sequence[Trial], replayer: ReplayRunner) -> Iterator[str]:
    """Write recordings that were edited by hand, or made by vcrpy, in our own shape; yield them.

    What cannot be read is passed over: `check_cassettes` tells of it.

    Raises:
        CassetteError: one holds a secret, or cannot be written; it is as it was.
    """
    for trial in trials:
        path = replayer.path(trial)
        try:
            recording = store.read_cassette(path)
        except CassetteError:
            continue
        if recording.canonical:
            continue
        store.write_cassette(
            path, recording, recording.origin or _unknown(trial), replayer.redactor
        )
        yield path


def _unknown(trial: Trial) -> RecordingInfo:
    """Return the origin of a recording that another recorder made and said nothing about."""
    return RecordingInfo(
        scenario=trial.key.scenario, trial=trial.key.id, fingerprint="", recorded_at="", harness=""
    )
