"""Chats that stop with a question, speak, or end in an unusual way, as the client reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coze_harness.model import ChatOptions, Target, TargetKind
from coze_harness.model.errors import ChatFailedError
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.server_process import RunningServer, serve
from talking import BOT, TARGET, Talk, script

WORKFLOW = "7403330000000000003"
ANSWERS = """
- prompt: 查天气
  asks: 你想看哪个城市的天气?
  delay: 0.02
- prompt: 杭州
  earlier: 哪个城市
  answer: 杭州有小雨。
  delay: 0.02
- prompt: 说一句
  answer: 你好。
  audio: 3
  delay: 0.02
- prompt: 河南的降水概率
  delay: 0.02
  requires_action:
    calls:
    - name: get_rain_probability
      plugin_name: weather_assistant
      arguments: {location: 河南}
    then: {answer: "{{ get_rain_probability }}", delay: 0.02}
"""
WORKFLOWS = f"""
workflows:
- id: '{WORKFLOW}'
  answers:
  - {{prompt: 查天气, asks: 你想看哪个城市的天气?, delay: 0.02}}
  - {{prompt: 杭州, earlier: 哪个城市, answer: 杭州有小雨。, delay: 0.02}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(script(ANSWERS, rest=WORKFLOWS)) as running:
        yield running


@pytest.fixture(autouse=True)
def _without_faults(server: RunningServer) -> None:
    server.clear_faults()


BY_POLLS, AS_STREAM = ChatOptions(user_id="0"), ChatOptions(user_id="0", stream=True)
FLOW = Target(name="flow", id=WORKFLOW, kind=TargetKind.CHATFLOW, bot_id=BOT)
TALKS = [(BY_POLLS, TARGET), (AS_STREAM, TARGET), (BY_POLLS, FLOW)]


@pytest.mark.parametrize(("options", "target"), TALKS, ids=["polled", "streamed", "workflow"])
def test_the_next_prompt_answers_a_question(
    server: RunningServer, options: ChatOptions, target: Target
) -> None:
    with Talk(server, options=options, target=target) as talk:
        question, answer = talk.ask("查天气"), talk.ask("杭州")
    assert (question.status, question.answer) == ("asks", "你想看哪个城市的天气?")
    assert (answer.status, answer.answer) == ("completed", "杭州有小雨。")
    assert question.conversation_id == answer.conversation_id
    assert not question.tool_calls


def test_a_workflow_asks_without_a_last_event_of_its_chat(server: RunningServer) -> None:
    server.inject(Fault(kind=FaultKind.OMIT_END, at=Route.WORKFLOW, times=1))
    with Talk(server, target=FLOW) as talk:
        assert talk.ask("查天气").status == "asks"
        assert talk.ask("杭州").answer == "杭州有小雨。"
        assert talk.paths() == ["/v1/workflows/chat"] * 2


@pytest.mark.parametrize(("options", "target"), TALKS[1:], ids=["streamed", "workflow"])
def test_a_failure_without_a_chat_has_its_code(
    server: RunningServer, options: ChatOptions, target: Target
) -> None:
    route = Route.WORKFLOW if target is FLOW else Route.CHAT
    fault = Fault(kind=FaultKind.FAILED_EVENT, at=route, code=720702204, message="会话名不存在")
    server.inject(fault)
    with Talk(server, options=options, target=target) as talk:
        with pytest.raises(ChatFailedError, match=r"720702204.*会话名不存在"):
            talk.ask("查天气")
        reply = talk.ask("查天气", checks_status=True)
    assert (reply.status, reply.error_code) == ("failed", 720702204)


def test_pieces_of_speech_are_kept_with_the_answer(server: RunningServer) -> None:
    with Talk(server, options=AS_STREAM) as talk:
        reply = talk.ask("说一句")
    assert reply.answer == "你好。"
    assert [message.content_type for message in reply.messages].count("audio") == 3


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "name", ["get_rain_probability", "ts-weather_assistant-get_rain_probability"]
)
def test_a_local_plugin_has_its_full_name_in_the_reply(
    server: RunningServer, stream: bool, name: str
) -> None:
    with Talk(server, options=ChatOptions(user_id="0", stream=stream)) as talk:
        reply = talk.ask("河南的降水概率", tools={name: "一半"})
    assert reply.answer == "一半"
    (call,) = reply.tool_calls
    assert call.name == "ts-weather_assistant-get_rain_probability"
    assert call.has_name("get_rain_probability")
    assert not call.has_name("probability")
