"""The official Python client, unchanged but for its base URL."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import RunningServer, serve
from cozepy import (
    Chat,
    ChatEventType,
    ChatStatus,
    Coze,
    CozeAPIError,
    Message,
    MessageObjectString,
    MessageType,
    TokenAuth,
    ToolOutput,
)
from cozepy.request import SyncHTTPClient
from server_caller import BOT, TOKEN

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(demo_script()) as running:
        yield running


@pytest.fixture(scope="module")
def coze(server: RunningServer) -> Iterator[Coze]:
    with SyncHTTPClient(trust_env=False) as client:  # type: ignore[no-untyped-call] # cozepy's
        yield Coze(auth=TokenAuth(TOKEN), base_url=server.base_url, http_client=client)


def user_messages(prompt: str) -> list[Message]:
    return [Message.build_user_question_text(prompt)]


def run_chat(coze: Coze, question: Message, conversation_id: str | None = None) -> Chat:
    """Ask, and retrieve until the chat is over; the client's own poll sleeps a second at a time."""
    chat = coze.chat.create(
        bot_id=BOT, user_id="u", additional_messages=[question], conversation_id=conversation_id
    )
    while chat.status == ChatStatus.IN_PROGRESS:
        chat = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    return chat


def first_message(coze: Coze, chat: Chat) -> str:
    messages = coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    return messages[0].content


def test_create_and_poll_returns_the_answer(coze: Coze) -> None:
    poll = coze.chat.create_and_poll(
        bot_id=BOT, user_id="u", additional_messages=user_messages("请用一句话介绍杭州。")
    )
    assert poll.chat.status == ChatStatus.COMPLETED
    assert poll.chat.usage
    assert poll.chat.usage.token_count == (
        poll.chat.usage.input_count + poll.chat.usage.output_count
    )
    answers = [m.content for m in poll.messages or [] if m.type == MessageType.ANSWER]
    assert answers == ["杭州是浙江省的省会,以西湖、龙井茶和发达的数字经济闻名。"]


def test_create_retrieve_and_list_one_by_one(coze: Coze) -> None:
    chat = coze.chat.create(
        bot_id=BOT,
        user_id="u",
        additional_messages=user_messages("Who are you?"),
        meta_data={"k": "v"},
    )
    while chat.status == ChatStatus.IN_PROGRESS:
        chat = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    assert chat.status == ChatStatus.COMPLETED
    assert chat.meta_data == {"k": "v"}
    messages = coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    assert [m.type for m in messages] == [
        MessageType.ANSWER,
        MessageType.VERBOSE,
        MessageType.FOLLOW_UP,
        MessageType.FOLLOW_UP,
    ]
    assert messages.response.logid


