"""A simulated user: what each side gets, how a conversation ends, its recording and its replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
import vcr
from coze_harness import open_project
from coze_harness.execution.conversation_runner import judged_turns
from coze_harness.execution.recording_facts import recording_state
from coze_harness.execution.turn_sources import MAX_PROMPT_LENGTH
from coze_harness.model import CassetteState, TrialResult, TrialStatus, replace
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.results.trial_digests import RECORDING_SIZE, trial_digests
from project import script_server
from simulating import (
    COMPLAINT,
    PROMPTS,
    SETTINGS,
    SHOP,
    TESTER,
    edit_scenario,
    kinds,
    prompts,
    record,
    record_at,
    recording,
    replay,
    sent_prompts,
    two_bot_script,
    write_project,
)

GOAL = "你被多扣了费用，要求退款，态度配合。"
DONE = "已为您登记，工单已创建。"


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrialResult]:
    folder = write_project(tmp_path_factory.mktemp("simulated") / "project")
    (result,) = record(folder, two_bot_script())
    return folder, result


@pytest.fixture
def recorded_project(recorded_once: tuple[Path, TrialResult], tmp_path: Path) -> Path:
    """A recorded project of its own; its server has stopped."""
    folder = write_project(tmp_path / "project")
    (folder / "cassettes").mkdir()
    source = recorded_once[0] / "cassettes" / "complaint.yaml"
    (folder / "cassettes" / "complaint.yaml").write_bytes(source.read_bytes())
    return folder


def only(folder: Path) -> TrialResult:
    (result,) = replay(folder)
    return result


def error_of(result: TrialResult) -> tuple[str, str]:
    """Return the kind of a result's error, and the id of its message."""
    assert result.error is not None
    return result.error.kind, result.error.what.id


# --- a conversation -----------------------------------------------------------------------------


def test_both_sides_are_in_one_recording_in_order(
    recorded_once: tuple[Path, TrialResult],
) -> None:
    sent = sent_prompts(recording(recorded_once[0]))
    assert [bot for bot, _ in sent] == [SHOP, TESTER, SHOP, TESTER, SHOP]
    assert [text for bot, text in sent if bot == SHOP] == PROMPTS
    briefing, answer = (text for bot, text in sent if bot == TESTER)
    assert GOAL in briefing
    assert PROMPTS[0] in briefing
    assert briefing.endswith("您好，请问您的订单号是多少？")
    assert answer == "好的，订单号 12345 已找到。请问多扣了多少？"


def test_replay_contacts_nobody_and_gives_the_same_result(
    recorded_once: tuple[Path, TrialResult],
) -> None:
    folder, live = recorded_once
    result = only(folder)
    assert (live.status, prompts(live)) == (TrialStatus.PASSED, PROMPTS)
    assert replace(result, http_log=live.http_log, request_count=live.request_count) == live
    assert result.request_count == 0


def test_the_end_is_judged_once_and_every_turn_on_each_reply(
    recorded_once: tuple[Path, TrialResult],
) -> None:
    result = recorded_once[1]
    assert kinds(result) == [["not"], ["not"], ["not", "until", "contains", "turns"]]
    end = result.turns[-1].verdicts[1]
    assert str(end.location).endswith("complaint.yaml:6:10")
    assert end.reason.id == "until.passed"
    assert end.reason.params["turn"] == 3
    assert [result.turns[-1].reply.answer[a:b] for a, b in end.evidence] == ["工单已创建"]  # type: ignore[union-attr]


def test_without_a_first_message_the_tester_speaks_first(tmp_path: Path) -> None:
    text = COMPLAINT.replace("  first: 你好，我要投诉。\n", "")
    (live,) = record(write_project(tmp_path / "p", text), two_bot_script())
    assert prompts(live) == PROMPTS
    sent = sent_prompts(recording(tmp_path / "p"))
    assert [bot for bot, _ in sent] == [TESTER, SHOP] * 3
    assert GOAL in sent[0][1]
    assert "多少" not in sent[0][1]
    assert prompts(only(tmp_path / "p")) == PROMPTS


