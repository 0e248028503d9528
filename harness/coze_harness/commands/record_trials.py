"""Talk to Coze: record trials, or run them live."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from coze_harness.baseline.evidence import EvidenceCollector, expectation_digests, save_evidence
from coze_harness.commands.run_options import RunOptions
from coze_harness.commands.run_trials import SelectedPart, select_part
from coze_harness.execution.recording_scope import TrialsInScope, trials_in_scope
from coze_harness.model import Mode, RecordScope, TrialResult, replace
from coze_harness.model.trial import Trial
from coze_harness.project.live_access import called_targets, expected_requests, open_live_runner
from coze_harness.project.opened_project import Project
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.run_collection import collect_run
from coze_harness.reporting.run_writer import RunListener, RunOutcome
from coze_harness.results import read_run


def record_trials(
    project: Project,
    trials: Sequence[Trial],
    options: RunOptions,
    listener: RunListener,
    scope: RecordScope,
    *,
    judge_only: bool = False,
) -> RunOutcome | None:
    """Run conversations with Coze and save them as cassettes; `None` if there is nothing to record.

    Args:
        project: the project.
        trials: the selected trials.
        options: how they are run.
        listener: receives the progress.
        scope: which of them are recorded.
        judge_only: whether only judges are asked, about the answers that are recorded.

    Raises:
        SettingsError: there are no credentials, or the public address is invalid.
        CassetteError: the recordings are remote and cannot be reached.
    """
    part = select_part(project, trials, options, listener)
    in_scope = TrialsInScope(part.trials)
    if scope is not RecordScope.ALL or judge_only:
        project.check_cassettes_reachable()
        before = read_run(part.resumed) if part.resumed else None
        in_scope = trials_in_scope(
            part.trials, project.replayer, scope, before, judge_only=judge_only
        )
    if not in_scope.trials and part.resumed is None and part.shard is None:
        return None
    return _talk_to_coze(
        project,
        part,
        in_scope,
        options,
        listener,
        mode=Mode.RECORD,
        asks_judge_again=scope is RecordScope.ALL,
    )


def run_live(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> RunOutcome:
    """Run the conversations with Coze, and save no cassette.

    Raises:
        SettingsError: there are no credentials.
    """
    part = select_part(project, trials, options, listener)
    return _talk_to_coze(
        project, part, TrialsInScope(part.trials), options, listener, mode=Mode.LIVE
    )


def _talk_to_coze(
    project: Project,
    part: SelectedPart,
    in_scope: TrialsInScope,
    options: RunOptions,
    listener: RunListener,
    *,
    mode: Mode,
    asks_judge_again: bool = False,
) -> RunOutcome:
    for warning in project.settings.warnings:
        listener.on_warning(warning)
    trials, judge_only = in_scope.trials, in_scope.judge_only
    evidence = EvidenceCollector(expectation_digests(trials))
    saves_cassettes = mode is Mode.RECORD
    with open_live_runner(
        project,
        called_targets(trials, judge_only),
        listener.on_warning,
        saves_cassettes=saves_cassettes,
        workers=options.workers,
    ) as runner:
        live = replace(runner, judge_only=judge_only, asks_judge_again=asks_judge_again)
        listener.on_estimate(expected_requests(project, trials, judge_only))

        def execute(
            trials: Sequence[Trial], encode: ResultEncoder
        ) -> Generator[Sequence[EncodedResult], None, None]:
            def encode_counted(
                result: TrialResult, /, *, exit_code: int | None = None
            ) -> EncodedResult:
                # An answer counts once, however often it is judged.
                if result.key.id not in judge_only:
                    evidence.add(result)
                return encode(result, exit_code=exit_code)

            yield from live.results(trials, encode_counted)

        plan = options.plan(mode, live.redactor, resumed=part.resumed, shard=part.shard)
        outcome = collect_run(project.run_destination, plan, trials, execute, listener)
    save_evidence(
        project.cassette_access,
        evidence,
        outcome.run.run_id,
        listener.on_warning,
        has_lock=saves_cassettes,
    )
    return outcome