def test_stream_pieces_join_to_the_completed_answer(coze: Coze) -> None:
    stream = coze.chat.stream(
        bot_id=BOT, user_id="u", additional_messages=user_messages("杭州明天天气怎么样?")
    )
    events = list(stream)
    pieces = "".join(
        event.message.content
        for event in events
        if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA and event.message
    )
    whole = [
        event.message.content
        for event in events
        if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED
        and event.message
        and event.message.type == MessageType.ANSWER
    ]
    assert [pieces] == whole == ["杭州明天有小雨,气温17到24度,出门请带伞。"]
    assert [event.event for event in events[:2]] == [
        ChatEventType.CONVERSATION_CHAT_CREATED,
        ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
    ]
    assert events[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED


def test_reasoning_streams_before_the_answer(coze: Coze) -> None:
    stream = coze.chat.stream(
        bot_id=BOT, user_id="u", additional_messages=user_messages("9.11和9.8哪个大?")
    )
    deltas = [
        event.message
        for event in stream
        if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA and event.message
    ]
    assert "".join(m.reasoning_content or "" for m in deltas) == "比较小数部分:0.80大于0.11。"
    assert "".join(m.content for m in deltas) == "9.8更大。"


def test_cancel_stops_a_chat_and_only_once(coze: Coze) -> None:
    chat = coze.chat.create(bot_id=BOT, user_id="u", additional_messages=user_messages("你是谁？"))
    done = coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    assert done.status == ChatStatus.CANCELED
    with pytest.raises(CozeAPIError) as refused:
        coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    assert refused.value.code == 4104


def test_a_created_conversation_is_continued(coze: Coze) -> None:
    conversation = coze.conversations.create(
        messages=[Message.build_user_question_text("我叫小林,喜欢青色。")], meta_data={"a": "b"}
    )
    chat = run_chat(coze, Message.build_user_question_text("我叫什么?"), conversation.id)
    assert first_message(coze, chat) == "你叫小林。"
    retrieved_conversation = coze.conversations.retrieve(conversation_id=conversation.id)
    assert retrieved_conversation.meta_data == {"a": "b"}


@pytest.mark.parametrize("stream", [False, True])
def test_tool_outputs_are_requested_and_accepted(coze: Coze, stream: bool) -> None:
    chat = run_chat(coze, Message.build_user_question_text("打开厨房的灯。"))
    assert chat.status == ChatStatus.REQUIRES_ACTION
    assert chat.required_action
    assert chat.required_action.submit_tool_outputs
    call = chat.required_action.submit_tool_outputs.tool_calls[0]
    assert call.function
    assert call.function.name == "home_switch"
    outputs = [ToolOutput(tool_call_id=call.id, output="已打开")]
    where = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
    if stream:
        events = list(coze.chat.submit_tool_outputs(**where, tool_outputs=outputs, stream=True))
        assert events[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED
    else:
        chat_or_stream = coze.chat.submit_tool_outputs(**where, tool_outputs=outputs, stream=False)
        assert isinstance(chat_or_stream, Chat)
        chat = chat_or_stream
        while chat.status == ChatStatus.IN_PROGRESS:
            chat = coze.chat.retrieve(**where)
    messages = coze.chat.messages.list(**where)
    assert [m.type for m in messages][:2] == [MessageType.FUNCTION_CALL, MessageType.TOOL_RESPONSE]
    assert [m.content for m in messages if m.type == MessageType.ANSWER] == [
        "厨房的灯已处理:已打开"
    ]


@pytest.mark.parametrize("api", [1, 2])
def test_bot_information(coze: Coze, api: int) -> None:
    bot = coze.bots.retrieve(bot_id=BOT, use_api_version=api)
    assert bot.name == "chatchat"
    assert bot.version == "1723726000000"
    assert bot.model_info
    assert bot.model_info.model_id == "124"
    assert bot.prompt_info
    assert bot.prompt_info.prompt.startswith("你是chatchat")
    assert bot.plugin_info_list
    assert bot.plugin_info_list[0].api_info_list[0].name == "forecast"


def test_the_draft_has_its_own_prompt(coze: Coze) -> None:
    draft = coze.bots.retrieve(bot_id=BOT, is_published=False, use_api_version=2)
    assert draft.prompt_info
    assert "简短" in draft.prompt_info.prompt


def test_an_uploaded_file_is_sent_with_a_prompt(coze: Coze) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    uploaded = coze.files.upload(file=("地图.png", content))
    assert uploaded.bytes == 264
    assert uploaded.file_name == "地图.png"
    question = Message.build_user_question_objects(
        [
            MessageObjectString.build_text("Who are you?"),
            MessageObjectString.build_image(uploaded.id),
        ]
    )
    assert first_message(coze, run_chat(coze, question)).startswith("I am chatchat")


def test_workflows_run_and_chat(coze: Coze) -> None:
    result = coze.workflows.runs.create(
        workflow_id="7403330000000000003", parameters={"name": "小林"}
    )
    assert result.data == '{"output":"你好,小林"}'
    events = list(
        coze.workflows.chat.stream(
            workflow_id="7403330000000000003",
            bot_id="7403315657221079041",
            additional_messages=user_messages("喂"),
            parameters={},
        )
    )
    assert events[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED
    assert any(e.message and e.message.content == "工作流收到:喂" for e in events)


def test_a_run_asks_and_is_resumed(coze: Coze) -> None:
    booking = "7403330000000000004"
    first = list(coze.workflows.runs.stream(workflow_id=booking, parameters={"name": "小林"}))
    interrupt = first[-1].interrupt
    assert interrupt is not None
    data = interrupt.interrupt_data
    second = coze.workflows.runs.resume(
        workflow_id=booking,
        event_id=data.event_id,
        resume_data="杭州",
        interrupt_type=int(data.type),
    )
    pieces = [event.message.content for event in second if event.message]
    assert "".join(pieces) == '{"output":"已为小林预订杭州的酒店"}'


def test_a_run_in_the_background_has_a_history(coze: Coze) -> None:
    echo = "7403330000000000003"
    workflow_run = coze.workflows.runs.create(
        workflow_id=echo, parameters={"name": "小林"}, is_async=True
    )
    assert workflow_run.execute_id
    for _ in range(100):
        history = coze.workflows.runs.run_histories.retrieve(
            workflow_id=echo, execute_id=workflow_run.execute_id
        )
        if history.execute_status == "Success":
            break
        time.sleep(0.02)
    assert "你好,小林" in history.output


def test_errors_carry_code_and_log_id(coze: Coze) -> None:
    with pytest.raises(CozeAPIError) as refused:
        coze.chat.create(
            bot_id="7550000000000000000", user_id="u", additional_messages=user_messages("x")
        )
    assert refused.value.code == 4200
    assert refused.value.logid
    with pytest.raises(CozeAPIError) as streamed:
        list(coze.chat.stream(bot_id="755", user_id="u", additional_messages=user_messages("x")))
    assert streamed.value.code == 4200
