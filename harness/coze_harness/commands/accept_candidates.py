"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coze_harness.baseline.candidate_comparison import replay_pair, usable_baseline
from coze_harness.baseline.candidate_pairs import recorded_pairs, required_rates
from coze_harness.baseline.decisions import Decisions, ReviewDecision, other_candidate
from coze_harness.baseline.evidence import Evidence, EvidenceKey
from coze_harness.baseline.evidence_judging import JUDGED_AGAIN, judge_stored_answers
from coze_harness.baseline.promotion import CandidateReview, DecidedCandidates, Promotion
from coze_harness.commands.cassette_access import Note, lock_for_replacing
from coze_harness.commands.collected_evidence import expectation_digests, save_evidence
from coze_harness.commands.compare_bots import candidate_folder
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.compare import ComparisonBuilder, compare_trial
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.sequential_test import Attempts
from coze_harness.messages import message
from coze_harness.model import Comparison, Mode, ScenarioState, TrialResult
from coze_harness.model.errors import (
    CassetteUnreadableError,
    HarnessError,
    ResultsError,
    UsageError,
)
from coze_harness.results import read_results, read_run

# What is worst comes first.
_ORDER: Final = (
    ScenarioState.NOT_JUDGED,
    ScenarioState.REGRESSED,
    ScenarioState.UNDECIDED,
    ScenarioState.FACTS_CHANGED,
    ScenarioState.FLAKY,
    ScenarioState.NOT_REGRESSED,
    ScenarioState.IMPROVED,
    ScenarioState.TEXT_CHANGED,
    ScenarioState.COST_CHANGED,
    ScenarioState.NEW,
    ScenarioState.UNCHANGED,
    ScenarioState.MISSING,
)


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A scenario's candidates from one bot, each with its result compared with the baseline."""

    scenario: str
    bot: str
    state: ScenarioState
    promotions: Sequence[Promotion]
    results: Sequence[TrialResult]


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """What a review came to: what is accepted, rejected, and to be edited.

    `rejected` are the files of each scenario's candidates, `edits` the scenarios' locations with
    the notes of the decisions.
    """

    accepted: list[Promotion] = field(default_factory=list)
    rejected: dict[str, list[Path]] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        decision: ReviewDecision | None,
        promotions: Sequence[Promotion],
        files: Iterable[Path],
        *,
        name: str,
        text: str = "",
    ) -> None:
        """Add a decision about a scenario; `None` is no decision."""
        if decision is ReviewDecision.ACCEPT:
            self.accepted.extend(promotions)
        elif decision is ReviewDecision.REJECT:
            self.rejected.setdefault(name, []).extend(files)
        elif decision is ReviewDecision.EDIT:
            location = str(promotions[0].trial.location) if promotions else name
            self.edits[location] = text

    @classmethod
    def of_decisions(cls, decided: Iterable[DecidedCandidates]) -> ReviewOutcome:
        """Return what decisions of a file come to."""
        outcome = cls()
        for one in decided:
            entry = one.entry
            outcome.add(
                entry.decision, one.promotions, one.files, name=entry.scenario, text=entry.note
            )
        return outcome

    @property
    def rejected_files(self) -> list[Path]:
        """The files of all rejected candidates."""
        return [path for paths in self.rejected.values() for path in paths]

    def __bool__(self) -> bool:
        return bool(self.accepted or self.rejected or self.edits)


def review_candidates(project: Project) -> CandidateReview:
    """Return what finds, checks and promotes the project's candidates.

    Raises:
        ScenarioErrors: scenario files must be edited.
        UsageError: the recordings are remote.
    """
    trials = project.select_trials(TrialSelection())
    return CandidateReview(candidate_folder(project), project.replayer, trials, project.root)


def compare_candidates(
    project: Project, review: CandidateReview, promotions: Sequence[Promotion], note: Note
) -> tuple[Comparison, list[ReviewItem]]:
    """Compare candidates with the baseline, offline, as `compare --replay` does.

    Args:
        project: the project.
        review: has checked the candidates.
        promotions: the candidates.
        note: receives a line for the user.

    Returns:
        The comparison of their scenarios, and the candidates by scenario and bot, worst first.
    """
    groups: dict[tuple[str, str], list[Promotion]] = {}
    for promotion in promotions:
        groups.setdefault(promotion.group, []).append(promotion)
    trials = [
        one.trial
        for one in review.candidates.find(review.trials)
        if one.trial is not None and (one.trial.key.scenario, one.trial.key.bot) in groups
    ]
    repeats = max((trial.key.trial for trial in trials), default=1)
    own = project.select_trials(TrialSelection(repeat=repeats))
    pairs = recorded_pairs(trials, own, project.root)
    expectations = expectation_digests(trials)
    evidence = _read_evidence(project, review, note)

    def find(trial: str, version: str) -> Attempts:
        return evidence.attempts(EvidenceKey(trial, version, expectations.get(trial, "")))

    builder = ComparisonBuilder(
        "", "", CaseTally(required_rates(pairs), find, is_replay=True), is_sequential=True
    )
    results: dict[str, TrialResult] = {}
    for pair in pairs:
        replayed = replay_pair(pair, project.replayer, project.replayer.redactor)
        baseline, candidate, _code = usable_baseline(*replayed)
        result = compare_trial(baseline, candidate)
        builder.add(result)
        results[pair.key.cassette] = result
    comparison = builder.finish()
    states = {(one.scenario, one.bot): one.state for one in comparison.scenarios}
    items = [
        ReviewItem(*group, states[group], ones, [results[_candidate_cassette(one)] for one in ones])
        for group, ones in groups.items()
    ]
    return comparison, sorted(items, key=lambda item: _ORDER.index(item.state))


