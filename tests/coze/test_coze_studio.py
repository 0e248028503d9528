"""coze-studio: its answers differ from the hosted service's, and its errors are texts.

The bytes have the shape of coze-dev/coze-studio: `backend/api/handler/coze/agent_run_service.go`,
`message_service.go`, `backend/pkg/errorx/internal/status.go`, and the JSON tags of `run.go`.
"""

from __future__ import annotations

import pytest
from coze_harness.coze import ListMethod, open_conversation
from coze_harness.model import ChatOptions, HttpResponse, Target, TargetKind
from coze_harness.model.errors import ApiError
from talking import BOT, QUICK_POLLING, QUICK_RETRY, ScriptedDriver, json_response, turn

OWN = Target(name="own", id=BOT, kind=TargetKind.STUDIO, url="http://127.0.0.1:8888")
IDS = {"id": "71", "conversation_id": "72", "bot_id": BOT}
STACK = "\nstack=github.com/coze-dev/coze-studio/backend/application/conversation.(*X).Run"


def state(status: str) -> HttpResponse:
    data = {**IDS, "status": status, "section_id": "72", "created_at": 1, "completed_at": 0}
    return json_response({"data": data, "code": 0, "msg": "", "BaseResp": None}, x_log_id="LOG")


MESSAGE_LIST = json_response(
    {
        "Messages": [
            {"id": "1", "role": "user", "type": "question", "content": "你是谁?"},
            {"id": "2", "role": "assistant", "type": "answer", "content": "我是问问。"},
        ],
        "code": 0,
        "msg": "",
        "BaseResp": None,
    }
)


def ask(*answers: HttpResponse, stream: bool = False) -> tuple[ScriptedDriver, object]:
    driver = ScriptedDriver(answers)
    options = ChatOptions(user_id="0", stream=stream)
    talk = open_conversation(OWN, options, QUICK_POLLING, QUICK_RETRY, str, ListMethod())
    return driver, driver.drive(talk.run_turn(turn()))


def test_a_chat_begins_as_created_and_its_messages_are_listed_by_get() -> None:
    driver, reply = ask(state("created"), state("in_progress"), state("completed"), MESSAGE_LIST)
    assert getattr(reply, "answer") == "我是问问。"  # noqa: B009  (a reply, seen as an object)
    assert getattr(reply, "log_id") == "LOG"  # noqa: B009  (as above)
    assert [(call.method, call.path) for call in driver.calls] == [
        ("POST", "/v3/chat"),
        ("GET", "/v3/chat/retrieve"),
        ("GET", "/v3/chat/retrieve"),
        ("GET", "/v3/chat/message/list"),
    ]
    assert {"publish_status", "bot_version"}.isdisjoint(driver.calls[0].body or {})


def test_a_stream_ends_without_data_in_its_last_event() -> None:
    chat = '{"id":"71","conversation_id":"72","bot_id":"7","status":"%s"}'
    message_json = (
        '{"id":"2","role":"assistant","type":"answer","content":"%s","content_type":"text"}'
    )
    frames = (
        f"event:conversation.chat.created\ndata:{chat % 'created'}\n\n"
        f"event:conversation.message.delta\ndata:{message_json % '我'}\n\n"
        f"event:conversation.message.completed\ndata:{message_json % '我是问问。'}\n\n"
        f"event:conversation.chat.completed\ndata:{chat % 'completed'}\n\n"
        "event:done\n\n"
    )
    answer = HttpResponse(200, {"content-type": "text/event-stream"}, frames.encode())
    driver, reply = ask(answer, stream=True)
    assert getattr(reply, "answer") == "我是问问。"  # noqa: B009  (as above)
    assert len(driver.calls) == 1


ERRORS = [
    (
        json_response({"code": 400, "msg": f"code=103100002 message=agent not exists{STACK}"}, 400),
        103100002,
        "agent not exists",
        "`bots`",
    ),
    (
        json_response(
            {"code": 400, "msg": "code=103100001 message=agent run error : no model"}, 400
        ),
        103100001,
        "no model",
        "log",
    ),
    (json_response({"code": 400, "msg": "'bot_id' is required"}, 400), 400, "required", ""),
    (
        json_response({"code": 700012006, "msg": "authentication failed: api key invalid"}),
        700012006,
        "api key invalid",
        "COZE_",
    ),
]


@pytest.mark.parametrize(("answer", "code", "words", "advice"), ERRORS)
def test_a_rejected_prompt_has_the_code_in_its_text(
    answer: HttpResponse, code: int, words: str, advice: str
) -> None:
    with pytest.raises(ApiError) as caught:
        ask(answer)
    assert caught.value.code == code
    assert words in str(caught.value.what)
    assert "stack" not in str(caught.value.what)
    assert advice in str(caught.value.next_step)


def test_a_plain_text_of_http_500_is_read_and_not_requested_again() -> None:
    text = f"code=103200003 message=record not found or nothing to update{STACK}"
    lost = HttpResponse(500, {"content-type": "text/plain", "x-log-id": "LOG"}, text.encode())
    driver = ScriptedDriver([state("created"), lost])
    talk = open_conversation(
        OWN, ChatOptions(user_id="0"), QUICK_POLLING, QUICK_RETRY, str, ListMethod()
    )
    with pytest.raises(ApiError, match="103200003") as caught:
        driver.drive(talk.run_turn(turn()))
    assert (caught.value.http_status, caught.value.log_id) == (500, "LOG")
    assert len(driver.calls) == 2
    assert "does not know the chat" in str(caught.value.next_step)


def test_a_transient_failure_of_the_server_is_retried() -> None:
    text = "code=103200002 message=Interal Server Error"
    broken = HttpResponse(500, {"content-type": "text/plain"}, text.encode())
    _hand, reply = ask(state("created"), broken, state("completed"), MESSAGE_LIST)
    assert getattr(reply, "answer") == "我是问问。"  # noqa: B009  (as above)
