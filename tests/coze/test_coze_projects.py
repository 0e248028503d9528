"""Projects on coze.site: frames written by the service's own classes, read as replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from coze_harness.coze import PollSchedule
from coze_harness.coze.project_stream import answer_pieces
from coze_harness.model import (
    Attachment,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Reply,
    Target,
    TargetKind,
    ToolCall,
    Usage,
    replace,
)
from coze_harness.model.errors import (
    ApiError,
    ChatFailedError,
    ChatTimeoutError,
    HarnessError,
    PayloadError,
    ScenarioError,
    TransportError,
)
from talking import ScriptedDriver, body, json_response, new_conversation, turn

SAMPLES = Path(__file__).parent.parent / "wire_samples" / "projects"
AGENT = Target(
    name="agent",
    id="7",
    project_id="7",
    kind=TargetKind.PROJECT,
    url="https://abc123.coze.site/stream_run",
)
ORDERS = Target(
    name="orders",
    id="orders",
    kind=TargetKind.PROJECT_WORKFLOW,
    url="https://abc124.coze.site/x/stream_run",
    answer="reply_content",
)
RUN = replace(ORDERS, url="https://abc124.coze.site/run")
INPUT = {"order": "A1"}


def frames(name: str) -> bytes:
    return (SAMPLES / f"{name}.sse").read_bytes()


def stream_response(content: bytes) -> HttpResponse:
    return HttpResponse(200, {"content-type": "text/event-stream; charset=utf-8"}, content)


def ask(answer: HttpResponse, target: Target = AGENT, **fields: Any) -> Reply:
    turn_fields = {"workflow_input": INPUT, **fields} if target is not AGENT else fields
    reply = ScriptedDriver([answer]).drive(
        new_conversation(target=target).run_turn(turn("天气", **turn_fields))
    )
    assert isinstance(reply, Reply)
    return reply


def test_the_pieces_of_an_answer_are_joined() -> None:
    reply = ask(stream_response(frames("agent_text")))
    assert (reply.answer, reply.status, reply.usage) == ("杭州有雨😀", "completed", None)
    assert (reply.conversation_id, reply.log_id) == ("s-1", "20260201120000ABCD")
    assert reply.chat_id
    assert [*answer_pieces(frames("agent_text"))] == ["杭州", "有雨😀", ""]


def test_messages_between_tool_calls_stay_apart() -> None:
    reply = ask(stream_response(frames("agent_tools")))
    assert [message.type for message in reply.messages] == [
        "answer",
        "function_call",
        "tool_response",
        "answer",
    ]
    assert reply.tool_calls == (ToolCall(name="get_weather", arguments={"city": "杭州"}),)
    assert reply.answer == "我查一下。\n明天有雨。"
    assert reply.messages[2].content == '{"sky": "雨"}'


def test_thoughts_belong_to_the_answer_that_follows() -> None:
    reply = ask(stream_response(frames("agent_thinking")))
    assert [message.reasoning for message in reply.messages] == ["用户问天气。"]
    as_object = frames("agent_thinking").replace(
        '"天气。"'.encode(), '{"content": "天气。"}'.encode()
    )
    assert ask(stream_response(as_object)).messages[0].reasoning == "用户问天气。"


def test_counted_tokens_are_kept_and_zeros_are_unknown() -> None:
    assert ask(stream_response(frames("agent_counted"))).usage == Usage(
        total=20, input=12, output=8
    )


ENDS = [
    ("agent_raises", "failed", 701001, "rate limit exceeded", "project's log"),
    ("agent_error", "failed", 105002, "KeyError: 'city'", "project's code"),
    ("agent_timeout", "failed", 0, "exceeded 900 seconds", "900 s"),
    ("agent_cancelled", "canceled", 1, "cancelled by user", "canceled"),
    ("workflow_error", "failed", 105002, "'order'", "project's code"),
    ("workflow_cancelled", "canceled", 0, "cancelled by upstream", "canceled"),
]


@pytest.mark.parametrize(("name", "status", "code", "words", "advice"), ENDS)
def test_a_reply_that_failed_is_an_error_with_advice_or_a_status(
    name: str, status: str, code: int, words: str, advice: str
) -> None:
    target = AGENT if name.startswith("agent") else ORDERS
    with pytest.raises(ChatFailedError) as caught:
        ask(stream_response(frames(name)), target)
    assert words in str(caught.value.what)
    assert advice in str(caught.value.next_step)
    reply = ask(stream_response(frames(name)), target, checks_status=True)
    assert (reply.status, reply.error_code) == (status, code)
    assert words in reply.error_message


@pytest.mark.parametrize("name", ["workflow_run", "workflow_debug"])
def test_a_workflows_answer_is_a_part_of_its_output(name: str) -> None:
    reply = ask(stream_response(frames(name)), ORDERS)
    assert (reply.answer, reply.chat_id, reply.conversation_id) == ("订单已发货", "run-1", "")
    assert (
        ask(stream_response(frames(name)), replace(ORDERS, answer="items[0]")).answer == '{"id":7}'
    )
    whole = ask(stream_response(frames(name)), replace(ORDERS, answer="")).answer
    assert json.loads(whole) == {"reply_content": "订单已发货", "items": [{"id": 7}]}
    with pytest.raises(PayloadError, match="nothing") as caught:
        ask(stream_response(frames(name)), replace(ORDERS, answer="nothing"))
    assert "reply_content" in str(caught.value.detail[0])


@pytest.mark.parametrize(
    ("output", "query", "answer"),
    [
        ({"reply_content": "好"}, "reply_content", "好"),
        ({"a": [1, 2]}, "a", "[1,2]"),
        ("好", "", "好"),
        ([1], "", "[1]"),
        (0, "", "0"),
    ],
)
def test_a_run_without_a_stream_has_its_output_in_the_response(
    output: object, query: str, answer: str
) -> None:
    driver = ScriptedDriver([json_response(output)])
    options = ChatOptions(user_id="0", parameters={"lang": "zh"})
    flow = new_conversation(options, target=replace(RUN, answer=query)).run_turn(
        turn("", workflow_input=INPUT)
    )
    assert driver.drive(flow).answer == answer
    (call,) = driver.calls
    assert (call.target, call.stream) == ("/run", False)
    assert body(call) == {"lang": "zh", "order": "A1"}


def test_a_turn_is_one_call_and_the_session_continues() -> None:
    driver = ScriptedDriver([stream_response(frames("agent_text"))] * 2)
    talk = new_conversation(target=AGENT)
    url = Attachment(name="https://example.com/x/a.pdf?sig=1")
    driver.drive(talk.run_turn(turn("天气", attachments=(url,))))
    driver.drive(talk.run_turn(turn("然后?")))
    first, second = map(body, driver.calls)
    assert [call.target for call in driver.calls] == ["/stream_run"] * 2
    assert first == {
        "type": "query",
        "project_id": "7",
        "session_id": "session-1",
        "content": {
            "query": {
                "prompt": [
                    {"type": "text", "content": {"text": "天气"}},
                    {
                        "type": "upload_file",
                        "content": {
                            "upload_file": {"file_name": "a.pdf", "file_path": "", "url": url.name}
                        },
                    },
                ]
            }
        },
    }
    assert second["session_id"] == "s-1"  # the one that the events carry
    driver = ScriptedDriver([stream_response(frames("agent_text"))])
    options = ChatOptions(user_id="0", conversation_id="mine")
    driver.drive(
        new_conversation(options, target=replace(AGENT, project_id="")).run_turn(turn("天气"))
    )
    assert body(driver.calls[0])["session_id"] == "mine"
    assert "project_id" not in body(driver.calls[0])


def test_a_local_file_is_rejected_before_any_call() -> None:
    driver = ScriptedDriver([])
    with pytest.raises(ScenarioError, match="URL"):
        driver.drive(
            new_conversation(target=AGENT).run_turn(
                turn("天气", attachments=(Attachment(name="a.pdf", size=1, sha256="a" * 64),))
            )
        )
    assert not driver.calls


def test_a_stream_may_be_cut_anywhere_and_is_never_a_short_answer() -> None:
    whole = frames("agent_tools")
    end = whole.index(b"message_end")
    for length in range(0, end, 37):
        with pytest.raises(PayloadError, match="broke"):
            ask(stream_response(whole[:length]))


@pytest.mark.parametrize("is_canceled", [True, False])
def test_a_reply_that_takes_too_long_is_cancelled(is_canceled: bool) -> None:
    beginning = frames("agent_text").partition(b'"type": "answer"')[0]

    def answer(call: HttpCall, now: float) -> HttpResponse | HarnessError:
        if "cancel" in call.path:
            refused = TransportError("No answer.", may_have_arrived=True, next_step="x")
            return json_response({"status": "success"}) if is_canceled else refused
        return stream_response(beginning)

    driver = ScriptedDriver(answer, latency=6.0)
    with pytest.raises(
        ChatTimeoutError, match="200" if is_canceled else "canceling it failed: No answer"
    ):
        driver.drive(
            new_conversation(schedule=PollSchedule(timeout=5.0), target=AGENT).run_turn(
                turn("天气")
            )
        )
    assert [call.path for call in driver.calls] == ["/stream_run", "/cancel/run-1"]


REFUSALS: list[tuple[HttpResponse, type[HarnessError], str]] = [
    (json_response({"message": "bad token"}, 401), ApiError, "COZE_PROJECT_TOKEN"),
    (json_response(b"", 401), ApiError, "COZE_PROJECT_TOKEN"),
    (json_response({"detail": "field required"}, 422), ApiError, "project_id"),
    (json_response(b"<html>", 502), ApiError, "log"),
    (json_response(b"gone", 404), ApiError, "deployed"),
    (json_response({"code": 0}), PayloadError, "/run"),
]


@pytest.mark.parametrize(("answer", "error", "advice"), REFUSALS)
def test_a_rejected_call_is_reported_with_its_status_and_not_retried(
    answer: HttpResponse, error: type[HarnessError], advice: str
) -> None:
    driver = ScriptedDriver([answer])
    with pytest.raises(error) as caught:
        driver.drive(new_conversation(target=AGENT).run_turn(turn("天气")))
    assert str(answer.status) in str(caught.value.what)
    assert advice in str(caught.value.next_step)
    assert len(driver.calls) == 1


@pytest.mark.parametrize(
    "first",
    [
        lambda: json_response({"message": "slow down"}, 429, retry_after="3"),
        lambda: TransportError("No connection.", may_have_arrived=False, next_step="x"),
    ],
)
def test_a_prompt_that_was_not_received_is_sent_again(
    first: Callable[[], HttpResponse | HarnessError],
) -> None:
    driver = ScriptedDriver([first(), stream_response(frames("agent_text"))])
    assert (
        driver.drive(new_conversation(target=AGENT).run_turn(turn("天气"))).answer == "杭州有雨😀"
    )
    driver = ScriptedDriver([TransportError("It broke.", may_have_arrived=True, next_step="x")])
    with pytest.raises(TransportError):
        driver.drive(new_conversation(target=AGENT).run_turn(turn("天气")))
