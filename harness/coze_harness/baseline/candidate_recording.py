"""Records candidates, and runs suspects again until their test decides or the budget ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from msgspec import Struct

from coze_harness.baseline.candidate_comparison import (
    compare_with_baseline,
    replay_accepted,
    replay_baseline,
)
from coze_harness.baseline.candidate_pairs import TrialPair
from coze_harness.baseline.candidates import CandidateFolder, repeat_of
from coze_harness.baseline.evidence import EvidenceCollector
from coze_harness.compare.bot_differences import snapshot_differences, version_digest
from coze_harness.compare.case_counts import CaseTally, Suspect
from coze_harness.compare.sequential_test import (
    ASKS,
    THOROUGH_EVIDENCE,
    WANTED_EVIDENCE,
    Decision,
)
from coze_harness.execution.conversation_runner import keep_result
from coze_harness.execution.earlier_recording import CandidateContext
from coze_harness.execution.judge_cassette import judge_path, judge_version, read_judge_cassette
from coze_harness.execution.live_runner import LiveRunner, LiveSession
from coze_harness.execution.recording_facts import judge_state, recording_state
from coze_harness.messages import LocalizedText, UserText, message
from coze_harness.model import BotSnapshot, CassetteState, TrialKey, TrialResult, replace
from coze_harness.model.errors import CassetteError
from coze_harness.model.protocols import EncodeResult
from coze_harness.model.trial import Trial
from coze_harness.model.trial_key import CaseKey

Encoded = TypeVar("Encoded")

MOST_TRIALS_AGAIN: Final = 160
"""How many further trials a comparison runs, both sides together, if no budget is given."""


class RecordingPlan(Struct, frozen=True, kw_only=True):
    """How much a comparison asks.

    Args:
        folder: the candidates.
        moment: when the comparison began; names the folder of the baseline's further answers.
        budget: the most calls in total; `None`: at most `MOST_TRIALS_AGAIN` trials after the first
            ones, and 20 of each suspect.
        is_fixed: whether each trial runs exactly once, since both sides have a fixed number.
        is_thorough: whether trials that pass run a second time, and the baseline is asked more.
    """

    folder: CandidateFolder
    moment: str
    budget: int | None = None
    is_fixed: bool = False
    is_thorough: bool = False

    @property
    def wanted_evidence(self) -> int:
        """The attempts of the baseline up to which it is asked too."""
        return THOROUGH_EVIDENCE if self.is_thorough else WANTED_EVIDENCE


class _Ask(Struct, frozen=True):
    """A pair to run, and the further trial of its baseline that runs before it, if there is one."""

    pair: TrialPair
    baseline: Trial | None = None


@dataclass(slots=True)
class CandidateRecording(Generic[Encoded]):
    """One comparison in progress.

    Args:
        pairs: the trials; those that are run again are added to them.
        encode: encodes a compared result.
        live: runs the conversations.
        plan: how much is asked.
        tally: counts all results, those of the run that is resumed included.
        evidence: counts the attempts of both sides.
        on_round: receives the progress before suspects run again.
    """

    pairs: list[TrialPair]
    encode: EncodeResult[Encoded]
    live: LiveRunner
    plan: RecordingPlan
    tally: CaseTally
    evidence: EvidenceCollector
    on_round: Callable[[LocalizedText], None]
    calls: int = 0
    _lost: set[CaseKey] = field(default_factory=set)
    _again: Counter[CaseKey] = field(default_factory=Counter)
    _asks: dict[str, _Ask] = field(default_factory=dict)
    _contexts: dict[str, CandidateContext] = field(default_factory=dict)
    _baseline_contexts: dict[str, CandidateContext] = field(default_factory=dict)
    _baselines: dict[str, TrialResult] = field(default_factory=dict)
    _overrides: dict[str, Mapping[str, str] | None] = field(default_factory=dict)
    _session: LiveSession[tuple[TrialResult, Encoded]] = field(init=False)
    _baseline_session: LiveSession[TrialResult] = field(init=False)

    def __post_init__(self) -> None:
        live = replace(self.live, candidates=self._contexts)
        self._session = live.open_session(self._compare)
        # That a version's prompt is not known does not matter: the recording has it.
        live = replace(self.live, candidates=self._baseline_contexts, warn=_ignore)
        self._baseline_session = live.open_session(keep_result)

    def resume(self, results: Iterable[TrialResult]) -> None:
        """Count the results of the run that is resumed, and add what it ran again to the pairs."""
        known = {pair.key.id for pair in self.pairs}
        for result in results:
            self.calls += result.request_count
            if result.error is not None:  # it runs again
                continue
            self.tally.add(result)
            key = result.key.case_key
            first = next((pair for pair in self.pairs if pair.key.case_key == key), None)
            if result.key.id not in known and first is not None:
                candidate = repeat_of(first.candidate, result.key.trial)
                self.pairs.append(replace(first, candidate=candidate))

    def results(self, remaining: Sequence[TrialPair]) -> Generator[Sequence[Encoded], None, None]:
        """Run all remaining pairs, then suspects again; yield compared and encoded results."""
        self._session.fetch_snapshots([pair.candidate for pair in remaining])
        self._judge_baselines(remaining)
        if self.plan.is_fixed:
            yield from self._run([_Ask(pair, self._missing_repeat(pair)) for pair in remaining])
            return
        yield from self._run([_Ask(pair) for pair in remaining])
        if self.plan.is_thorough:
            yield from self._run(self._second_asks())
        while asks := self._next_round():
            yield from self._run(asks)

    def _judge_baselines(self, pairs: Sequence[TrialPair]) -> None:
        """Ask the candidate's judge about recorded baselines that another version has judged.

        Both sides of a comparison have the same judge then. The committed recordings stay.
        """
        baselines = {
            pair.baseline.key.id: (pair.baseline, pair.judged_baseline)
            for pair in pairs
            if pair.baseline is not None
            and pair.judged_baseline is not None
            and self._needs_judge(pair.baseline)
        }
        if not baselines:
            return
        judge_only = {name: own for name, (_trial, own) in baselines.items()}
        live = replace(self.live, judge_only=judge_only, warn=_ignore)
        asking = live.open_session(keep_result, self._session.snapshots)
        with closing(asking.results([trial for trial, _own in baselines.values()])) as results:
            for result in results:
                self.calls += result.request_count

    def _needs_judge(self, baseline: Trial) -> bool:
        """Return whether a baseline's verdicts are of another version of the judge, or missing."""
        state, _error = recording_state(baseline, self.live.replayer)
        if baseline.judge is None or state is not CassetteState.RECORDED:
            return False
        if judge_state(baseline, self.live.replayer)[0] is not CassetteState.RECORDED:
            return True
        try:
            cassette = read_judge_cassette(judge_path(self.live.replayer.path(baseline)))
        except CassetteError:  # no question was asked
            return False
        now = self._session.snapshots.find_redacted((baseline.judge, ""))
        return cassette.version != judge_version(baseline.judge.id, now)

    def _run(self, asks: Sequence[_Ask]) -> Iterator[Sequence[Encoded]]:
        self._run_baselines(asks)
        for ask in asks:
            pair = ask.pair
            self._asks[pair.key.id] = ask
            self._contexts[pair.key.id] = CandidateContext(pair.baseline, pair.overrides)
        with closing(self._session.results([ask.pair.candidate for ask in asks])) as results:
            for compared_result, encoded in results:
                self.tally.add(compared_result)
                self.evidence.add(compared_result)
                if compared_result.error is not None:
                    self._lost.add(compared_result.key.case_key)
                # A baseline that was asked is counted already.
                baseline = self._baseline_result(self._asks[compared_result.key.id])
                self.calls += compared_result.request_count - (
                    baseline.request_count if baseline else 0
                )
                yield (encoded,)

    def _baseline_result(self, ask: _Ask) -> TrialResult | None:
        """Return what the baseline's bot answered to an ask, or its error; `None` if not asked."""
        return self._baselines.get(ask.baseline.key.id) if ask.baseline else None

    def _run_baselines(self, asks: Sequence[_Ask]) -> None:
        trials: dict[str, tuple[Trial, Trial]] = {}
        for ask in asks:
            trial, committed = ask.baseline, ask.pair.baseline
            if trial is None or committed is None:
                continue
            # Of several candidates, all are compared with one further trial of their baseline.
            if trial.key.id not in self._baselines:
                trials[trial.key.id] = trial, committed
                overrides = self._overrides[_bot_of(committed, self.live)] or {}
                self._baseline_contexts[trial.key.id] = CandidateContext(committed, overrides)
        if not trials:
            return
        repeats = [trial for trial, _committed in trials.values()]
        with closing(self._baseline_session.results(repeats)) as results:
            for result in results:
                self.calls += result.request_count
                committed = trials[result.key.id][1]
                # Coze describes only the published version.
                result = replace(result, snapshot=_recorded_bot(committed, self.live)[0])
                self._baselines[result.key.id] = result
                if result.error is None:
                    self.evidence.add(result)
                else:
                    # It can no longer be asked: the recording is compared.
                    self._overrides[_bot_of(committed, self.live)] = None

    def _compare(
        self, result: TrialResult, /, *, exit_code: int | None = None
    ) -> tuple[TrialResult, Encoded]:
        """Compare a candidate with its baseline, and encode it."""
        ask = self._asks[result.key.id]
        pair, baseline = ask.pair, self._baseline_result(ask)
        if baseline is not None:
            calls = result.request_count + baseline.request_count
            result = replace(result, request_count=calls)
        if pair.baseline is not None and (baseline is None or baseline.error is not None):
            baseline = replay_baseline(pair, pair.baseline, self.live.replayer)
        compared_result, code = compare_with_baseline(
            baseline, result, self._accepted_results(result.key)
        )
        return compared_result, self.encode(compared_result, exit_code=code)

    def _accepted_results(self, key: TrialKey) -> Iterator[TrialResult]:
        """Yield the answers of a baseline: what its bot answered here, and the recorded ones."""
        for ask in self._asks.values():
            baseline = self._baseline_result(ask)
            is_same_case = ask.pair.key.case_key == key.case_key
            if is_same_case and baseline is not None and baseline.error is None:
                yield baseline
        yield from replay_accepted(self._asks[key.id].pair, self.live.replayer)

    # --- what to run again -----------------------------------------------------------------------

    def _second_asks(self) -> list[_Ask]:
        """Return a second trial of every case that passed the first, as far as the budget goes."""
        suspects, left = self.tally.suspects(), self.plan.budget
        left = None if left is None else left - self.calls
        asks: list[_Ask] = []
        for key, case in self.tally.attempts().items():
            if key in suspects or key in self._lost or case.counts.candidate.total != 1:
                continue
            if left is not None:
                left -= case.counts.calls
                if left < 0:
                    break
            asks.append(self._again_ask(key, None))
        return asks

    def _next_round(self) -> list[_Ask]:
        """Return the trials of suspects that certainly run, whatever comes out of the others."""
        suspects = {
            key: one
            for key, one in self.tally.suspects().items()
            if one.decision is Decision.UNDECIDED and key not in self._lost
        }
        left = self._left()
        if suspects and left > 0:
            what = "compare.round.trials" if self.plan.budget is None else "compare.round.calls"
            self.on_round(message(what, n=len(suspects), calls=self.calls, left=left))
        asks: list[_Ask] = []
        # Where little is left, it goes to those that are decided first.
        steps_of = {k: s.test.smallest_step(s.further_attempts) for k, s in suspects.items()}
        for key in sorted(suspects, key=steps_of.__getitem__):
            suspect = suspects[key]
            overrides = self._overrides_for_suspect(key, suspect)
            sides = 2 if overrides is not None else 1
            cost = sides * (suspect.attempts.counts.calls if self.plan.budget is not None else 1)
            steps = min(steps_of[key], left // max(1, cost))
            if self.plan.budget is None:
                steps = min(steps, ASKS - self._again[key])
            asks += [self._again_ask(key, overrides) for _ in range(steps)]
            self._again[key] += steps
            left -= steps * cost
        return asks

    def _left(self) -> int:
        """Return the calls that are left of the budget; without one, the trials."""
        if self.plan.budget is not None:
            return self.plan.budget - self.calls
        baseline_trials = sum(one.counts.requested.total for one in self.tally.attempts().values())
        return MOST_TRIALS_AGAIN - self._again.total() - baseline_trials

    def _again_ask(self, key: CaseKey, overrides: Mapping[str, str] | None) -> _Ask:
        """Return a further trial of a case, and add it to the pairs of the comparison."""
        repeats = [pair for pair in self.pairs if pair.key.case_key == key]
        first, number = repeats[0], 1 + max(pair.key.trial for pair in repeats)
        pair = replace(first, candidate=repeat_of(first.candidate, number))
        self.pairs.append(pair)
        baseline = None
        if overrides is not None and first.baseline is not None:
            baseline = self.plan.folder.baseline_trial(
                repeat_of(first.baseline, number), overrides, self.plan.moment
            )
        return _Ask(pair, baseline)

    # --- the baseline's bot ----------------------------------------------------------------------

    def _missing_repeat(self, pair: TrialPair) -> Trial | None:
        """Return the repeat that the baseline lacks, if its bot is another one and can be asked.

        Evidence counts as repeats.
        """
        baseline = pair.baseline
        if baseline is None or baseline.key.trial == pair.key.trial:
            return None
        snapshot = _recorded_bot(baseline, self.live)[0]
        version = version_digest(baseline.bot.id, snapshot)
        if version == version_digest(pair.candidate.bot.id, self._session.snapshot(pair.candidate)):
            return None
        find = self.tally.find
        if find and version and find(baseline.key.case_id, version).total >= pair.key.trial:
            return None
        overrides = self._baseline_overrides(baseline)
        if overrides is None:
            return None
        repeat = repeat_of(baseline, pair.key.trial)
        return self.plan.folder.baseline_trial(repeat, overrides, self.plan.moment)

    def _overrides_for_suspect(self, key: CaseKey, suspect: Suspect) -> Mapping[str, str] | None:
        """Return how to ask the baseline of a suspect; `None` if it need not or cannot be asked."""
        attempts = suspect.attempts
        if attempts.is_same_version or attempts.baseline.total >= self.plan.wanted_evidence:
            return None
        baseline = next(pair.baseline for pair in self.pairs if pair.key.case_key == key)
        return self._baseline_overrides(baseline) if baseline else None

    def _baseline_overrides(self, trial: Trial) -> Mapping[str, str] | None:
        """Return the request fields by which a recording's bot is asked; `None` if it is gone."""
        bot = _bot_of(trial, self.live)
        if bot not in self._overrides:
            self._baseline_session.fetch_snapshots([trial])
            current = self._baseline_session.snapshot(trial)
            self._overrides[bot] = _overrides_for(trial, current, *_recorded_bot(trial, self.live))
        return self._overrides[bot]


def _overrides_for(
    trial: Trial,
    current: BotSnapshot | None,
    recorded: BotSnapshot | None,
    recorded_options: Mapping[str, str],
) -> Mapping[str, str] | None:
    """Return the request fields by which a recording's bot is asked; `None` if it is gone.

    Args:
        trial: the recording's trial.
        current: the bot that the scenario asks now.
        recorded: the bot that was recorded.
        recorded_options: request fields of the recording that the scenario does not have.
    """
    version = version_digest(trial.bot.id, recorded)
    if not version or recorded is None or current is None:
        return None
    if version == version_digest(trial.bot.id, current) or _differ_in_version(recorded, current):
        return {}
    # The version of a draft is that of the bot before it.
    has_version = trial.bot.capabilities.has_versions and recorded.version
    if not has_version or recorded_options.get("publish_status"):
        return None
    return {"bot_version": recorded.version}


def _differ_in_version(one: BotSnapshot, other: BotSnapshot) -> bool:
    """Return whether two bots are the same but for their version: a draft that was published."""
    if one.prompt != other.prompt or other.warning:
        return False
    return all(difference.name == "version" for difference in snapshot_differences(one, other))


def _recorded_bot(trial: Trial, live: LiveRunner) -> tuple[BotSnapshot | None, Mapping[str, str]]:
    """Return the bot of a recording, and the request fields that the scenario does not have."""
    origin = live.replayer.origin(trial)
    return (origin.bot, origin.overridden_options) if origin else (None, {})


def _bot_of(trial: Trial, live: LiveRunner) -> str:
    """Return what a recording's bot is known by: all its recordings are asked in one way."""
    snapshot, options = _recorded_bot(trial, live)
    version = version_digest(trial.bot.id, snapshot)
    version_fields = (
        trial.options.bot_version,
        trial.options.publish_status,
        *sorted(options.items()),
    )
    return f"{trial.bot.id} {version} {version_fields}"


def _ignore(_warning: UserText) -> None:
    """Ignore a warning."""
