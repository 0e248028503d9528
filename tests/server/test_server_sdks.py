"""The official clients of three languages against the server: which of their calls work."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import RunningServer, serve
from cozepy import AsyncCoze, AsyncTokenAuth, Chat, ChatStatus, CozeAPIError, Message, ToolOutput
from cozepy.request import AsyncHTTPClient
from server_caller import BOT, TOKEN

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
WORKFLOW = "7403330000000000003"
WHO = "I am chatchat"

NOT_SERVED = {
    "conversations.clear",
    "conversations.messages.list",
    "bots.listNew",
    "files.retrieve",
}
"""Calls for which the server has no route: it says so with HTTP 404 and code 4000."""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(demo_script()) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "地图.png"
    path.write_bytes(b"123")
    return path


def run_client(command: list[str], cwd: Path, env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Run a client's program; return what it says of each call."""
    process = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, timeout=120, check=True, text=True
    )
    results = [json.loads(line) for line in process.stdout.splitlines()]
    return {one["call"]: one for one in results}


def test_the_javascript_client(server: RunningServer, file: Path) -> None:
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "@coze" / "api").is_dir():
        pytest.skip("node or the package @coze/api is not installed: npm ci")
    command = [node, str(FOLDER / "sdk_calls.mjs"), server.base_url, BOT, WORKFLOW, str(file)]
    calls = run_client(command, ROOT, {"PATH": os.environ["PATH"]})
    refuse_chat = calls.pop("refusal")
    assert (refuse_chat["works"], refuse_chat["code"]) == (False, 4200)
    stream_chat = calls.pop("streamed refusal")["value"]
    assert [(one["event"], one["data"]["code"]) for one in stream_chat] == [("error", 4200)]
    assert {name for name, one in calls.items() if not one["works"]} == NOT_SERVED
    value: dict[str, Any] = {name: one.get("value") for name, one in calls.items()}
    assert len(value) - len(NOT_SERVED) == 15
    assert value["chat.createAndPoll"] == value["chat.stream"]
    assert value["chat.stream"][0].startswith(WHO)
    assert (value["chat.retrieve"], value["chat.cancel"]) == ("completed", "canceled")
    assert "answer" in value["chat.messages.list"]
    assert value["chat.submitToolOutputs"] == ["厨房的灯已处理:已打开"]
    assert value["conversations.retrieve"] == {"a": "b"}
    assert value["conversations.list"] is True
    assert value["bots.retrieve"] == value["bots.retrieveNew"] == "chatchat"
    assert value["files.upload"] == 3
    assert value["workflows.runs.create"] == '{"output":"你好,小林"}'
    assert value["workflows.chat.stream"] == ["工作流收到:喂"]


def test_the_go_client(server: RunningServer, tmp_path: Path) -> None:
    go = shutil.which("go")
    if not go:
        pytest.skip("there is no Go toolchain")
    program = tmp_path / "sdk"
    shutil.copytree(FOLDER / "sdk_go", program)
    for step in (["mod", "init", "sdkcalls"], ["mod", "tidy"], ["build", "-o", "calls", "."]):
        done = subprocess.run([go, *step], cwd=program, capture_output=True, timeout=300, text=True)
        if done.returncode:
            pytest.skip(f"the Go client cannot be built here: go {step[0]}: {done.stderr[-200:]}")
    calls = run_client([str(program / "calls"), server.base_url, BOT], program, dict(os.environ))
    assert not calls.pop("refusal")["works"]
    assert [name for name, one in calls.items() if one["works"]] == [
        "chat.CreateAndPoll",
        "chat.Stream",
    ]
    assert all(one["value"][0].startswith(WHO) for one in calls.values())


def chat_request(text: str) -> dict[str, Any]:
    message = Message.build_user_question_text(text)
    return {"bot_id": BOT, "user_id": "u", "additional_messages": [message]}


async def wait_for_end(coze: AsyncCoze, chat: Chat) -> Chat:
    while chat.status == ChatStatus.IN_PROGRESS:
        await asyncio.sleep(0.02)
        chat = await coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    return chat


