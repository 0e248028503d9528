"""Compare a candidate with the baseline, or two runs with each other."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coze_harness.baseline.candidate_comparison import replay_candidates
from coze_harness.baseline.candidate_pairs import (
    TrialPair,
    pairs_to_record,
    recorded_pairs,
    required_rates,
)
from coze_harness.baseline.candidate_recording import (
    CandidateRecording,
    RecordingPlan,
    RoundProgress,
)
from coze_harness.baseline.candidates import CandidateFolder, CandidateOptions, moment_name
from coze_harness.baseline.evidence import Evidence, EvidenceCollector, EvidenceKey
from coze_harness.baseline.evidence_judging import JUDGED_AGAIN, judge_stored_answers
from coze_harness.cassettes import Redactor
from coze_harness.commands.collected_evidence import expectation_digests, save_evidence
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
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.comparison_summary import (
    ComparisonBuilder,
    ComparisonSummary,
    latest_results,
)
from coze_harness.compare.run_pairing import compare_run_pairs, pair_runs
from coze_harness.compare.sequential_test import Attempts
from coze_harness.messages import as_message, message
from coze_harness.model import Mode, replace
from coze_harness.model.errors import (
    HarnessError,
    NothingSelectedError,
    ResultsError,
    ScenarioError,
    UsageError,
)
from coze_harness.model.trial import Trial
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.run_writer import RunListener, RunOutcome
from coze_harness.results import read_results, read_run
from coze_harness.scenarios.trial_filter import TrialFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingOptions:
    """How much a comparison asks.

    Args:
        budget: the most calls in total; `None`: as many as the suspects need, within limits.
        is_thorough: whether trials that pass run a second time.
    """

    budget: int | None = None
    is_thorough: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonOutcome:
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
    folder = candidate_folder(project)
    trials = project.select_trials(selection)
    candidate.check_targets(trials)
    own = _own_trials(project, selection) if selection.bots else trials
    pairs = pairs_to_record(trials, own, candidate, folder, project.root)
    for warning in project.settings.warnings:
        listener.on_warning(warning)
    redactor = project.make_redactor()
    candidates = [pair.candidate for pair in pairs]
    resumed = run_to_resume(project, options)
    known = _Known.read(project, [*own, *trials], folder)
    with open_live_transports(project, redactor, options, candidates) as transports:
        expected = announce_requests(
            project, [pair.baseline or pair.candidate for pair in pairs], listener
        )
        expected *= 2 if asking.is_thorough else 1
        if asking.budget is not None and resumed is None and expected > asking.budget:
            raise UsageError(
                message("compare.budget_too_small", budget=asking.budget, n=expected),
                next_step=message("compare.budget_too_small.next", n=expected),
            )
        live = live_runner(project, transports, redactor, options, listener, saves_cassettes=True)
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
                pairs, encode, live, plan, tally, counted, partial(_tell_round, listener)
            )
            if resumed is not None:
                recording.resume(latest_results(partial(read_results, resumed)))
            return recording.results(list(remaining))

        bots = ", ".join(selection.bots)
        comparison = _compare(
            project,
            pairs,
            execute,
            options,
            listener,
            builder=ComparisonBuilder(
                _baseline_name(project),
                f"{str(candidate) or 'the candidate'}{f', of {bots}' if bots else ''}",
                replace(tally, cases={}),
                is_sequential=not plan.is_fixed,
                max_increase=_max_increase(project, trials),
            ),
            redactor=redactor,
            budget=asking.budget or 0,
        )
    run = comparison.outcome.run.run_id
    known.save(project, {JUDGED_AGAIN: known.judged, run: counted}, listener)
    return comparison


def compare_recorded(
    project: Project, selection: TrialSelection, options: RunOptions, listener: RunListener
) -> ComparisonOutcome:
    """Compare the candidates on disk with the baseline, offline.

    Raises:
        NothingSelectedError: there is no candidate of the selected trials.
        CassetteUnreadableError: the evidence of earlier runs is damaged.
    """
    folder = candidate_folder(project)
    pairs = _recorded_pairs(project, selection, folder, listener)
    workers, size = replay_workers(project, options)
    execute: Execute[TrialPair] = partial(
        replay_candidates, runner=project.replayer, workers=workers, size=size
    )
    trials = [trial for pair in pairs for trial in (pair.candidate, pair.baseline) if trial]
    known = _Known.read(project, trials, folder)
    return _compare(
        project,
        pairs,
        execute,
        options,
        listener,
        builder=ComparisonBuilder(
            _baseline_name(project),
            f"the candidates in {project.folders.display_path(folder.path)}",
            CaseTally(required_rates(pairs), known.find, is_replay=True),
            is_sequential=selection.repeat is None,
            max_increase=_max_increase(project, [pair.candidate for pair in pairs]),
        ),
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
            message("compare.runs_empty"), next_step=message("compare.runs_empty.next")
        )
    return _compare(
        project,
        pairs,
        compare_run_pairs,
        options,
        listener,
        builder=ComparisonBuilder(
            f"run {baseline.resolve().name}",
            f"run {candidate.resolve().name}",
            CaseTally({pair.key.scenario: pair.min_pass_rate for pair in pairs}),
            max_increase={
                **dict.fromkeys(
                    (pair.key.scenario for pair in pairs), project.settings.compare.max_increase
                ),
                **_max_increase(project, _trials_of_files(project, listener)),
            },
        ),
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
            message("compare.one_run", run=run, other=other),
            next_step=message("compare.one_run.next"),
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
    builder: ComparisonBuilder,
    redactor: Redactor,
    budget: int = 0,
) -> ComparisonOutcome:
    summary = ComparisonSummary(builder, resumed=options.resume is not None, budget=budget)
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
        return project.select_trials(TrialSelection(paths=selection.paths, repeat=selection.repeat))
    except ScenarioError:
        # The selection itself has loaded: only bots that scenarios do not name can be wrong here.
        return []


def _trials_of_files(project: Project, listener: RunListener) -> list[Trial]:
    """Return the trials of the scenario files; none with a warning if files must be edited."""
    try:
        return project.select_trials(TrialSelection())
    except NothingSelectedError:
        return []
    except HarnessError as error:
        listener.on_warning(message("compare.unread_limits", reason=as_message(error.what)))
        return []


def _max_increase(project: Project, trials: Sequence[Trial]) -> dict[str, Mapping[str, float]]:
    """Return by how much each scenario's costs may increase; its own limits come first."""
    limits = project.settings.compare.max_increase
    return {trial.key.scenario: {**limits, **trial.max_increase} for trial in trials}


