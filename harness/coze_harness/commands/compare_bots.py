"""Compare a candidate with the baseline, or two runs with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coze_harness.baseline.candidate_comparison import record_candidates, replay_candidates
from coze_harness.baseline.candidate_pairs import (
    TrialPair,
    pairs_to_record,
    recorded_pairs,
    required_rates,
)
from coze_harness.baseline.candidates import CandidateFolder, CandidateOptions
from coze_harness.cassettes import Redactor
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.commands.run_trials import (
    Execute,
    Item,
    RunOptions,
    announce_requests,
    live_runner,
    open_live_transports,
    replay_workers,
    run_to_resume,
    run_trials,
)
from coze_harness.compare.comparison_summary import ComparisonSummary
from coze_harness.compare.run_pairing import compare_run_pairs, pair_runs
from coze_harness.model import Assessment, Mode, ScenarioComparison, replace
from coze_harness.model.errors import (
    NothingSelectedError,
    ResultsError,
    ScenarioError,
    UsageError,
)
from coze_harness.model.trial import Trial
from coze_harness.reporting.run_writer import RunListener, RunOutcome
from coze_harness.results import read_results, read_run
from coze_harness.scenarios.trial_filter import TrialFilter


@dataclass(frozen=True, slots=True)
class ComparisonOutcome:
    """The result of a comparison: its run, and the trials worth showing."""

    outcome: RunOutcome
    summary: ComparisonSummary

    @property
    def repeats(self) -> int:
        """How often each side must be asked to tell luck from change; 0 if that is known."""
        comparison = self.outcome.run.comparison
        scenarios = comparison.scenarios if comparison else ()
        return max(
            (
                scenario.repeats or 0
                for scenario in scenarios
                if scenario.assessment is Assessment.DOUBTFUL and _is_worse(scenario)
            ),
            default=0,
        )


def compare_candidate(
    project: Project,
    selection: TrialSelection,
    candidate: CandidateOptions,
    options: RunOptions,
    listener: RunListener,
) -> ComparisonOutcome:
    """Record candidates next to the baseline, and compare them.

    Candidates of these trials from earlier comparisons are deleted, unless a run is resumed.

    Raises:
        SettingsError: there are no credentials.
        UsageError: the recordings are remote.
    """
    folder = candidate_folder(project)
    trials = project.select_trials(selection)
    candidate.check_targets(trials)
    own = _own_trials(project, selection) if selection.bots else trials
    pairs = pairs_to_record(trials, own, candidate, folder, project.root)
    for warning in project.settings.warnings:
        listener.on_warning(warning)
    redactor = project.make_redactor()
    candidates = [pair.candidate for pair in pairs]
    with open_live_transports(project, redactor, options, candidates) as transports:
        announce_requests(project, [pair.baseline or pair.candidate for pair in pairs], listener)
        live = live_runner(project, transports, redactor, options, listener, saves_cassettes=True)
        if options.resume is None:
            folder.remove(candidates)
        bots = ", ".join(selection.bots)
        return _compare(
            project,
            pairs,
            partial(record_candidates, live=live),
            options,
            listener,
            names=(
                _baseline_name(project),
                f"{str(candidate) or 'the candidate'}{f', of {bots}' if bots else ''}",
            ),
            rates=required_rates(pairs),
            redactor=redactor,
        )


def compare_recorded(
    project: Project, selection: TrialSelection, options: RunOptions, listener: RunListener
) -> ComparisonOutcome:
    """Compare the candidates on disk with the baseline, offline.

    Raises:
        NothingSelectedError: there is no candidate of the selected trials.
    """
    folder = candidate_folder(project)
    pairs = _recorded_pairs(project, selection, folder, listener)
    workers, size = replay_workers(project, options)
    execute: Execute[TrialPair] = partial(
        replay_candidates, runner=project.replayer, workers=workers, size=size
    )
    return _compare(
        project,
        pairs,
        execute,
        options,
        listener,
        names=(
            _baseline_name(project),
            f"the candidates in {project.folders.display_path(folder.path)}",
        ),
        rates=required_rates(pairs),
        redactor=project.replayer.redactor,
    )


def compare_runs(
    project: Project,
    runs: tuple[Path, Path],
    selection: TrialSelection,
    options: RunOptions,
    listener: RunListener,
) -> ComparisonOutcome:
    """Compare two runs, the older one first, from what their folders hold.

    Raises:
        ResultsError: a folder cannot be read.
        NothingSelectedError: no trial is selected.
    """
    baseline, candidate = runs
    trial_filter = TrialFilter(selection.keyword, selection.tags)
    required = {rate.scenario: rate.required for rate in read_run(candidate).pass_rates}
    pairs = pair_runs(
        read_results(baseline), read_results(candidate), required, trial_filter.matches
    )
    if not pairs:
        raise NothingSelectedError(
            "The two runs have no selected trial.", next_step="compare them without -k and --tag"
        )
    return _compare(
        project,
        pairs,
        compare_run_pairs,
        options,
        listener,
        names=(f"run {baseline.resolve().name}", f"run {candidate.resolve().name}"),
        rates={pair.key.scenario: pair.min_pass_rate for pair in pairs},
        redactor=project.replayer.redactor,
    )


def find_two_runs(project: Project, names: Sequence[str]) -> tuple[Path, Path] | None:
    """Return the folders of two runs if two names are runs; `None` if they are PATHs.

    Raises:
        UsageError: only one of the two is a run.
    """
    if len(names) != 2:
        return None
    folders = [_run_folder(project, name) for name in names]
    if folders[0] and folders[1]:
        return folders[0], folders[1]
    if any(folders):
        run, other = names if folders[0] else reversed(names)
        raise UsageError(
            f'"{run}" is a run, and "{other}" is not.',
            next_step="name two runs (ids, folders, latest), or files, folders and scenarios;"
            " coze-harness history shows the runs",
        )
    return None


def candidate_folder(project: Project) -> CandidateFolder:
    """Return the folder of the project's candidates.

    Raises:
        UsageError: the recordings are remote.
    """
    return CandidateFolder(project.local_cassettes, project.folders, project.settings.bots)


def _run_folder(project: Project, name: str) -> Path | None:
    try:
        return project.locate_run(name).folder
    except ResultsError:
        return None


def _compare(
    project: Project,
    pairs: Sequence[Item],
    execute: Execute[Item],
    options: RunOptions,
    listener: RunListener,
    *,
    names: tuple[str, str],
    rates: Mapping[str, float],
    redactor: Redactor,
) -> ComparisonOutcome:
    summary = ComparisonSummary(*names, rates, resumed=options.resume is not None)
    outcome = run_trials(
        project,
        pairs,
        execute,
        mode=Mode.COMPARE,
        options=options,
        listener=listener,
        redactor=redactor,
        resumed=run_to_resume(project, options),
        summarize=summary.summarize,
    )
    return ComparisonOutcome(outcome, summary)


def _recorded_pairs(
    project: Project, selection: TrialSelection, folder: CandidateFolder, listener: RunListener
) -> list[TrialPair]:
    whole = replace(selection, bots=(), repeat=None)
    trials: list[Trial] = []
    for candidate in folder.find(project.select_trials(whole)):
        if candidate.trial is not None:
            if _is_selected(candidate.trial, selection):
                trials.append(candidate.trial)
        elif candidate.error is not None and whole == TrialSelection():
            listener.on_warning(f"{candidate.error.where}: {candidate.error.what}")
    if not trials:
        raise NothingSelectedError(
            "No candidate is of a selected trial."
            if folder.files()
            else "There is no candidate to compare.",
            next_step="record one next to the baseline: coze-harness compare",
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
        return project.select_trials(TrialSelection(paths=selection.paths, repeat=selection.repeat))
    except ScenarioError:
        # The selection itself has loaded: only bots that scenarios do not name can be wrong here.
        return []


def _baseline_name(project: Project) -> str:
    return f"the recordings in {project.folders.display_path(project.settings.cassettes)}"


def _is_worse(scenario: ScenarioComparison) -> bool:
    before, after = scenario.before, scenario.after
    return after.passed * before.trials < before.passed * after.trials
