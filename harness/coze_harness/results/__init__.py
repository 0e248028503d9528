"""Runs on disk: `reports/<run id>/` with run.json and trials.jsonl."""

from coze_harness.results.files import point_latest
from coze_harness.results.reading import decode
from coze_harness.results.run_folder import RunFolder, read_head, read_results, read_run, write_run
from coze_harness.results.run_history import with_past
from coze_harness.results.run_index import find_run, list_runs
from coze_harness.results.run_merge import merge
from coze_harness.results.run_totals import Tally, spent_in, warnings_in
from coze_harness.results.trial_codec import encode

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