def test_the_briefing_of_an_english_goal_is_in_english(tmp_path: Path) -> None:
    text = COMPLAINT.replace(GOAL, "You want a refund.").replace("  first: 你好，我要投诉。\n", "")
    record(write_project(tmp_path / "p", text), two_bot_script())
    briefing = sent_prompts(recording(tmp_path / "p"))[0][1]
    assert "You want a refund." in briefing
    assert briefing.isascii()


def test_cases_fill_goal_first_message_and_expectations(tmp_path: Path) -> None:
    text = """name: refund
cases: [{case: a, sum: 12 元, first: 你好，我要投诉。}, {case: b, sum: 30 元, first: 喂}]
simulate:
  bot: tester
  goal: "多扣了{{ sum }}"
  first: "{{ first }}"
  until: ["{{ sum }}"]
  max_turns: 2
"""
    folder = write_project(tmp_path / "p", text)
    shop = "- {regex: 30 元, answer: 好的，30 元}\n- {default: true, answer: 多少？}"
    record(
        folder, two_bot_script(shop, "- {regex: '多扣了(?P<sum>\\d+) 元', answer: '{{ sum }} 元'}")
    )
    one, two = replay(folder)
    assert (prompts(one), prompts(two)) == (["你好，我要投诉。", "12 元"], ["喂", "30 元"])
    assert (one.status.value, two.status.value) == ("failed", "passed")


@pytest.mark.parametrize("extra", ["stream: true", "repeat: 2"])
def test_streams_and_repeats_are_recorded_and_replayed(tmp_path: Path, extra: str) -> None:
    folder = write_project(tmp_path / "p", f"{COMPLAINT}{extra}\n")
    live, again = record(folder, two_bot_script()), replay(folder)
    assert len(live) == len(again) == (2 if "repeat" in extra else 1)
    assert all(prompts(one) == PROMPTS for one in (*live, *again))
    assert {one.status for one in (*live, *again)} == {TrialStatus.PASSED}


def test_a_bot_that_says_nothing_is_reported_to_the_tester_as_such(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    shop = f"- {{prompt: 你好，我要投诉。, answer: ''}}\n- {{default: true, answer: {DONE}}}"
    record(folder, two_bot_script(shop, "- {regex: 没有回复, answer: 在吗?}"))
    assert prompts(only(folder)) == ["你好，我要投诉。", "在吗?"]


def test_a_tester_at_another_service_is_recorded_with_its_address(tmp_path: Path) -> None:
    project = """projects:
- id: '7627835614766841865'
  answers:
  - {regex: 请问多扣, answer: 多扣了 12 元。}
  - {default: true, answer: 订单号是 12345。}
"""
    with (
        script_server(two_bot_script()) as shop,
        script_server(two_bot_script(rest=project)) as other,
    ):
        url = f'tester: {{project: "{other.base_url}/stream_run"}}'
        settings = SETTINGS.replace(f'tester: "{TESTER}"', url)
        folder = write_project(tmp_path / "p", settings=settings)
        (live,) = record_at(folder, shop.base_url, COZE_PROJECT_TOKEN="a.b.c")
    assert live.status is TrialStatus.PASSED, live.error
    calls = [(one.host, one.target) for one in recording(folder).interactions]
    assert calls.count((other.base_url, "/stream_run")) == 2
    assert {host for host, target in calls if target != "/stream_run"} == {shop.base_url}
    assert prompts(only(folder)) == PROMPTS


# --- the end ------------------------------------------------------------------------------------


def test_a_conversation_without_its_end_fails_after_max_turns(tmp_path: Path) -> None:
    text = COMPLAINT.replace("[工单已创建]", "[再见, {regex: 拜拜}]").replace("8", "4")
    folder = write_project(tmp_path / "p", text)
    (live,) = record(folder, two_bot_script())
    assert live == replace(only(folder), http_log=live.http_log, request_count=live.request_count)
    assert live.status is TrialStatus.FAILED
    assert kinds(live)[-1] == ["not", "until!", "contains!", "turns"]
    end = live.turns[-1].verdicts[1]
    assert end.reason.id == "until.failed"
    assert end.reason.params["n"] == 4
    assert len(live.turns) == 4


def test_a_failed_turn_ends_the_conversation_if_that_is_wanted(tmp_path: Path) -> None:
    text = COMPLAINT.replace("{contains: ChatGPT}", "{contains: 找到}") + "stop_on_failure: true\n"
    folder = write_project(tmp_path / "p", text)
    (live,) = record(folder, two_bot_script())
    assert kinds(live) == [["not"], ["not!"]]
    assert kinds(only(folder)) == kinds(live)


def test_until_may_count_turns(tmp_path: Path) -> None:
    text = COMPLAINT.replace("until: [工单已创建]", "until: [{turns: {min: 2, max: 9}}]")
    folder = write_project(tmp_path / "p", text)
    (live,) = record(folder, two_bot_script())
    assert kinds(live) == [["not"], ["not", "until", "contains!", "turns"]]


# --- a hostile tester ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tester", "what"),
    [
        ("- {default: true, answer: ''}", "simulate.error.empty"),
        (r'- {default: true, answer: " \n\t "}', "simulate.error.empty"),
        (f"- {{default: true, answer: {'长' * (MAX_PROMPT_LENGTH + 1)}}}", "simulate.error.long"),
        ("- {default: true, answer: x, faults: [{kind: failed, message: 炸了}]}", "simulate.error"),
        ("- {default: true, answer: x, faults: [{code: 4028}]}", "simulate.error"),
        ("- {prompt: never, answer: x}", "simulate.error"),
    ],
)
def test_a_tester_that_fails_is_an_error_that_names_it(
    tmp_path: Path, tester: str, what: str
) -> None:
    folder = write_project(tmp_path / "p")
    (live,) = record(folder, two_bot_script(tester=tester))
    assert live.status is TrialStatus.ERROR
    assert live.error is not None
    assert live.error.what.id == what
    assert live.error.what.params["tester"] == "tester"
    assert live.error.what.params["turn"] == 2
    assert live.error.exit_code == 4
    assert live.error.next_step
    assert kinds(live) == [["not"]]
    assert not (folder / "cassettes" / "complaint.yaml").exists()


