"""Which candidates can be accepted: found by name or decision, and checked by today's scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from coze_harness.baseline.candidates import (
    Candidate,
    CandidateFolder,
)
from coze_harness.baseline.decisions import (
    Decisions,
    ReviewDecision,
    ScenarioDecision,
    missing_candidate,
    more_errors,
    other_candidate,
    unknown_scenario,
)
from coze_harness.baseline.promotion import Promotion
from coze_harness.cassettes import Recording
from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.accepted_recording import accepted_info, without_overrides
from coze_harness.execution.judge_cassette import judge_path
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import literal, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import replace
from coze_harness.model.errors import (
    CassetteError,
    CassetteStaleError,
    HarnessError,
    NothingSelectedError,
    UsageError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial

_CaseOfBot: TypeAlias = tuple[str, str, str]

# Of decisions that cannot be applied; to look for a similar name takes long.
_MAX_ERRORS: Final = 20


class DecidedCandidates(Struct, frozen=True):
    """A decision, and the candidates that it is about.

    `files` are all of them; `promotions` those that can be accepted.
    """

    entry: ScenarioDecision
    promotions: Sequence[Promotion]
    files: Sequence[Path]

    def has_answers(self, answers: Mapping[str, tuple[str | None, ...]]) -> bool:
        """Return whether the candidates' answers, by trial, are those."""
        return all(
            answers.get(p.recorded_trial.key.id) == p.result.answers for p in self.promotions
        )


