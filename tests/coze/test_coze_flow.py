"""One chat and conversations of several turns, against the scripted server over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coze_harness.coze import PollSchedule
from coze_harness.messages import message
from coze_harness.model import ChatOptions, replace
from coze_harness.model.errors import ApiError, ChatFailedError, ChatTimeoutError, ScenarioError
from coze_harness.server.server_process import RunningServer, serve
from talking import BOT, LOCATION, SpyTool, Talk, script, scripted_fault

ANSWERS = """
- prompt: 你是谁?
  answer: 我是chatchat,一个虚拟的学术助手。
  follow_ups: [你能做什么?, 你支持哪些语言?]
  usage: {input: 500, output: 133}
  delay: 0.05
- prompt: two parts
  answer: ['第一，ﬁrst', 'second 🙂']
  tools: [{name: get_weather, arguments: {city: 杭州}, output: {temp: 21}}]
  order: %s
  delay: 0.01
- prompt: remember me
  turn: 1
  answer: I will.
  delay: 0.01
- prompt: who am I?
  earlier: remember me
  answer: You are you.
  delay: 0.01
- prompt: weather, please
  delay: 0.02
  requires_action:
    %s
    calls:
    - {name: get_weather, arguments: {city: 北京}}
    - {name: get_time, arguments: {}}
    then: {answer: 'It is {{ get_weather }} at {{ get_time }}.', delay: 0.02}
- default: true
  answer: default
  delay: 0.01