def test_a_tester_that_repeats_itself_is_ended_by_max_turns(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", f"{COMPLAINT.replace('8', '5')}")
    (live,) = record(folder, two_bot_script(tester="- {default: true, answer: 喂}"))
    assert prompts(live) == ["你好，我要投诉。", *["喂"] * 4]
    assert live.status is TrialStatus.FAILED


def test_an_error_of_the_bot_does_not_name_the_tester(tmp_path: Path) -> None:
    shop = "- {prompt: 订单号是 12345。, answer: x, faults: [failed]}\n"
    shop += "- {default: true, answer: 您好，请问您的订单号是多少？}"
    (live,) = record(write_project(tmp_path / "p"), two_bot_script(shop))
    assert error_of(live) == ("chat", "coze.chat.ended.text")
    assert prompts(live) == PROMPTS[:2]
    assert live.turns[-1].reply is None
    assert kinds(live) == [["not"], []]


# --- stale recordings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "what", "line"),
    [
        ("态度配合", "态度强硬", "simulate.stale.tester", "态度配合"),
        ("first: 你好，我要投诉。", "first: 喂", "simulate.stale.first", "你好，我要投诉。"),
        ("  first: 你好，我要投诉。\n", "", "simulate.stale.first", "你好，我要投诉。"),
        (
            "name: complaint",
            'name: complaint\nbot_version: "7"',
            "simulate.stale.bot",
            "bot_version",
        ),
        ("bot: tester", 'bot: "7403315657221079049"', "simulate.stale.tester", TESTER),
        ("name: complaint", "name: complaint\nuser_id: me", "simulate.stale.both", "user_id"),
    ],
)
def test_a_stale_side_is_named(
    recorded_project: Path, old: str, new: str, what: str, line: str
) -> None:
    assert old in COMPLAINT
    edit_scenario(recorded_project, COMPLAINT.replace(old, new, 1))
    result = only(recorded_project)
    assert error_of(result) == ("stale", what)
    assert result.error is not None
    assert any(line in str(one) for one in result.error.detail)


