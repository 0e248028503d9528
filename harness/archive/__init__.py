"""Runs on disk: `reports/<run id>/` with run.json and trials.jsonl."""

from harness.archive.files import point_latest
from harness.archive.folder import RunFolder, read_head, read_results, read_run, write_run
from harness.archive.line import encode
from harness.archive.merging import merge
from harness.archive.past import with_past
from harness.archive.reading import decode
from harness.archive.shelf import find_run, list_runs
from harness.archive.tally import Tally, spent_in, warnings_in

__all__ = [
    "RunFolder",
    "Tally",
    "decode",
    "encode",
    "find_run",
    "list_runs",
    "merge",
    "point_latest",
    "read_head",
    "read_results",
    "read_run",
    "spent_in",
    "warnings_in",
    "with_past",
    "write_run",
]