"""


def serving(order: str = "chronological", action: str = "status: requires_action") -> RunningServer:
    return serve(script(ANSWERS % (order, action)))


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serving() as running:
        yield running


def test_the_walkthrough_s_flow_gives_a_whole_reply(server: RunningServer) -> None:
    before = server.calls.get("GET /v3/chat/retrieve", 0)
    with Talk(server) as talk:
        reply = talk.ask("你是谁?")
    assert reply.answer == "我是chatchat,一个虚拟的学术助手。"
    assert reply.status == "completed"
    assert reply.follow_ups == ("你能做什么?", "你支持哪些语言?")
    assert reply.usage is not None
    assert (reply.usage.total, reply.usage.input, reply.usage.output) == (633, 500, 133)
    assert reply.chat_id.isdecimal()
    assert reply.conversation_id.isdecimal()
    assert len(reply.chat_id) == 19
    assert len(reply.log_id) == 34
    assert reply.poll_count == talk.paths().count("/retrieve")
    assert reply.poll_count == server.calls["GET /v3/chat/retrieve"] - before
    assert reply.seconds is not None
    assert 0.05 <= reply.seconds < 2
    assert talk.paths() == ["prompt", *["/retrieve"] * reply.poll_count, "/message/list"]


@pytest.mark.parametrize(
    "order", ["chronological", "answer-first", "verbose-first", "tools-first", "shuffled"]
)
def test_the_answer_is_found_by_type_whatever_the_order(order: str) -> None:
    with serving(order) as server, Talk(server) as talk:
        reply = talk.ask("two parts")
    texts = [m.content for m in reply.messages if m.type == "answer"]
    assert sorted(texts) == ["second 🙂", "第一，ﬁrst"]
    assert reply.answer == "\n".join(texts)
    if order != "shuffled":
        assert reply.answer == "第一，ﬁrst\nsecond 🙂"
    assert {m.type for m in reply.messages} > {"verbose", "function_call", "tool_response"}
    assert [(c.name, c.arguments) for c in reply.tool_calls] == [("get_weather", {"city": "杭州"})]


@pytest.mark.parametrize("kind", ["omit_data", "empty_data"])
def test_a_list_without_data_is_requested_once_more(kind: str) -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault({"kind": kind, "times": 1}))
        assert talk.ask("hello").answer == "default"
        assert talk.paths()[-2:] == ["/message/list", "/message/list"]


@pytest.mark.parametrize("kind", ["omit_data", "empty_data"])
def test_an_answer_that_stays_empty_is_an_empty_answer(kind: str) -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault({"kind": kind}))
        reply = talk.ask("hello")
        assert (reply.status, reply.answer, reply.messages) == ("completed", "", ())
        assert talk.paths().count("/message/list") == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "created_first"},
        {"kind": "created_first", "at": "retrieve"},
        {"kind": "unknown_status", "times": 2},
        {"kind": "unknown_status", "at": "chat"},
        {"kind": "unknown_type"},
    ],
)
def test_unknown_values_are_ignored(fault: dict[str, object]) -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault(fault))
        reply = talk.ask("你是谁?")
        assert reply.answer == "我是chatchat,一个虚拟的学术助手。"


def test_a_message_of_an_unknown_type_is_kept() -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault("unknown_type"))
        assert "hologram" in [m.type for m in talk.ask("你是谁?").messages]


def test_a_status_that_stays_unknown_is_polled_until_the_deadline() -> None:
    with (
        serving() as server,
        Talk(server, schedule=PollSchedule(interval=0.05, timeout=1.5)) as talk,
    ):
        server.inject(scripted_fault("never_ends"))
        server.inject(scripted_fault({"kind": "unknown_status", "status": "冥想"}))
        with pytest.raises(ChatTimeoutError, match="last status 冥想"):
            talk.ask("你是谁?")
        assert talk.paths().count("/retrieve") > 2


def test_a_chat_past_its_deadline_is_cancelled_and_says_so() -> None:
    with (
        serving() as server,
        Talk(server, schedule=PollSchedule(interval=0.05, timeout=0.25)) as talk,
    ):
        server.inject(scripted_fault("never_ends"))
        with pytest.raises(ChatTimeoutError) as caught:
            talk.ask("你是谁?")
        assert server.calls["POST /v3/chat/cancel"] == 1
        polls = talk.paths().count("/retrieve")
        what = caught.value.what
        assert what.id == "coze.chat.timeout.canceled"
        assert (what.params["n"], what.params["status"]) == (polls, "in_progress")
        assert len(caught.value.log_id) == 34
        assert "timeout" in str(caught.value.next_step)
        # Cancelled indeed: the conversation takes the next prompt.
        server.clear_faults()
        assert talk.ask("hello").answer == "default"


def test_a_failed_cancellation_is_reported_and_the_timeout_stays_the_error() -> None:
    with (
        serving() as server,
        Talk(server, schedule=PollSchedule(interval=0.05, timeout=0.1)) as talk,
    ):
        server.inject(scripted_fault("never_ends"))
        server.inject(scripted_fault({"code": 4101, "at": "cancel"}))
        with pytest.raises(ChatTimeoutError, match="4101") as caught:
            talk.ask("你是谁?")
        assert caught.value.what.id == "coze.chat.timeout.not_canceled"


def test_a_chat_that_ends_while_it_is_cancelled_is_a_time_out_too() -> None:
    with (
        serving() as server,
        Talk(server, schedule=PollSchedule(interval=0.05, timeout=0.1)) as talk,
    ):
        server.inject(scripted_fault("never_ends"))
        server.inject(scripted_fault({"code": 4104, "at": "cancel"}))
        with pytest.raises(ChatTimeoutError) as caught:
            talk.ask("你是谁?")
        assert caught.value.what.id == "coze.chat.timeout.ended"


def test_a_failed_chat_is_an_error_with_its_own_code_and_log_id() -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault({"kind": "failed", "code": 4028, "message": "用完了"}))
        with pytest.raises(ChatFailedError) as caught:
            talk.ask("你是谁?")
        what = message("coze.chat.ended.text", status="failed", code=4028, text="用完了")
        assert caught.value.what == what
        assert "plan and balance" in str(caught.value.next_step)
        assert len(caught.value.log_id) == 34
        assert "/message/list" not in talk.paths()


@pytest.mark.parametrize(
    ("spelling", "status"),
    [
        ("canceled", "canceled"),
        ("cancelled", "canceled"),
        ("expired", "expired"),
        ("deleted", "deleted"),
        ("required_action", "requires_action"),
        ("requires_action", "requires_action"),
    ],
)
def test_every_spelling_of_another_end_than_completed_is_an_error(
    spelling: str, status: str
) -> None:
    with serving() as server:
        server.inject(scripted_fault({"kind": "ends", "status": spelling}))
        with Talk(server) as talk, pytest.raises(ChatFailedError):
            talk.ask("你是谁?")
        with Talk(server) as talk:
            reply = talk.ask("你是谁?", checks_status=True)
    assert reply.status == status
    assert reply.answer == ""


def test_a_turn_that_judges_the_status_gets_what_failed() -> None:
    with serving() as server, Talk(server) as talk:
        server.inject(scripted_fault("failed"))
        reply = talk.ask("你是谁?", checks_status=True)
        assert (reply.status, reply.error_code) == ("failed", 5000)
        assert reply.error_message == "event interval error"


def test_later_turns_continue_the_conversation_of_the_first(server: RunningServer) -> None:
    with Talk(server) as talk:
        first = talk.ask("remember me")
        second = talk.ask("who am I?")
        prompts = [call for call in talk.spy.calls if call.path == "/v3/chat"]
    assert second.answer == "You are you."
    assert second.conversation_id == first.conversation_id
    assert second.chat_id != first.chat_id
    assert [call.query for call in prompts] == [
        (),
        (("conversation_id", first.conversation_id),),
    ]
    assert all("conversation_id" not in (call.body or {}) for call in prompts)


def test_an_existing_conversation_is_continued_by_its_id(server: RunningServer) -> None:
    with Talk(server) as talk:
        first = talk.ask("remember me")
    options = ChatOptions(user_id="0", conversation_id=first.conversation_id)
    with Talk(server, options=options) as talk:
        assert talk.ask("who am I?").answer == "You are you."
        assert talk.spy.calls[0].query == (("conversation_id", first.conversation_id),)


def test_an_unknown_conversation_is_an_error_with_a_next_step(server: RunningServer) -> None:
    options = ChatOptions(user_id="0", conversation_id="7" * 19)
    with Talk(server, options=options) as talk, pytest.raises(ApiError) as caught:
        talk.ask("hello")
    assert caught.value.code == 4002
    assert "conversation_id" in str(caught.value.next_step)


@pytest.mark.parametrize("spelling", ["requires_action", "required_action"])
def test_tool_outputs_are_submitted_together_and_the_chat_continues(spelling: str) -> None:
    with serving(action=f"status: {spelling}") as server, Talk(server) as talk:
        reply = talk.ask(
            "weather, please", tools={"get_time": "正午", "get_weather": "21°", "unused": "x"}
        )
        assert reply.answer == "It is 21° at 正午."
        assert server.calls["POST /v3/chat/submit_tool_outputs"] == 1
        assert talk.paths().count("/retrieve") == reply.poll_count


@pytest.mark.parametrize("stream", [False, True])
def test_computed_tools_get_the_arguments_of_their_calls(
    server: RunningServer, stream: bool
) -> None:
    weather, clock = SpyTool("w"), SpyTool("t")
    with Talk(server, options=ChatOptions(user_id="0", stream=stream)) as talk:
        tools = {"get_weather": weather, "get_time": clock}
        reply = talk.ask("weather, please", tools=tools)
        (submitted,) = [call for call in talk.spy.calls if call.path.endswith("tool_outputs")]
    assert reply.answer == "It is w{'city': '北京'} at t{}."
    ((first, arguments),) = weather.calls
    ((second, nothing),) = clock.calls
    assert (arguments, nothing) == ({"city": "北京"}, {})
    assert submitted.body is not None
    assert submitted.body["tool_outputs"] == [
        {"tool_call_id": first, "output": "w{'city': '北京'}"},
        {"tool_call_id": second, "output": "t{}"},
    ]


def test_a_tool_without_an_output_is_an_error_of_the_scenario(server: RunningServer) -> None:
    with Talk(server) as talk, pytest.raises(ScenarioError) as caught:
        talk.ask("weather, please", tools={"get_weather": "21"})
    assert '"get_time"' in str(caught.value.what)
    assert caught.value.where == LOCATION
    assert "get_weather" in str(caught.value.next_step)
    assert "/submit_tool_outputs" not in talk.paths()


def test_a_bot_that_waits_for_a_tool_is_an_error_that_names_it(server: RunningServer) -> None:
    with Talk(server) as talk, pytest.raises(ChatFailedError, match="get_weather, get_time"):
        talk.ask("weather, please")


def test_a_turn_that_judges_the_status_has_the_pending_tool_calls(server: RunningServer) -> None:
    with Talk(server) as talk:
        reply = talk.ask("weather, please", checks_status=True)
    assert reply.status == "requires_action"
    assert [(c.name, c.arguments) for c in reply.tool_calls] == [
        ("get_weather", {"city": "北京"}),
        ("get_time", {}),
    ]


def test_an_unknown_bot_is_an_error_with_the_log_id() -> None:
    other = replace(script("- {default: true, answer: x}"), bots=())
    with serve(other) as server, Talk(server) as talk, pytest.raises(ApiError) as caught:
        talk.ask("hello")
    assert (caught.value.code, caught.value.http_status) == (4200, 200)
    assert BOT in str(caught.value.what)
    assert len(caught.value.log_id) == 34
