"""Workflows in place of bots: chats that always stream, runs whose output is the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest
from coze_harness.coze import PollSchedule, fingerprint
from coze_harness.model import ChatOptions, HttpResponse, Reply, Target, TargetKind, replace
from coze_harness.model.errors import (
    ApiError,
    ChatFailedError,
    PayloadError,
    ScenarioError,
    TransportError,
)
from coze_harness.server.server_process import RunningServer, serve
from talking import (
    BOT,
    ScriptedDriver,
    Talk,
    body,
    chat_response,
    json_response,
    messages_response,
    new_conversation,
    script,
    turn,
)

WORKFLOW = "7403315657221079099"
OPTIONS = ChatOptions(user_id="0", parameters={"lang": "zh"})
FLOW = Target(name="flow", id=WORKFLOW, kind=TargetKind.CHATFLOW, bot_id=BOT)
REST = f"""
workflows:
- id: '{WORKFLOW}'
  output: {{output: "{{{{ lang }}}}:{{{{ city }}}}"}}
  answers: [{{default: true, answer: 你好😀, delay: 0.1, delta: 1}}]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(script("- {default: true, answer: x}", rest=REST)) as running:
        yield running


def ran(**fields: object) -> HttpResponse:
    return json_response({"code": 0, "msg": "", "detail": {"logid": "LOG"}, **fields})


def run(answer: HttpResponse, *, checks_status: bool = False) -> tuple[ScriptedDriver, object]:
    driver = ScriptedDriver([answer])
    turn_with_input = turn("", workflow_input={"city": "杭州"}, checks_status=checks_status)
    return driver, driver.drive(new_conversation(OPTIONS, target=FLOW).run_turn(turn_with_input))


def test_a_chat_streams_and_continues_in_the_conversation_that_it_opened(
    server: RunningServer,
) -> None:
    with Talk(server, options=OPTIONS, target=FLOW) as talk:
        first, second = talk.ask("一"), talk.ask("二")
        assert first.answer == second.answer == "你好😀"
        assert first.first_token is not None
        assert talk.paths() == ["/v1/workflows/chat"] * 2
        assert "conversation_id" not in body(talk.spy.calls[0])
        assert body(talk.spy.calls[1])["conversation_id"] == first.conversation_id
        assert second.conversation_id == first.conversation_id


def test_parameters_are_sent_even_if_there_are_none(server: RunningServer) -> None:
    with Talk(server, options=replace(OPTIONS, parameters={}), target=FLOW) as talk:
        talk.ask("一")
        sent = body(talk.spy.calls[0])
    assert sent["parameters"] == {}
    assert sent["workflow_id"] == WORKFLOW
    assert sent["bot_id"] == BOT
    assert "app_id" not in sent


def test_a_chat_whose_stream_breaks_is_polled_to_its_end() -> None:
    beginning = (
        b"event: conversation.chat.created\n"
        b'data: {"id": "71", "conversation_id": "72", "status": "created"}\n\n'
        b"event: conversation.message.delta\ndata: "
    )
    cut = HttpResponse(200, {"content-type": "text/event-stream"}, beginning)
    driver = ScriptedDriver(
        [cut, chat_response("in_progress"), chat_response("completed"), messages_response("你好😀")]
    )
    reply = driver.drive(new_conversation(OPTIONS, target=FLOW).run_turn(turn("一")))
    assert reply.answer == "你好😀"
    assert reply.poll_count == 2
    assert driver.calls[0].stream


def test_the_input_overrides_the_scenarios_parameters(server: RunningServer) -> None:
    with Talk(server, options=OPTIONS, target=FLOW) as talk:
        reply = talk.ask("", workflow_input={"city": "杭州"})
        assert reply.answer == '{"output":"zh:杭州"}'
        assert (
            talk.ask("", workflow_input={"city": "x", "lang": "en"}).answer == '{"output":"en:x"}'
        )
    assert (reply.status, reply.conversation_id, reply.poll_count) == ("completed", "", 0)
    assert reply.chat_id
    assert reply.log_id


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"data": '{"output":"好"}'}, '{"output":"好"}'),
        ({"data": {"output": "好"}}, '{"output":"好"}'),
        ({"data": ""}, ""),
    ],
)
def test_the_output_is_the_answer_as_it_came(fields: Mapping[str, object], answer: str) -> None:
    usage = {"token_count": 7, "input_count": 4, "output_count": 3}
    driver, reply = run(ran(execute_id="77", usage=usage, **fields))
    assert getattr(reply, "answer") == answer  # noqa: B009  (a reply, seen as an object)
    assert getattr(reply, "chat_id") == "77"  # noqa: B009  (as above)
    assert getattr(reply, "usage").total == 7  # noqa: B009  (as above)
    assert len(driver.calls) == 1


QUESTION = {"event_id": "e1", "type": 2, "data": '{"content_type":"text","content":"哪个城市?"}'}


