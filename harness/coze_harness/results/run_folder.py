"""A run's folder: `reports/<run id>/` with trials.jsonl, growing, and run.json."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import FileIO
from pathlib import Path
from types import TracebackType

from coze_harness.model import Mode, Run, Summary, TrialResult, TrialStatus
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.document_reading import decode_run, read_head_of
from coze_harness.results.files import checked_run_id, wrap_os_errors
from coze_harness.results.reading import LineError, decode_line
from coze_harness.results.run_codec import encode_run
from coze_harness.results.run_totals import RunTotals
from coze_harness.results.trial_codec import encode_trial
from coze_harness.storage import atomic_write as wholefile

RUN = "run.json"
TRIALS = "trials.jsonl"


class RunFolder:
    """Takes a run's trials as they finish. Made by `create` or `resume`; a context manager.

    Each trial is one write of a whole line, so a killed run loses at most the line that was being
    written. `run.json` stands there from the beginning, without `finished_at`: what reads such a
    folder counts the lines instead.
    """

    def __init__(self, path: Path, file: FileIO, done: Mapping[str, TrialStatus]) -> None:
        self.path = path
        self.done = done
        self._file = file

    @classmethod
    def create(cls, reports: Path, opening: Run) -> RunFolder:
        """Make the folder of a run that begins.

        Args:
            reports: the folder of all runs; made if need be, then with a .gitignore.
            opening: the run as far as it is known: id, mode, time, environment; `pass_rates` with
                the required shares, so that a killed run is counted by them too.

        Raises:
            ArchiveError: the id is no folder's name, is taken, or nothing can be written there.
        """
        path = reports / checked_run_id(opening.run_id)
        with wrap_os_errors("Making the run's folder", path):
            _make_reports(reports)
            try:
                path.mkdir()
            except FileExistsError:
                raise ResultsError(
                    f"There is a run {opening.run_id} already.",
                    where=Location(str(path)),
                    next_step="choose another id, or go on with that one by --resume",
                ) from None
            (path / RUN).write_bytes(b"".join(encode_run(replace(opening, finished_at=""))))
            return cls(path, FileIO(path / TRIALS, "ab"), {})

    @classmethod
    def resume(cls, path: Path) -> RunFolder:
        """Open the folder of a killed or interrupted run to go on with it.

        A torn last line is cut off; `done` tells the trials that are there, with their status.

        Raises:
            ArchiveError: the folder is no run's, or unreadable.
        """
        read_head(path, rows=False)
        done: dict[str, TrialStatus] = {}
        whole = 0
        for result, end in scan(path / TRIALS):
            done[result.key.id] = result.status
            whole = end
        with wrap_os_errors("Opening the run's folder", path / TRIALS):
            file = FileIO(path / TRIALS, "ab")
            os.ftruncate(file.fileno(), whole)
        return cls(path, file, done)

    def add(self, result: TrialResult) -> None:
        """Append a finished trial."""
        self.append(encode_trial(result))

    def append(self, *lines: bytes) -> None:
        """Append finished trials that were encoded elsewhere: all of them, or none.

        Raises:
            ArchiveError: the disk is full or gone; the lines before are whole.
        """
        block = b"".join(lines)
        begin = self._file.seek(0, os.SEEK_END)
        with wrap_os_errors("Writing down a trial", self.path / TRIALS):
            try:
                view = memoryview(block)
                while view:
                    view = view[self._file.write(view) :]
            except OSError:
                os.ftruncate(self._file.fileno(), begin)
                raise

    def finish(self, run: Run) -> None:
        """Write run.json, whole or not at all, and close the folder.

        Raises:
            ArchiveError: it cannot be written; the lines are all there.
        """
        self.close()
        write_run(self.path, run)

    def close(self) -> None:
        """Close the file. Without `finish`, the folder stays that of an interrupted run."""
        self._file.close()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def write_run(folder: Path, run: Run) -> None:
    """Write a folder's run.json, whole or not at all.

    Raises:
        ArchiveError: it cannot be written; the old file is whole.
    """
    with wrap_os_errors("Writing run.json", folder / RUN):
        wholefile.write_atomically(folder / RUN, encode_run(run))


def read_run(folder: Path) -> Run:
    """Return a run. One that was killed is counted from its lines and says `interrupted`.

    Raises:
        ArchiveError: it is no run's folder, damaged, or from a newer version.
    """
    run = read_head(folder, rows=True)
    if run.finished_at:
        return run
    tally = RunTotals({rate.scenario: rate.required for rate in run.pass_rates})
    calls = 0
    for result in read_results(folder):
        tally.add(result)
        calls += result.request_count
    return replace(
        run,
        summary=tally.summary(),
        rows=tally.rows(),
        pass_rates=tally.pass_rates(),
        request_count=max(run.request_count, calls if run.mode is not Mode.REPLAY else 0),
        cost=tally.cost(),
        interrupted=True,
    )


def read_head(folder: Path, *, rows: bool) -> Run:
    """Return what run.json says, or what little is known where a killed run left none.

    Without `rows` only its beginning is read, and the first of its pass rates, which tells whether
    any was missed.

    Raises:
        ArchiveError: it is no run's folder, damaged, or from a newer version.
    """
    path = folder / RUN
    with wrap_os_errors("Reading a run", path):
        if path.is_file():
            with path.open("rb") as file:
                text = file.read() if rows else read_head_of(file)
            return decode_run(text, Location(str(path)))
        if not (folder / TRIALS).is_file():
            raise ResultsError(
                "This is not a run's folder: it holds neither run.json nor trials.jsonl.",
                where=Location(str(folder)),
                next_step="name a folder that a run has written, such as reports/latest",
            )
    return Run(
        run_id=folder.resolve().name,
        mode=Mode.REPLAY,
        started_at="",
        finished_at="",
        harness_version="",
        summary=Summary(),
        rows=(),
        environment={RUN: "missing; all that is told here was counted from trials.jsonl"},
        interrupted=True,
    )


def read_results(folder: Path) -> Iterator[TrialResult]:
    """Yield a run's trials in the order in which they finished, one at a time.

    A torn last line (a killed run) is left out.

    Raises:
        ArchiveError: a line before the last cannot be read.
    """
    for result, _ in scan(folder / TRIALS):
        yield result


def scan(path: Path) -> Iterator[tuple[TrialResult, int]]:
    """Yield each trial, and the position in the file where its line ends."""
    with wrap_os_errors("Reading a run's trials", path):
        if not path.exists():
            return
        with path.open("rb") as file:
            end = 0
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    result = decode_line(line)
                except LineError as fault:
                    if not file.read(1):
                        return
                    raise ResultsError(
                        f"A trial cannot be read: {fault}.",
                        where=Location(str(path), number),
                        next_step="delete that line to report the others, or run again",
                    ) from fault
                end += len(line)
                yield result, end


def _make_reports(reports: Path) -> None:
    if reports.is_dir():
        return
    reports.mkdir(parents=True)
    # Everything in here can be made again from cassettes.
    (reports / ".gitignore").write_text("*\n", encoding="utf-8")
