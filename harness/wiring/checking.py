"""Everything that can be wrong with recordings, found without playing one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cassette import Origin, Redactor, canonical, store
from harness.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
    SecretLeakError,
)
from harness.location import Location
from harness.model import CassetteState
from harness.ports import Trial
from harness.wholefile import TEMPORARY_SUFFIX
from harness.wiring.candidates import FOLDER
from harness.wiring.replaying import Replayer


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell; a remark is no fault and does not change the exit code."""

    fault: HarnessError
    is_remark: bool = False


def state_of(trial: Trial, replayer: Replayer) -> tuple[CassetteState, HarnessError | None]:
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


def recordings(
    trials: Sequence[Trial], replayer: Replayer, *, folder: Path | None
) -> Iterator[Finding]:
    """Yield what is wrong with the cassettes of trials.

    Args:
        trials: whose cassettes are looked at.
        replayer: what would play them.
        folder: of all cassettes, to tell files that belong to none of the trials; `None` where
            the trials are only a part of the project.
    """
    redactor = replayer.redactor
    for trial in trials:
        _state, fault = state_of(trial, replayer)
        if fault is not None:
            yield Finding(fault)
        path = Path(replayer.path(trial))
        yield from _text(path, redactor)
    if folder is not None:
        known = {Path(replayer.path(trial)) for trial in trials}
        yield from _strays(folder, known, redactor)


def _text(path: Path, redactor: Redactor) -> Iterator[Finding]:
    try:
        data = store.read_bytes(path)
    except CassetteError:
        return
    if found := redactor.leak(data.decode("utf-8", "replace")):
        fault = SecretLeakError(
            f"The recording holds {found}.",
            where=Location(str(path)),
            next_step="revoke that secret, then record again (or replace it by hand).",
        )
        yield Finding(fault)
    if data.strip() and canonical.read(data) is None and _is_readable(path):
        remark = CassetteError(
            "The recording is not in our own shape: edited by hand, or by another recorder.",
            where=Location(str(path)),
            next_step="it is read all the same; to mend it: coze-harness check --rewrite",
        )
        yield Finding(remark, is_remark=True)


def _strays(folder: Path, known: set[Path], redactor: Redactor) -> Iterator[Finding]:
    for path in sorted(folder.rglob("*")):
        if path in known or not path.is_file() or folder / FOLDER in path.parents:
            continue
        if _is_a_tests(path):
            continue
        if path.suffix == TEMPORARY_SUFFIX:
            what = "This is left over from a recording that was killed."
            step = "delete it."
        elif path.suffix in (".yaml", ".yml"):
            what = "No scenario's trial has this recording."
            step = "delete it, or bring its scenario back."
            yield from _text(path, redactor)
        else:
            continue
        yield Finding(CassetteError(what, where=Location(str(path)), next_step=step))


def _is_a_tests(path: Path) -> bool:
    """Tell whether a recording is that of a test written in Python, which no scenario has."""
    try:
        origin = store.read(path).origin
    except CassetteError:
        return False
    return origin is not None and not origin.scenario


def _is_readable(path: Path) -> bool:
    try:
        store.read(path)
    except CassetteError:
        return False
    return True


def rewritten(trials: Sequence[Trial], replayer: Replayer) -> Iterator[Path]:
    """Write recordings that were edited by hand, or made by vcrpy, in our own shape; yield them.

    What cannot be read is passed over: `recordings` tells of it.

    Raises:
        CassetteError: one holds a secret, or cannot be written; it is as it was.
    """
    for trial in trials:
        path = Path(replayer.path(trial))
        try:
            recording = store.read(path)
        except CassetteError:
            continue
        if recording.canonical:
            continue
        store.write(path, recording, recording.origin or _unknown(trial), replayer.redactor)
        yield path


def _unknown(trial: Trial) -> Origin:
    """Return the origin of a recording that another recorder made and said nothing about."""
    return Origin(
        scenario=trial.key.scenario, trial=trial.key.id, fingerprint="", recorded_at="", harness=""
    )
