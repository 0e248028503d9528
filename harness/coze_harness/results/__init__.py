"""Runs on disk or at a URL: `reports/<run id>/` with run.json and trials.jsonl."""

from coze_harness.results.earlier_answers import (
    EarlierAnswer,
    EarlierAnswers,
    EarlierTurn,
    read_earlier_answers,
)
from coze_harness.results.run_folder import (
    RunFolder,
    read_head,
    read_results,
    read_run,
    update_latest,
    write_run,
)
from coze_harness.results.run_history import last_statuses, select_scenarios, with_history
from coze_harness.results.run_index import find_run, list_runs
from coze_harness.results.run_merge import merge_runs
from coze_harness.results.run_totals import (
    RunTotals,
    count_warnings,
    scenario_counts,
    scenario_status,
    tokens_and_polls,
)
from coze_harness.results.trial_decoding import decode_trial
from coze_harness.results.trial_digests import bot_version, trial_digests
from coze_harness.results.trial_encoding import encode_trial

__all__ = [
    "EarlierAnswer",
    "EarlierAnswers",
    "EarlierTurn",
    "RunFolder",
    "RunTotals",
    "bot_version",
    "count_warnings",
    "decode_trial",
    "encode_trial",
    "find_run",
    "last_statuses",
    "list_runs",
    "merge_runs",
    "read_earlier_answers",
    "read_head",
    "read_results",
    "read_run",
    "scenario_counts",
    "scenario_status",
    "select_scenarios",
    "tokens_and_polls",
    "trial_digests",
    "update_latest",
    "with_history",
    "write_run",
]
