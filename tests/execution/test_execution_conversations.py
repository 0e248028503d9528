"""Turn by turn: what is asked, judged and kept, and what comes of a trial."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
from builders import reply, snapshot
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    error_record,
    run_conversation,
)
from coze_harness.execution.flow_driver import run_flow
from coze_harness.messages import literal
from coze_harness.model import (
    Attachment,
    ChatOptions,
    HttpCall,
    HttpResponse,
    LoggedCall,
    Reply,
    Severity,
    Target,
    TrialKey,
    TrialResult,
    TrialStatus,
    Verdict,
    VerdictStatus,
    Wait,
)
from coze_harness.model.errors import (
    CassetteMissingError,
    ChatFailedError,
    CozeError,
    HarnessError,
    UnplayedInteractionsError,
)
from coze_harness.model.location import Location
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import EvaluationContext, Trial, Turn

LOCATION = Location("scenarios/identity.yaml", 9, 5)
PASSED, FAILED, SKIPPED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.SKIPPED


@dataclass(frozen=True)
class Demand:
    """An expectation whose verdict is given beforehand, and that keeps what it saw."""

    kind: ClassVar[str] = "demand"
    status: VerdictStatus = PASSED
    severity: Severity = Severity.ERROR
    fault: HarnessError | None = None
    location: Location = LOCATION
    contexts: list[EvaluationContext] = field(default_factory=list)

    def judge(self, context: EvaluationContext) -> Verdict:
        self.contexts.append(context)
        if self.fault is not None:
            raise self.fault
        return Verdict(
            kind="demand",
            status=self.status,
            expected=literal(""),
            actual=literal(""),
            reason=literal(""),
            location=LOCATION,
            severity=self.severity,
        )


class Answers:
    """A dialogue that gives replies, or raises errors, one a turn."""

    def __init__(self, *outcomes: Reply | HarnessError) -> None:
        self._outcomes = iter(outcomes)
        self.prompts: list[str] = []

    def run_turn(self, turn: Turn) -> Generator[HttpCall | Wait, HttpResponse | None, Reply]:
        self.prompts.append(turn.prompt)
        yield Wait(3600)
        outcome = next(self._outcomes)
        if isinstance(outcome, HarnessError):
            raise outcome
        return outcome


class NoScript:
    generated_names: frozenset[str] = frozenset()
    written_turns: object = ()

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        raise NotImplementedError


class Nowhere:
    def send(self, call: HttpCall) -> HttpResponse:
        raise AssertionError(call)


def trial(*, known_failure: str = "", stop_on_failure: bool = False) -> Trial:
    key = TrialKey(
        id="identity",
        scenario="identity",
        file="scenarios/identity.yaml",
        line=2,
        bot="chatchat",
        case="",
        trial=1,
        tags=(),
        cassette="identity.yaml",
    )
    return Trial(
        key=key,
        bot=Target(name="chatchat", id="7403315657221079041"),
        options=ChatOptions(user_id="0"),
        script=NoScript(),
        known_failure=known_failure,
        stop_on_failure=stop_on_failure,
    )


def turn(*demands: Demand, prompt: str = "你是谁?") -> Turn:
    return Turn(prompt=prompt, expectations=demands, location=LOCATION)


def run_to_end(trial: Trial, turns: Sequence[Turn], dialogue: Answers) -> ConversationResult:
    conversation: CallFlow[ConversationResult] = run_conversation(trial, turns, dialogue)
    return run_flow(conversation, Nowhere())


def status(
    *demands: Demand, known_failure: str = "", error: HarnessError | None = None
) -> TrialStatus:
    one = trial(known_failure=known_failure)
    return build_trial_result(
        one, run_to_end(one, [turn(*demands)], Answers(reply())), error=error
    ).status


FAULT = CozeError("trouble")
WARNED = Demand(FAILED, Severity.WARNING)


@pytest.mark.parametrize(
    ("demands", "known_failure", "error", "expected"),
    [
        ([], "", None, TrialStatus.PASSED),
        ([Demand(PASSED)], "", None, TrialStatus.PASSED),
        ([Demand(SKIPPED)], "", None, TrialStatus.PASSED),
        ([WARNED], "", None, TrialStatus.PASSED),
        ([Demand(PASSED), Demand(FAILED)], "", None, TrialStatus.FAILED),
        ([WARNED, Demand(FAILED)], "", None, TrialStatus.FAILED),
        ([Demand(PASSED)], "a bug", None, TrialStatus.FIXED),
        ([WARNED], "a bug", None, TrialStatus.FIXED),
        ([Demand(FAILED)], "a bug", None, TrialStatus.KNOWN_FAILURE),
        ([Demand(PASSED)], "", FAULT, TrialStatus.ERROR),
        ([Demand(FAILED)], "", FAULT, TrialStatus.ERROR),
        ([Demand(PASSED)], "a bug", FAULT, TrialStatus.ERROR),
        ([Demand(FAILED)], "a bug", FAULT, TrialStatus.ERROR),
        ([Demand(fault=FAULT)], "", None, TrialStatus.ERROR),
    ],
)
def test_what_comes_of_a_trial(
    demands: list[Demand], known_failure: str, error: HarnessError | None, expected: TrialStatus
) -> None:
    assert status(*demands, known_failure=known_failure, error=error) is expected


def test_a_failure_in_any_turn_fails_the_trial_and_the_conversation_goes_on() -> None:
    one = trial()
    dialogue = Answers(reply("一"), reply("二"), reply("三"))
    turns = [turn(Demand(FAILED), prompt="1"), turn(prompt="2"), turn(Demand(), prompt="3")]
    outcome = run_to_end(one, turns, dialogue)
    assert dialogue.prompts == ["1", "2", "3"]
    assert [t.reply.answer for t in outcome.turns if t.reply] == ["一", "二", "三"]
    assert build_trial_result(one, outcome).status is TrialStatus.FAILED


def test_an_expectation_sees_its_own_reply_and_those_before_it() -> None:
    demand = Demand()
    first, second, third = reply("一"), reply("二"), reply("三")
    turns = [turn(prompt="1"), turn(prompt="2"), turn(demand, prompt="3")]
    run_to_end(trial(), turns, Answers(first, second, third))
    assert demand.contexts == [EvaluationContext("3", third, (first, second), None, ("1", "2"))]


@pytest.mark.parametrize(("demand", "count"), [(Demand(FAILED), 1), (WARNED, 2), (Demand(), 2)])
def test_stop_on_failure_ends_the_conversation_at_a_failed_turn(demand: Demand, count: int) -> None:
    dialogue = Answers(reply(), reply())
    outcome = run_to_end(trial(stop_on_failure=True), [turn(demand), turn()], dialogue)
    assert len(dialogue.prompts) == len(outcome.turns) == count
    assert outcome.error is None


def test_an_error_in_the_second_turn_keeps_the_first_turn_s_verdicts() -> None:
    fault = ChatFailedError("The chat ended failed.", log_id="LOG")
    dialogue = Answers(reply("一"), fault, reply("三"))
    outcome = run_to_end(trial(), [turn(Demand(FAILED)), turn(prompt="二?"), turn()], dialogue)
    first, second = outcome.turns
    assert first.reply is not None
    assert [verdict.status for verdict in first.verdicts] == [FAILED]
    assert (second.prompt, second.reply, second.verdicts) == ("二?", None, ())
    assert outcome.error is fault
    assert len(dialogue.prompts) == 2


def test_an_expectation_that_cannot_judge_is_an_error_that_keeps_the_reply() -> None:
    first = reply("一")
    demands = [Demand(), Demand(fault=FAULT), Demand(FAILED)]
    outcome = run_to_end(trial(), [turn(*demands), turn()], Answers(first, reply()))
    (only,) = outcome.turns
    assert only.reply is first
    assert [verdict.status for verdict in only.verdicts] == [PASSED]
    assert outcome.error is FAULT
    assert demands[2].contexts == []


def test_a_conversation_without_turns_passes() -> None:
    assert run_to_end(trial(), [], Answers()) == ConversationResult(())


def test_an_error_of_the_program_is_not_caught() -> None:
    class Broken:
        def run_turn(self, turn: Turn) -> CallFlow[Reply]:
            raise ZeroDivisionError(turn.prompt)

    with pytest.raises(ZeroDivisionError):
        run_flow(run_conversation(trial(), [turn()], Broken()), Nowhere())


def test_the_files_that_went_with_a_prompt_are_named_whether_it_is_answered_or_not() -> None:
    files = (Attachment("images/地图.png", 3, "abc"), Attachment("https://example.com/a.png"))
    sent = Turn(prompt="你好", expectations=(), location=LOCATION, attachments=files)
    result = run_flow(
        run_conversation(trial(), [sent, sent], Answers(reply(), CassetteMissingError("x"))),
        Nowhere(),
    )
    names = ("images/地图.png", "https://example.com/a.png")
    assert [turn.attached for turn in result.turns] == [names, names]


# --- conclude -----------------------------------------------------------------------------------


def result_without_turns(**fields: object) -> TrialResult:
    return build_trial_result(trial(), ConversationResult(()), **fields)  # type: ignore[arg-type]  # checked by conclude


def test_a_result_has_all_that_is_known() -> None:
    bot = snapshot()
    log = (
        LoggedCall("POST", "/v3/chat", 200, 0.0, 0.5),
        LoggedCall("GET", "/x", 200, 2.25, 0.1234),
    )
    result = result_without_turns(
        http_log=log,
        request_count=7,
        snapshot=bot,
        recorded_at="2026-11-22",
        warnings=(literal("careful"),),
    )
    assert result.key.id == "identity"
    assert result.bot_id == "7403315657221079041"
    assert (result.http_log, result.request_count, result.snapshot) == (log, 7, bot)
    assert (result.warnings, result.recorded_at) == ((literal("careful"),), "2026-11-22")
    assert result.seconds == 2.373
    assert result.error is None


def test_a_trial_without_an_exchange_took_no_time() -> None:
    assert result_without_turns().seconds == 0.0


def test_the_conversation_s_own_error_comes_before_the_recording_s() -> None:
    first, second = CozeError("first"), UnplayedInteractionsError("second")
    result = build_trial_result(trial(), ConversationResult((), first), error=second)
    assert result.error == error_record(first)
    assert result_without_turns(error=second).error == error_record(second)


def test_an_error_is_kept_in_its_parts() -> None:
    fault = CassetteMissingError(
        "没有录音。", where=LOCATION, next_step="record", detail=["a", "b"], log_id="LOG"
    )
    record = error_record(fault)
    assert (record.kind, str(record.what), record.where) == ("missing", "没有录音。", str(LOCATION))
    assert (str(record.next_step), record.exit_code) == ("record", 3)
    assert ([*map(str, record.detail)], record.log_id) == (["a", "b"], "LOG")
    assert error_record(CozeError("x")).where == ""


def test_the_reason_of_a_known_failure_is_kept_whatever_came_of_it() -> None:
    one = trial(known_failure="周二")
    assert build_trial_result(one, ConversationResult(())).known_failure == "周二"
    assert build_trial_result(one, ConversationResult((), FAULT)).known_failure == "周二"