def find_decided(
    project: Project, review: CandidateReview, decisions: Decisions
) -> list[DecidedCandidates | HarnessError]:
    """Return the candidates of each decision, or why it cannot be applied.

    A decision is about the answers that its run has shown: other candidates are not decided.

    Raises:
        UsageError: there is no such comparison.
    """
    answers = _answers_of_run(project, decisions)
    checked: list[DecidedCandidates | HarnessError] = []
    for one in review.find_decided(decisions):
        if isinstance(one, DecidedCandidates) and any(
            answers.get(_trial_id(promotion)) != _answers(promotion.result)
            for promotion in one.promotions
        ):
            checked.append(other_candidate(one.entry, decisions.run_id))
        else:
            checked.append(one)
    return checked


def apply_decisions(
    project: Project,
    review: CandidateReview,
    accepted: Sequence[Promotion],
    rejected: Iterable[Path] = (),
    *,
    wait: bool | None = None,
    note: Note,
) -> list[Path]:
    """Replace baselines by candidates, all or none; return their paths as a user names them.

    Nobody reads recordings meanwhile. The project has the lock for writing.

    Args:
        project: the project.
        review: has checked the candidates.
        accepted: the candidates that become the baseline.
        rejected: the paths of candidates that are kept as evidence only.
        wait: whether to wait until nobody reads recordings; `None`: there is no `--wait`.
        note: receives a line for the user.

    Raises:
        CassetteError: one holds a secret or cannot be written; nothing was promoted.
        UsageError: another process is replaying the recordings.
    """
    _judge_again(project, accepted, note)
    with lock_for_replacing(project, wait=wait, note=note):
        return review.promote(accepted, list(rejected), project.process.clock.now())


def _candidate_cassette(promotion: Promotion) -> str:
    return (promotion.candidate.trial or promotion.trial).key.cassette


def _trial_id(promotion: Promotion) -> str:
    return (promotion.candidate.trial or promotion.trial).key.id


def _answers_of_run(project: Project, decisions: Decisions) -> dict[str, list[str | None]]:
    """Return the answers that a comparison has shown, by trial.

    Raises:
        UsageError: there is no such comparison.
    """
    run = decisions.run_id
    try:
        folder = project.locate_run(run).folder
        is_comparison = read_run(folder).mode is Mode.COMPARE
        answers = {result.key.id: _answers(result) for result in read_results(folder)}
    except ResultsError as error:
        raise UsageError(
            message("decisions.no_run", run=run, reason=error.what),
            where=decisions.location,
            next_step=message("decisions.no_run.next"),
        ) from error
    if not is_comparison:
        raise UsageError(
            message("decisions.no_comparison", run=run),
            where=decisions.location,
            next_step=message("decisions.no_run.next"),
        )
    return answers


def _answers(result: TrialResult) -> list[str | None]:
    return [turn.reply.answer if turn.reply else None for turn in result.turns]


def _read_evidence(project: Project, review: CandidateReview, note: Note) -> Evidence:
    try:
        return Evidence.read(project.folders.relative_path(review.candidates.cassettes))
    except CassetteUnreadableError as error:
        note(
            message(
                "main.warning",
                text=message("error.located", where=str(error.where), what=error.what),
            )
        )
        return Evidence()


def _judge_again(project: Project, promotions: Sequence[Promotion], note: Note) -> None:
    """Count answers whose expectations were edited since, before further repeats are deleted."""
    folder, trials = candidate_folder(project), [one.trial for one in promotions]
    expectations = expectation_digests(trials)
    try:
        evidence = Evidence.read(project.folders.relative_path(folder.cassettes))
    except CassetteUnreadableError as error:
        where = str(error.where)
        note(message("main.warning", text=message("error.located", where=where, what=error.what)))
        return
    judged = judge_stored_answers(folder, trials, project.replayer, evidence, expectations)
    save_evidence(project, judged, JUDGED_AGAIN, note, has_lock=True)
