"""Workflows in place of bots: chats that always stream, runs whose output is the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from coze_harness.coze import PollSchedule, fingerprint
from coze_harness.model import ChatOptions, HttpResponse, replace
from coze_harness.model.errors import ApiError, ChatFailedError, PayloadError, TransportError
from coze_harness.server.server_process import RunningServer, serve
from talking import BOT, ByHand, Talk, body, chat, dialogue, listed, script, told, turn

WORKFLOW = "7403315657221079099"
OPTIONS = ChatOptions(user_id="0", workflow=WORKFLOW, parameters={"lang": "zh"})
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
    return told({"code": 0, "msg": "", "detail": {"logid": "LOG"}, **fields})


def run(answer: HttpResponse, *, checks_status: bool = False) -> tuple[ByHand, object]:
    hand = ByHand([answer])
    asked = turn("", workflow_input={"city": "杭州"}, checks_status=checks_status)
    return hand, hand.drive(dialogue(OPTIONS).run_turn(asked))


def test_a_chat_streams_and_goes_on_in_the_conversation_that_it_opened(
    server: RunningServer,
) -> None:
    with Talk(server, options=OPTIONS) as talk:
        first, second = talk.ask("一"), talk.ask("二")
        assert first.answer == second.answer == "你好😀"
        assert first.first_token is not None
        assert talk.paths() == ["/v1/workflows/chat"] * 2
        assert "conversation_id" not in body(talk.line.calls[0])
        assert body(talk.line.calls[1])["conversation_id"] == first.conversation_id
        assert second.conversation_id == first.conversation_id


def test_parameters_are_sent_even_if_there_are_none(server: RunningServer) -> None:
    with Talk(server, options=replace(OPTIONS, parameters={})) as talk:
        talk.ask("一")
        sent = body(talk.line.calls[0])
    assert sent["parameters"] == {}
    assert sent["workflow_id"] == WORKFLOW
    assert "bot_id" not in sent


def test_a_chat_whose_stream_breaks_is_polled_to_its_end() -> None:
    begun = (
        b"event: conversation.chat.created\n"
        b'data: {"id": "71", "conversation_id": "72", "status": "created"}\n\n'
        b"event: conversation.message.delta\ndata: "
    )
    cut = HttpResponse(200, {"content-type": "text/event-stream"}, begun)
    hand = ByHand([cut, chat("in_progress"), chat("completed"), listed("你好😀")])
    reply = hand.drive(dialogue(OPTIONS).run_turn(turn("一")))
    assert reply.answer == "你好😀"
    assert reply.poll_count == 2
    assert hand.calls[0].stream


def test_the_input_stands_over_the_scenarios_parameters(server: RunningServer) -> None:
    with Talk(server, options=OPTIONS) as talk:
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
    hand, reply = run(ran(execute_id="77", usage=usage, **fields))
    assert getattr(reply, "answer") == answer  # noqa: B009  (a reply, seen as an object)
    assert getattr(reply, "chat_id") == "77"  # noqa: B009  (as above)
    assert getattr(reply, "usage").total == 7  # noqa: B009  (as above)
    assert len(hand.calls) == 1


def test_a_run_that_stops_with_a_question_fails_unless_that_is_expected() -> None:
    stopped = ran(data="", interrupt_data={"event_id": "1", "type": 2})
    with pytest.raises(ChatFailedError, match="stopped with a question"):
        run(stopped)
    _hand, reply = run(stopped, checks_status=True)
    assert getattr(reply, "status") == "requires_action"  # noqa: B009  (a reply, seen as an object)


def test_a_run_without_output_is_an_error_and_no_empty_answer() -> None:
    with pytest.raises(PayloadError, match="no output"):
        run(ran(execute_id="77"))


def test_a_refused_run_is_told_with_its_code() -> None:
    with pytest.raises(ApiError, match="4200") as caught:
        run(told({"code": 4200, "msg": "no", "detail": {"logid": "LOG"}}))
    assert caught.value.log_id == "LOG"


def test_a_run_that_may_have_been_taken_is_not_made_twice() -> None:
    hand = ByHand([TransportError("No answer.", taken=True, next_step="x")])
    with pytest.raises(TransportError):
        hand.drive(dialogue(OPTIONS).run_turn(turn("", workflow_input={})))
    assert len(hand.calls) == 1


def test_a_run_may_keep_silent_as_long_as_a_chat_may_take() -> None:
    hand = ByHand([ran(data="x")])
    hand.drive(
        dialogue(OPTIONS, pace=PollSchedule(timeout=300.0)).run_turn(turn("", workflow_input={}))
    )
    assert hand.calls[0].timeout == 300.0


def test_a_fingerprint_is_of_the_workflow_and_its_input() -> None:
    asked = fingerprint(BOT, OPTIONS, [turn("", workflow_input={"city": "杭州"})])
    assert asked == fingerprint("1", OPTIONS, [turn("{}", workflow_input={"city": "杭州"})])
    others = {
        fingerprint(BOT, OPTIONS, [turn("", workflow_input={"city": "北京"})]),
        fingerprint(BOT, OPTIONS, [turn("杭州")]),
        fingerprint(
            BOT, replace(OPTIONS, workflow="1"), [turn("", workflow_input={"city": "杭州"})]
        ),
        fingerprint(
            BOT, replace(OPTIONS, user_id="1"), [turn("", workflow_input={"city": "杭州"})]
        ),
    }
    assert asked not in others
    assert len(others) == 4