async def stream_chat(coze: AsyncCoze) -> str:
    texts = [
        event.message.content
        async for event in coze.chat.stream(**chat_request("Who are you?"))
        if event.event == "conversation.message.completed"
        and event.message
        and event.message.type == "answer"
    ]
    return texts[0]


async def poll_chat(coze: AsyncCoze) -> str:
    chat = await wait_for_end(coze, await coze.chat.create(**chat_request("Who are you?")))
    messages = await coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    return messages[0].content


async def cancel_chat(coze: AsyncCoze) -> str:
    chat = await coze.chat.create(**chat_request("你是谁？"))
    done = await coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    return str(done.status.value)


async def submit_tool_outputs(coze: AsyncCoze) -> str:
    chat = await wait_for_end(coze, await coze.chat.create(**chat_request("打开厨房的灯。")))
    assert chat.required_action
    assert chat.required_action.submit_tool_outputs
    calls = chat.required_action.submit_tool_outputs.tool_calls
    where = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
    outputs = [ToolOutput(tool_call_id=call.id, output="已打开") for call in calls]
    stream = coze.chat.submit_tool_outputs_stream(**where, tool_outputs=outputs)
    events = [event async for event in stream]
    return str(events[-1].event.value)


async def conversation(coze: AsyncCoze) -> str:
    created = await coze.conversations.create(meta_data={"a": "b"}, bot_id=BOT)
    retrieved_conversation = await coze.conversations.retrieve(conversation_id=created.id)
    page = await coze.conversations.list(bot_id=BOT)
    assert created.id in [one.id for one in page.items]
    return json.dumps(retrieved_conversation.meta_data)


async def bot(coze: AsyncCoze) -> str:
    old = await coze.bots.retrieve(bot_id=BOT, use_api_version=1)
    new = await coze.bots.retrieve(bot_id=BOT, use_api_version=2)
    assert old.name == new.name
    return str(new.name)


async def upload_file(coze: AsyncCoze) -> str:
    return str((await coze.files.upload(file=("a.png", b"123"))).bytes)


async def workflow_run(coze: AsyncCoze) -> str:
    run = await coze.workflows.runs.create(
        workflow_id=WORKFLOW, bot_id=BOT, parameters={"name": "小林"}
    )
    return str(run.data)


async def workflow_chat(coze: AsyncCoze) -> str:
    stream = coze.workflows.chat.stream(
        workflow_id=WORKFLOW,
        bot_id=BOT,
        parameters={},
        additional_messages=[Message.build_user_question_text("喂")],
    )
    return "".join(
        [
            e.message.content
            async for e in stream
            if e.message
            and e.message.type == "answer"
            and e.event == "conversation.message.completed"
        ]
    )


async def refuse_chat(coze: AsyncCoze) -> str:
    with pytest.raises(CozeAPIError) as error:
        await coze.chat.create(**{**chat_request("x"), "bot_id": "7550000000000000000"})
    return str(error.value.code)


CALLS: dict[Callable[[AsyncCoze], Awaitable[str]], str] = {
    stream_chat: WHO,
    poll_chat: WHO,
    cancel_chat: "canceled",
    submit_tool_outputs: "conversation.chat.completed",
    conversation: '{"a": "b"}',
    bot: "chatchat",
    upload_file: "3",
    workflow_run: '{"output":"你好,小林"}',
    workflow_chat: "工作流收到:喂",
    refuse_chat: "4200",
}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: str(call.__name__))
def test_the_asynchronous_python_client(
    server: RunningServer, call: Callable[[AsyncCoze], Awaitable[str]]
) -> None:
    async def run() -> str:
        async with AsyncHTTPClient(trust_env=False) as client:  # type: ignore[no-untyped-call]
            auth = AsyncTokenAuth(TOKEN)
            return await call(AsyncCoze(auth, base_url=server.base_url, http_client=client))

    assert asyncio.run(run()).startswith(CALLS[call])