def _baseline_name(project: Project) -> str:
    return f"the recordings in {project.folders.display_path(project.settings.cassettes)}"


@dataclass(frozen=True, slots=True)
class _Known:
    """The evidence of earlier runs, and of stored answers that were judged again."""

    evidence: Evidence
    expectations: Mapping[str, str]
    judged: EvidenceCollector

    @classmethod
    def read(cls, project: Project, trials: Sequence[Trial], folder: CandidateFolder) -> _Known:
        expectations = expectation_digests(trials)
        evidence = Evidence.read(project.folders.relative_path(folder.cassettes))
        judged = judge_stored_answers(folder, trials, project.replayer, evidence, expectations)
        return cls(evidence, expectations, judged)

    def find(self, trial: str, version: str, *, without: str = "") -> Attempts:
        key = EvidenceKey(trial, version, self.expectations.get(trial, ""))
        return self.evidence.attempts(key, without=without)

    def save(
        self, project: Project, collectors: Mapping[str, EvidenceCollector], listener: RunListener
    ) -> None:
        for run, collector in collectors.items():
            save_evidence(project, collector, run, listener.on_warning, has_lock=True)


def _tell_round(listener: RunListener, progress: RoundProgress) -> None:
    identifier = "compare.round.calls" if progress.is_budget else "compare.round.trials"
    text = message(identifier, n=progress.suspects, calls=progress.calls, left=progress.left)
    listener.on_note(str(text))
