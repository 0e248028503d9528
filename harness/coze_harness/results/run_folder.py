"""A run's folder, `reports/<run id>/`: trials.jsonl, which grows line by line, and run.json."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Final

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import is_disk_full
from coze_harness.model import Mode, Run, Summary, TrialResult, TrialStatus, replace
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.run_codec import decode_run, encode_run, read_head_of
from coze_harness.results.run_totals import RunTotals
from coze_harness.results.trial_decoding import decode_line
from coze_harness.results.trial_encoding import encode_trial
from coze_harness.storage.atomic_write import (
    TEMPORARY_SUFFIX,
    remove_temporaries,
    write_atomically,
)
from coze_harness.storage.remote_folder import RemoteFolder
from coze_harness.storage.storage_errors import RemoteError, failure_reason

RUN: Final = "run.json"
TRIALS: Final = "trials.jsonl"
LATEST: Final = "latest"

# A run's id is the name of a folder and a link: no separator, no drive, no hidden file, and none of
# the names that Windows reserves for devices.
_RUN_ID: Final = re.compile(r"[^\W_][\w.+-]{0,127}(?<!\.)")
_DEVICES: Final = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class RunFolder:
    """Writes the trials of a run as they finish. Made by `create` or `resume`; a context manager.

    Each trial is one write of a whole line, so that a killed run loses at most the line that was
    being written. `run.json` exists from the start, without `finished_at`: readers of such a folder
    count the lines instead.

    Attributes:
        path: the folder.
        done: the status of each trial that a resumed run has, by id.
    """

    def __init__(self, path: Path, file: FileIO, done: Mapping[str, TrialStatus]) -> None:
        self.path = path
        self.done = done
        self._file = file

    @classmethod
    def create(cls, reports: Path, opening: Run) -> RunFolder:
        """Make the folder of a new run.

        Args:
            reports: the folder of all runs; made with a .gitignore if it is missing.
            opening: the run as far as it is known: id, mode, start, environment; `pass_rates` with
                the required rates, by which a killed run is judged too.

        Raises:
            ResultsError: the id is no folder name or exists, or the folder cannot be written.
        """
        path = reports / check_run_id(opening.run_id)
        with wrap_os_errors("results.failed.folder", path):
            _make_reports_folder(reports)
            try:
                path.mkdir()
            except FileExistsError:
                raise ResultsError(
                    message("results.exists", run=opening.run_id),
                    where=Location(str(path)),
                    next_step=message("results.exists.next"),
                ) from None
            (path / RUN).write_bytes(b"".join(encode_run(replace(opening, finished_at=""))))
            return cls(path, FileIO(path / TRIALS, "ab"), {})

    @classmethod
    def resume(cls, path: Path) -> RunFolder:
        """Open the folder of a killed or interrupted run, without its torn last line.

        Raises:
            ResultsError: it is not a run's folder, or unreadable.
        """
        read_head(path, rows=False)
        done: dict[str, TrialStatus] = {}
        size = 0
        for result, end in scan_trials(path / TRIALS):
            done[result.key.id] = result.status
            size = end
        with wrap_os_errors("results.failed.open", path / TRIALS):
            remove_temporaries(path)
            file = FileIO(path / TRIALS, "ab")
            os.ftruncate(file.fileno(), size)
        return cls(path, file, done)

    def add(self, result: TrialResult) -> None:
        """Append a finished trial."""
        self.append(encode_trial(result))

    def append(self, *lines: bytes) -> None:
        """Append encoded trials: all of them, or none.

        Raises:
            ResultsError: the disk is full or gone; the lines before are intact.
        """
        begin = self._file.seek(0, os.SEEK_END)
        with wrap_os_errors("results.failed.write_trial", self.path / TRIALS):
            try:
                rest = memoryview(b"".join(lines))
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError:
                os.ftruncate(self._file.fileno(), begin)
                raise

    def finish(self, run: Run) -> None:
        """Write run.json, whole or not at all, and close the folder.

        Raises:
            ResultsError: it cannot be written; all lines are intact.
        """
        self.close()
        write_run(self.path, run)

    def close(self) -> None:
        """Close the file. Without `finish`, the folder remains that of an interrupted run."""
        self._file.close()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_run(folder: Path, run: Run) -> None:
    """Write a folder's run.json, whole or not at all.

    Raises:
        ResultsError: it cannot be written; the old file is intact.
    """
    with wrap_os_errors("results.failed.write_run", folder / RUN):
        write_atomically(folder / RUN, encode_run(run))


def read_run(folder: Path) -> Run:
    """Return a run. A killed one is counted from its lines and marked as `interrupted`.

    Raises:
        ResultsError: it is not a run's folder, damaged, or from a newer version.
    """
    run = read_head(folder, rows=True)
    if run.finished_at:
        return run
    totals = RunTotals({rate.scenario: rate.required for rate in run.pass_rates})
    requests = 0
    for result in read_results(folder):
        totals.add(result)
        requests += result.request_count
    return replace(
        run,
        summary=totals.summary(),
        rows=totals.rows(),
        pass_rates=totals.pass_rates(),
        request_count=max(run.request_count, requests if run.mode is not Mode.REPLAY else 0),
        cost=totals.cost(),
        bot_versions=totals.bot_versions,
        edited_recordings=totals.edited_recordings(),
        interrupted=True,
    )


def read_head(folder: Path, *, rows: bool) -> Run:
    """Return the run of run.json, or the little that is known if a killed run has none.

    Without `rows`, only the beginning of the file is read, and of long lists the first item.

    Raises:
        ResultsError: it is not a run's folder, damaged, or from a newer version.
    """
    path = folder / RUN
    with wrap_os_errors("results.failed.download", path):
        if path.is_file():
            with path.open("rb") as file:
                text = file.read() if rows else read_head_of(file)
            return decode_run(text, Location(str(path)))
        if not (folder / TRIALS).is_file():
            raise ResultsError(
                message("results.not_folder"),
                where=Location(str(folder)),
                next_step=message("results.not_folder.next"),
            )
    return Run(
        run_id=folder.resolve().name,
        mode=Mode.REPLAY,
        started_at="",
        finished_at="",
        harness_version="",
        summary=Summary(),
        rows=(),
        environment={RUN: str(message("results.counted"))},
        interrupted=True,
    )


def read_results(folder: Path) -> Iterator[TrialResult]:
    """Yield a run's trials in the order in which they finished, one at a time.

    A torn last line (of a killed run) is left out.

    Raises:
        ResultsError: a line before the last cannot be read.
    """
    for result, _ in scan_trials(folder / TRIALS):
        yield result


def scan_trials(path: Path) -> Iterator[tuple[TrialResult, int]]:
    """Yield each trial of a trials.jsonl, and the offset of the end of its line in bytes.

    Raises:
        ResultsError: a line before the last cannot be read.
    """
    with wrap_os_errors("results.failed.read_trials", path):
        if not path.exists():
            return
        with path.open("rb") as file:
            end = 0
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    result = decode_line(line)
                except ValueError as error:
                    if not file.read(1):
                        return
                    raise ResultsError(
                        message("results.trial", reason=str(error)),
                        where=Location(str(path), number),
                        next_step=message("results.trial.next"),
                    ) from error
                end += len(line)
                yield result, end


def update_latest(folder: Path) -> None:
    """Point `latest`, next to a run's folder, to that run.

    A relative symbolic link, replaced by one rename; a copy where links are impossible. A copy does
    not follow later changes, so call this after the reports are written.

    Raises:
        ResultsError: `latest` is not the copy of a run, or cannot be written.
    """
    latest = folder.with_name(LATEST)
    # In the run's own folder, so that a killed run leaves nothing next to other runs.
    temporary = folder / f".{LATEST}{TEMPORARY_SUFFIX}"
    if not latest.is_symlink() and latest.exists() and not (latest / RUN).is_file():
        raise ResultsError(
            message("results.latest"),
            where=Location(str(latest)),
            next_step=message("results.latest.next"),
        )
    with wrap_os_errors("results.failed.latest", latest):
        _remove(temporary)
        try:
            temporary.symlink_to(folder.name, target_is_directory=True)
        except (OSError, NotImplementedError):
            ignore_temporaries = shutil.ignore_patterns(f".*{TEMPORARY_SUFFIX}")
            shutil.copytree(folder, temporary, ignore=ignore_temporaries)
        if latest.is_dir() and not latest.is_symlink():
            _remove(latest)  # a rename cannot replace a folder
        temporary.replace(latest)


def check_run_id(run_id: str) -> str:
    """Return a run's id if it can be the name of a folder in the reports folder.

    Raises:
        ResultsError: it leads out of the folder, is hidden, reserved, empty or too long.
    """
    if (
        _RUN_ID.fullmatch(run_id)
        and run_id.lower() != LATEST
        and not _DEVICES.fullmatch(run_id)
        and run_id.isprintable()
    ):
        return run_id
    raise ResultsError(
        message("results.id", run=run_id[:80]),
        next_step=message("results.id.next"),
    )


@contextmanager
def wrap_os_errors(what: str, place: Path | RemoteFolder) -> Iterator[None]:
    """Raise errors of the file system, and what a store rejects, with their location.

    Args:
        what: the id of the message, which has the reason as `reason`.
        place: the file or folder that it is done with.

    Raises:
        ResultsError: in place of any OSError.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, RemoteError):
            next_step = error.next_step
        elif isinstance(place, RemoteFolder):
            next_step = message("results.failed.retry")
        elif is_disk_full(error):
            next_step = message("results.failed.disk_full")
        else:
            next_step = message("results.failed.next")
        raise ResultsError(
            message(what, reason=failure_reason(error)),
            where=Location(str(place)),
            next_step=next_step,
        ) from error


def _make_reports_folder(reports: Path) -> None:
    reports.mkdir(parents=True, exist_ok=True)
    # An empty folder may be that of a run which was killed before it wrote the file.
    if next(reports.iterdir(), None) is None:
        # Everything in this folder can be made again from cassettes.
        (reports / ".gitignore").write_text("*\n", encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