@pytest.mark.parametrize("stream", [False, True])
def test_a_run_that_stops_with_a_question_is_resumed_by_the_next_prompt(stream: bool) -> None:
    pieces = (
        {"content": "杭", "node_title": "End", "node_seq_id": "0", "node_is_finish": False},
        {"content": "州", "node_is_finish": True, "usage": {"token_count": 7}},
    )
    frames = (
        frame("Interrupt", {"interrupt_data": QUESTION, "node_title": "问答"}),
        frame("PING", {})
        + "".join(frame("Message", piece) for piece in pieces)
        + frame("Done", {}),
    )
    answers = (
        [stream_response(frames[0]), stream_response(frames[1])]
        if stream
        else [ran(data="", interrupt_data=QUESTION), ran(data="杭州", execute_id="77")]
    )
    driver = ScriptedDriver(answers)
    talk = new_conversation(replace(OPTIONS, stream=stream), target=FLOW)
    asks = driver.drive(talk.run_turn(turn("", workflow_input={})))
    assert (asks.status, asks.answer) == ("asks", "哪个城市?")
    done = driver.drive(talk.run_turn(turn("杭州")))
    assert (done.status, done.answer) == ("completed", "杭州")
    first, second = driver.calls
    assert first.path == ("/v1/workflow/stream_run" if stream else "/v1/workflow/run")
    assert second.path == ("/v1/workflow/stream_resume" if stream else "/v1/workflows/resume")
    assert body(second) == {
        "workflow_id": WORKFLOW,
        "event_id": "e1",
        "interrupt_type": 2,
        "resume_data": "杭州",
    }
    if stream:
        assert done.usage
        assert done.usage.total == 7
    with pytest.raises(ScenarioError, match="asked nothing"):
        driver.drive(talk.run_turn(turn("再来")))
    assert len(driver.calls) == 2


def test_a_streamed_run_that_fails_or_breaks_is_an_error() -> None:
    failing = 'event: Error\ndata: {"error_code":720701013,"error_message":"炸了"}\n\n'
    broken = 'event: Message\ndata: {"content":"杭"}\n\n'
    options = replace(OPTIONS, stream=True)
    for frames, error in ((failing, ChatFailedError), (broken, PayloadError)):
        with pytest.raises(error):
            ScriptedDriver([stream_response(frames)]).drive(
                new_conversation(options, target=FLOW).run_turn(turn("", workflow_input={}))
            )
    turn_with_input = turn("", workflow_input={}, checks_status=True)
    reply = ScriptedDriver([stream_response(failing)]).drive(
        new_conversation(options, target=FLOW).run_turn(turn_with_input)
    )
    assert (reply.status, reply.error_code, reply.error_message) == ("failed", 720701013, "炸了")


@pytest.mark.parametrize("status", ["Success", "Fail"])
def test_a_run_in_the_background_is_polled_to_its_end(status: str) -> None:
    history = {
        "execute_id": "77",
        "execute_status": status,
        "output": '{"Output":"{\\"output\\":\\"好\\"}","node_status":"{}"}',
        "error_code": "" if status == "Success" else "5000",
        "error_message": "" if status == "Success" else "炸了",
    }
    running = {**history, "execute_status": "Running", "output": ""}
    driver = ScriptedDriver(
        [ran(execute_id="77", data=""), ran(data=[running]), ran(data=[history])]
    )
    flow = new_conversation(replace(OPTIONS, is_async=True), target=FLOW).run_turn(
        turn("", workflow_input={})
    )
    if status == "Fail":
        with pytest.raises(ChatFailedError, match="5000"):
            driver.drive(flow)
        return
    reply: Reply = driver.drive(flow)
    assert body(driver.calls[0])["is_async"] is True
    assert [call.target for call in driver.calls[1:]] == [
        f"/v1/workflows/{WORKFLOW}/run_histories/77"
    ] * 2
    assert (reply.answer, reply.poll_count, reply.chat_id) == ('{"output":"好"}', 2, "77")


def frame(event: str, data: object) -> str:
    return f"id: 0\nevent: {event}\ndata: {json.dumps(data)}\n\n"


def stream_response(frames: str) -> HttpResponse:
    return HttpResponse(200, {"content-type": "text/event-stream"}, frames.encode())


def test_a_run_without_output_is_an_error_and_no_empty_answer() -> None:
    with pytest.raises(PayloadError, match="no output"):
        run(ran(execute_id="77"))


def test_a_rejected_run_is_reported_with_its_code() -> None:
    with pytest.raises(ApiError, match="4200") as caught:
        run(json_response({"code": 4200, "msg": "no", "detail": {"logid": "LOG"}}))
    assert caught.value.log_id == "LOG"


def test_a_run_that_may_have_arrived_is_not_started_twice() -> None:
    driver = ScriptedDriver([TransportError("No answer.", may_have_arrived=True, next_step="x")])
    with pytest.raises(TransportError):
        driver.drive(new_conversation(OPTIONS, target=FLOW).run_turn(turn("", workflow_input={})))
    assert len(driver.calls) == 1


def test_a_run_may_be_silent_as_long_as_a_chat_may_take() -> None:
    driver = ScriptedDriver([ran(data="x")])
    driver.drive(
        new_conversation(OPTIONS, schedule=PollSchedule(timeout=300.0), target=FLOW).run_turn(
            turn("", workflow_input={})
        )
    )
    assert driver.calls[0].timeout == 300.0


def test_a_fingerprint_is_of_the_workflow_and_its_input() -> None:
    turns = [turn("", workflow_input={"city": "杭州"})]
    same = fingerprint(FLOW, OPTIONS, turns)
    assert same == fingerprint(
        replace(FLOW, name="other", title="x"),
        OPTIONS,
        [turn("{}", workflow_input={"city": "杭州"})],
    )
    others = {
        fingerprint(FLOW, OPTIONS, [turn("", workflow_input={"city": "北京"})]),
        fingerprint(FLOW, OPTIONS, [turn("杭州")]),
        fingerprint(FLOW, OPTIONS, [*turns, turn("杭州")]),
        fingerprint(FLOW, replace(OPTIONS, user_id="1"), turns),
        fingerprint(FLOW, replace(OPTIONS, is_async=True), turns),
        fingerprint(FLOW, replace(OPTIONS, stream=True), turns),
        *(
            fingerprint(other, OPTIONS, turns)
            for other in (
                replace(FLOW, id="1"),
                replace(FLOW, bot_id="1"),
                replace(FLOW, app_id="1"),
                replace(FLOW, version="1"),
                replace(FLOW, connector_id="1"),
            )
        ),
    }
    assert same not in others
    assert len(others) == 11