def test_an_ordinary_recording_is_stale_for_a_simulated_user(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", "name: complaint\nturns: [{prompt: 你好，我要投诉。}]\n")
    record(folder, two_bot_script())
    edit_scenario(folder, COMPLAINT)
    assert error_of(only(folder)) == ("stale", "simulate.stale.other")


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        # what is only judged never makes a recording stale
        ("max_turns: 8", "max_turns: 20", ["not", "until", "contains", "turns"]),
        ("expect: [工单, {turns: {max: 6}}]", "expect: [再见]", ["not", "until", "contains!"]),
        ("[{not: {contains: ChatGPT}}]", "[{length: {min: 1}}]",
         ["length", "until", "contains", "turns"]),
        ("until: [工单已创建]", "until: [已找到, 工单已创建]",
         ["not", "until", "contains!", "turns"]),
        ("max_turns: 8", "max_turns: 2", ["not", "until!", "contains!", "turns"]),
    ],
)  # fmt: skip
def test_a_changed_expectation_is_judged_on_the_recording(
    recorded_project: Path, old: str, new: str, ends: list[str]
) -> None:
    assert old in COMPLAINT
    edit_scenario(recorded_project, COMPLAINT.replace(old, new))
    result = only(recorded_project)
    assert result.error is None
    assert kinds(result)[-1] == ends


@pytest.mark.parametrize("until", ["until: [再见]", "until: [{contains: 工单未创建}]"])
def test_a_conversation_that_now_goes_on_is_stale_for_every_command(
    recorded_project: Path, until: str
) -> None:
    edit_scenario(recorded_project, COMPLAINT.replace("until: [工单已创建]", until))
    result = only(recorded_project)
    assert error_of(result) == ("stale", "simulate.goes_on")
    assert result.error is not None
    assert result.error.what.params["turn"] == 3
    with open_project(recorded_project, environment={}) as project:
        (trial,) = select_trials(project, TrialSelection())
        runner = replace(project.replayer, root=str(recorded_project))
        state, error = recording_state(trial, runner)
    assert state is CassetteState.STALE
    assert error is not None
    assert error.what.id == "simulate.goes_on"


def test_a_shorter_replay_is_no_new_recording(recorded_project: Path) -> None:
    before = trial_digests(only(recorded_project))
    edit_scenario(recorded_project, COMPLAINT.replace("max_turns: 8", "max_turns: 2"))
    after = trial_digests(only(recorded_project))
    assert before[:RECORDING_SIZE] == after[:RECORDING_SIZE]
    assert before != after


@pytest.mark.parametrize("extra", ["", "stop_on_failure: true\nevery_turn: [{not: 多扣了多少}]\n"])
def test_each_verdict_has_its_expectation(recorded_project: Path, extra: str) -> None:
    text = COMPLAINT.replace("every_turn: [{not: {contains: ChatGPT}}]\n", extra)
    edit_scenario(recorded_project, text if extra else COMPLAINT)
    with open_project(recorded_project, environment={}) as project:
        (trial,) = select_trials(project, TrialSelection())
        turns = judged_turns(trial.script.turns({}), only(recorded_project).turns)
    result = only(recorded_project)
    assert [turn.prompt for turn in turns] == prompts(result)
    assert [[(one.kind, str(one.location)) for one in turn.expectations] for turn in turns] == [
        [(one.kind, str(one.location)) for one in turn.verdicts] for turn in result.turns
    ]


# --- other tools --------------------------------------------------------------------------------


def test_plain_vcrpy_replays_both_sides(recorded_project: Path) -> None:
    path = recorded_project / "cassettes" / "complaint.yaml"
    exchange_record = recording(recorded_project)
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        answers = [
            requests.request(
                one.method, f"{one.host}{one.target}", data=one.request_body or None, timeout=5
            ).json()
            for one in exchange_record.interactions
        ]
        assert cassette.all_played
    texts = [
        message["content"]
        for answer in answers
        if isinstance(answer["data"], list)
        for message in answer["data"]
        if message["type"] == "answer"
    ]
    assert texts == [
        "您好，请问您的订单号是多少？",
        "订单号是 12345。",
        "好的，订单号 12345 已找到。请问多扣了多少？",
        "多扣了 12 元。",
        DONE,
    ]
    assert json.loads(exchange_record.interactions[0].request_body)["bot_id"] == SHOP
