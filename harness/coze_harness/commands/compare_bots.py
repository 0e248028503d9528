"""Compare a candidate with the baseline: recorded now, or from the candidates on disk."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec import Struct

from coze_harness.baseline.candidate_comparison import replay_candidates
from coze_harness.baseline.candidate_pairs import (
    TrialPair,
    pairs_to_record,
    recorded_pairs,
    required_rates,
)
from coze_harness.baseline.candidate_recording import CandidateRecording, RecordingPlan
from coze_harness.baseline.candidates import CandidateFolder, CandidateOptions, moment_name
from coze_harness.baseline.evidence import EvidenceCollector
from coze_harness.baseline.evidence_judging import KnownEvidence
from coze_harness.commands.run_options import RunOptions
from coze_harness.commands.run_trials import replay_workers
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.comparison_summary import (
    ComparisonBuilder,
    ComparisonSummary,
    latest_results,
)
from coze_harness.compare.cost_comparison import limits_by_scenario
from coze_harness.messages import message
from coze_harness.model import Mode, replace
from coze_harness.model.errors import NothingSelectedError, ScenarioError, UsageError
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.run_collection import Execute, collect_run
from coze_harness.reporting.run_writer import RunListener, RunOutcome
from coze_harness.results import read_results


class AskingOptions(Struct, frozen=True, kw_only=True):
    """How much a comparison asks.

    Args:
        budget: the most calls in total; `None`: as many as the suspects need, within limits.
        is_thorough: whether trials that pass run a second time.
    """

    budget: int | None = None
    is_thorough: bool = False


class ComparisonOutcome(NamedTuple):
    """The result of a comparison: its run, and the trials worth showing."""

    outcome: RunOutcome
    summary: ComparisonSummary


def compare_candidate(
    project: Project,
    selection: TrialSelection,
    candidate: CandidateOptions,
    asking: AskingOptions,
    options: RunOptions,
    listener: RunListener,
) -> ComparisonOutcome:
    """Record candidates next to the baseline, and compare them.

    Candidates of these trials from earlier comparisons become evidence, unless a run is resumed.

    Raises:
        SettingsError: there are no credentials.
        UsageError: the recordings are remote, or the budget is too small.
        CassetteUnreadableError: the evidence of earlier runs is damaged.
    """
    from coze_harness.project.live_access import (
        called_targets,
        expected_requests,
        open_live_runner,
    )

    folder = project.candidates
    trials = select_trials(project, selection)
    candidate.check_targets(trials)
    own = _own_trials(project, selection) if selection.bots else trials
    pairs = pairs_to_record(trials, own, candidate, folder, project.root)
    for warning in project.settings.warnings:
        listener.on_warning(warning)
    candidates = [pair.candidate for pair in pairs]
    resumed = project.run_to_resume(options.resume)
    known = KnownEvidence.read(folder, [*own, *trials], project.replayer)
    with open_live_runner(
        project,
        called_targets(candidates),
        listener.on_warning,
        workers=options.workers,
    ) as live:
        expected = expected_requests(project, [pair.baseline or pair.candidate for pair in pairs])
        listener.on_estimate(expected)
        expected *= 2 if asking.is_thorough else 1
        if asking.budget is not None and resumed is None and expected > asking.budget:
            raise UsageError(
                message("compare.budget_too_small", budget=asking.budget, n=expected),
                next_step=message("compare.budget_too_small.next", n=expected),
            )
        moment = moment_name(project.process.clock.now())
        if resumed is None:
            folder.set_aside(candidates, moment)
        plan = RecordingPlan(
            folder=folder,
            moment=moment,
            budget=asking.budget,
            is_fixed=selection.repeat is not None,
            is_thorough=asking.is_thorough,
        )
        counted = EvidenceCollector(known.expectations)
        rates = required_rates(pairs)
        tally = CaseTally(rates, partial(known.find, without=resumed.name if resumed else ""))

        def execute(
            remaining: Sequence[TrialPair], encode: ResultEncoder
        ) -> Generator[Sequence[EncodedResult], None, None]:
            recording = CandidateRecording(
                pairs, encode, live, plan, tally, counted, listener.on_note
            )
            if resumed is not None:
                recording.resume(latest_results(partial(read_results, resumed)))
            return recording.results(list(remaining))

        side = candidate.describe() or message("compare.side.candidate")
        if selection.bots:
            side = message("compare.side.of_bots", side=side, bots=tuple(selection.bots))
        builder = ComparisonBuilder(
            _baseline_name(project),
            str(side),
            replace(tally, cases={}),
            is_sequential=not plan.is_fixed,
            max_increase=limits_by_scenario(trials, project.settings.compare.max_increase),
        )
        summary = ComparisonSummary(builder, resumed=resumed is not None, budget=asking.budget or 0)
        run = options.plan(
            Mode.COMPARE, live.redactor, resumed=resumed, summarize=summary.summarize
        )
        outcome = collect_run(project.run_destination, run, pairs, execute, listener)
    access = project.cassette_access
    known.save_with(access, outcome.run.run_id, counted, listener.on_warning)
    return ComparisonOutcome(outcome, summary)


def compare_recorded(
    project: Project, selection: TrialSelection, options: RunOptions, listener: RunListener
) -> ComparisonOutcome:
    """Compare the candidates on disk with the baseline, offline.

    Raises:
        NothingSelectedError: there is no candidate of the selected trials.
        CassetteUnreadableError: the evidence of earlier runs is damaged.
    """
    folder, runner = project.candidates, project.replayer
    pairs = _recorded_pairs(project, selection, folder, listener)
    workers, size = replay_workers(project, options)
    execute: Execute[TrialPair] = partial(
        replay_candidates, runner=runner, workers=workers, size=size
    )
    trials = [trial for pair in pairs for trial in (pair.candidate, pair.baseline) if trial]
    known = KnownEvidence.read(folder, trials, runner)
    builder = ComparisonBuilder(
        _baseline_name(project),
        str(message("compare.side.candidates", what=project.folders.display_path(folder.path))),
        CaseTally(required_rates(pairs), known.find, is_replay=True),
        is_sequential=selection.repeat is None,
        max_increase=limits_by_scenario(
            [pair.candidate for pair in pairs], project.settings.compare.max_increase
        ),
    )
    resumed = project.run_to_resume(options.resume)
    summary = ComparisonSummary(builder, resumed=resumed is not None)
    plan = options.plan(Mode.COMPARE, runner.redactor, resumed=resumed, summarize=summary.summarize)
    outcome = collect_run(project.run_destination, plan, pairs, execute, listener)
    return ComparisonOutcome(outcome, summary)


def _recorded_pairs(
    project: Project, selection: TrialSelection, folder: CandidateFolder, listener: RunListener
) -> list[TrialPair]:
    whole = replace(selection, bots=(), repeat=None)
    trials: list[Trial] = []
    for candidate in folder.find(select_trials(project, whole)):
        if candidate.trial is not None:
            if _is_selected(candidate.trial, selection):
                trials.append(candidate.trial)
        elif candidate.error is not None and whole == TrialSelection():
            listener.on_warning(f"{candidate.error.where}: {candidate.error.what}")
    if not trials:
        raise NothingSelectedError(
            message("compare.none_selected" if folder.files() else "compare.no_candidate"),
            next_step=message("compare.no_candidate.next"),
        )
    repeats = max(trial.key.trial for trial in trials)
    own = _own_trials(project, replace(whole, repeat=repeats))
    return recorded_pairs(trials, own, project.root)


def _is_selected(trial: Trial, selection: TrialSelection) -> bool:
    if selection.repeat is not None and trial.key.trial > selection.repeat:
        return False
    return not selection.bots or trial.bot.id in selection.bots or trial.key.bot in selection.bots


def _own_trials(project: Project, selection: TrialSelection) -> list[Trial]:
    """Return all trials of the selected paths with the scenarios' own bots, if they have any."""
    try:
        return select_trials(
            project, TrialSelection(paths=selection.paths, repeat=selection.repeat)
        )
    except ScenarioError:
        # The selection itself has loaded: only bots that scenarios do not name can be wrong here.
        return []


def _baseline_name(project: Project) -> str:
    folder = project.folders.display_path(project.settings.cassettes)
    return str(message("compare.recordings", what=folder))
