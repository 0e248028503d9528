"""Mutate the recorded answers, and find the mutants that the expectations miss."""

from __future__ import annotations

from msgspec import Struct

from coze_harness.model import Mode, MutationReport
from coze_harness.mutation.mutation_runner import MutationRunner
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.run_collection import RunPlan, collect_run
from coze_harness.reporting.run_writer import RunListener, RunOutcome


class MutationOutcome(Struct, frozen=True):
    """The result of a mutation run: its run, the scores, and notes on turns."""

    outcome: RunOutcome
    report: MutationReport
    runner: MutationRunner


def mutate_answers(
    project: Project, selection: TrialSelection, *, seed: int, listener: RunListener
) -> MutationOutcome:
    """Replay the selected trials and judge mutants of their answers, offline.

    Args:
        project: the project.
        selection: which trials; of repeats, the first is mutated, the others are right answers.
        seed: the same seed gives the same mutants.
        listener: receives the progress.

    Raises:
        ScenarioErrors: scenario files must be edited.
        CassetteError: the recordings are remote and cannot be reached.
    """
    trials = select_trials(project, selection)
    project.check_cassettes_reachable()
    replayer = project.replayer
    runner = MutationRunner(replayer, seed, trials)
    plan = RunPlan(mode=Mode.MUTATE, redactor=replayer.redactor, summarize=runner.summarize)
    outcome = collect_run(project.run_destination, plan, runner.trials, runner.results, listener)
    report = outcome.run.mutation or MutationReport(seed=seed, scores=())
    return MutationOutcome(outcome, report, runner)