class CandidateReview(Struct, frozen=True):
    """Finds and checks the candidates of a project.

    `trials` are all of the project.
    """

    candidates: CandidateFolder
    runner: ReplayRunner
    trials: Sequence[Trial]

    def find(self, names: Sequence[str]) -> list[Promotion | HarnessError]:
        """Return the named candidates, each ready to be promoted, or the reason why it is not.

        Args:
            names: scenarios, ids of trials, paths of scenario files, folders, cassettes or
                candidates; none: all candidates.

        Raises:
            UsageError: a name is unknown.
            NothingSelectedError: there is no candidate, or none of a name.
        """
        candidates = list(self.candidates.find(self.trials))
        if not candidates:
            raise NothingSelectedError(
                message("candidate.none"),
                next_step=message("candidate.none.next"),
            )
        return self._check_all(self._select(names, candidates) if names else candidates, candidates)

    def find_decided(
        self, decisions: Decisions, answers: Mapping[str, tuple[str | None, ...]]
    ) -> list[DecidedCandidates | HarnessError]:
        """Return the candidates of each decision, or why it cannot be applied.

        Only those that are accepted must be usable. After twenty errors, the rest is not checked.

        Args:
            decisions: of a comparison.
            answers: those that the comparison has shown, by trial; others are not decided.
        """
        candidates = list(self.candidates.find(self.trials))
        scenarios = {trial.key.scenario for trial in self.trials}
        groups: dict[tuple[str, str], list[Candidate]] = {}
        for one in candidates:
            if one.trial is not None:
                groups.setdefault(one.trial.key.group, []).append(one)
        outcomes: list[DecidedCandidates | HarnessError] = []
        errors = 0
        for entry in decisions.entries:
            if errors >= _MAX_ERRORS:
                outcomes.append(more_errors(decisions, _MAX_ERRORS))
                break
            selected = groups.get((entry.scenario, entry.bot), [])
            if entry.scenario not in scenarios:
                ones: list[DecidedCandidates | HarnessError] = [unknown_scenario(entry, scenarios)]
            else:
                ones = self._find_for_decision(entry, selected, candidates)
            errors += sum(isinstance(one, HarnessError) for one in ones)
            outcomes += [
                other_candidate(one.entry, decisions.run_id)
                if isinstance(one, DecidedCandidates) and not one.has_answers(answers)
                else one
                for one in ones
            ]
        return outcomes

    def _find_for_decision(
        self,
        entry: ScenarioDecision,
        selected: Sequence[Candidate],
        candidates: Sequence[Candidate],
    ) -> list[DecidedCandidates | HarnessError]:
        if not selected:
            return [missing_candidate(entry)]
        try:
            outcomes = self._check_all(selected, candidates)
        except NothingSelectedError as error:
            outcomes = [error]
        errors = [one for one in outcomes if isinstance(one, HarnessError)]
        if errors and entry.decision is ReviewDecision.ACCEPT:
            return [*errors]
        promotions = [one for one in outcomes if isinstance(one, Promotion)]
        return [DecidedCandidates(entry, promotions, [one.path for one in selected])]

    def _select(self, names: Sequence[str], candidates: Sequence[Candidate]) -> list[Candidate]:
        selected: dict[Path, Candidate] = {}
        for name in names:
            path = (self.candidates.folders.working / name).resolve()
            matches = [one for one in candidates if self._is_named(name, path, one)]
            if not matches:
                raise self._unknown(name, path)
            selected |= {one.path: one for one in matches}
        return list(selected.values())

    def _is_named(self, name: str, path: Path, candidate: Candidate) -> bool:
        places = [candidate.path.resolve()]
        if candidate.trial is not None:
            key = candidate.trial.key
            if name in (key.id, key.scenario):
                return True
            places.append((self.candidates.folders.root / key.file).resolve())
            places.append(self.candidates.committed_path(candidate.path).resolve())
        return any(place == path or path in place.parents for place in places)

    def _unknown(self, name: str, path: Path) -> HarnessError:
        known = {word for trial in self.trials for word in (trial.key.id, trial.key.scenario)}
        if name in known or path.exists():
            return NothingSelectedError(
                message("candidate.none_of", name=name),
                next_step=message("candidate.none_of.next", name=shell_word(name)),
            )
        near = get_close_matches(name, known, 1)
        return UsageError(
            message("candidate.unknown.near", name=name, near=near[0])
            if near
            else message("candidate.unknown", name=name),
            next_step=message("candidate.unknown.next"),
        )

    def _check_all(
        self, selected: Iterable[Candidate], candidates: Iterable[Candidate]
    ) -> list[Promotion | HarnessError]:
        own_trials = {(*_case_of(trial), trial.key.trial): trial for trial in self.trials}
        extras = _extra_repeats(candidates, own_trials)
        outcomes: list[Promotion | HarnessError] = []
        for one in selected:
            if one.error is not None:
                outcomes.append(one.error)
            elif one.trial is None:
                continue
            elif trial := own_trials.get((*_case_of(one.trial), one.trial.key.trial)):
                extra = extras.pop(_case_of(one.trial), ())
                outcomes.append(self._check(one, one.trial, trial, extra))
            elif (*_case_of(one.trial), 1) not in own_trials:
                relative_path = self.candidates.folders.relative_path(one.path)
                outcomes.append(_other_bot_error(one.trial, relative_path))
        if not outcomes:
            raise NothingSelectedError(
                message("candidate.more_repeats"),
                next_step=message("candidate.more_repeats.next"),
            )
        return outcomes

    def _check(
        self, candidate: Candidate, recorded: Trial, trial: Trial, extra: Sequence[Path]
    ) -> Promotion | HarnessError:
        """Return what would be written, after replaying it by today's scenario."""
        relative_path = str(self.candidates.folders.relative_path(candidate.path))
        runner = replace(self.runner, record_command="compare")
        try:
            recording, turns = runner.load(recorded, relative_path)
        except HarnessError as error:
            return error
        info = recording.origin
        if info is None:
            return CassetteStaleError(message("candidate.unnamed"), where=Location(relative_path))
        rewritten_recording = without_overrides(recording, trial)
        result = runner.replay_recording(trial, rewritten_recording, turns, judged_as=recorded)
        if result.error is not None:
            return CassetteError(
                message(
                    "candidate.not_replayed",
                    location=str(trial.location),
                    reason=result.error.what,
                ),
                where=Location(relative_path),
                detail=result.error.detail,
                next_step=literal(f"coze-harness compare {shell_word(trial.key.file)}"),
            )
        return Promotion(
            candidate=candidate,
            trial=trial,
            recording=rewritten_recording,
            origin=accepted_info(info, trial, turns),
            result=result,
            extra_files=tuple(extra),
            judge_recording=_read_judge_recording(relative_path) if trial.judge else None,
        )


def _read_judge_recording(path: str) -> Recording | None:
    """Return the recording of a candidate's judge; `None` if no question was asked."""
    try:
        return store.read_cassette(judge_path(path))
    except CassetteError:
        return None


def _case_of(trial: Trial) -> _CaseOfBot:
    return trial.key.scenario, trial.key.case, trial.bot.id


def _extra_repeats(
    candidates: Iterable[Candidate], own_trials: Mapping[tuple[str, str, str, int], Trial]
) -> dict[_CaseOfBot, list[Path]]:
    """Return candidates of repeats that the scenarios do not have, by case and bot."""
    extras: dict[_CaseOfBot, list[Path]] = {}
    for one in candidates:
        if one.trial is None:
            continue
        case = _case_of(one.trial)
        if (*case, one.trial.key.trial) not in own_trials and (*case, 1) in own_trials:
            extras.setdefault(case, []).append(one.path)
    return extras


def _other_bot_error(trial: Trial, path: Path) -> CassetteStaleError:
    return CassetteStaleError(
        message(
            "candidate.other_bot",
            trial=trial.key.id,
            bot=trial.key.bot,
            location=str(trial.location),
        ),
        where=Location(str(path)),
        next_step=message("candidate.other_bot.next", bot=trial.key.bot),
    )
