"""Requests and responses of real conversations against Coze's own OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from coze_harness.cassettes import cassette_files
from coze_harness.coze import PollSchedule, RetryPolicy, fetch_bot_snapshot
from coze_harness.model import Attachment, ChatOptions, Target, TargetKind, replace
from coze_harness.model.errors import HarnessError
from coze_harness.server.server_process import RunningServer, serve
from coze_harness.text.json_text import parse_json
from openapi_oracle import MISSING, OpenApi, load_openapi
from server_caller import Caller, ids
from talking import BOT, QUICK_RETRY, TARGET, Talk, script, scripted_fault

ROOT = Path(__file__).parent.parent.parent
WORKFLOW, BOOKING = "7403330000000000003", "7403330000000000004"
ANSWERS = """
- prompt: 你是谁?
  answer: [我是小示。, 还有一句。]
  knowledge: [一段]
  tools:
  - name: demo_weather-forecast
    arguments: {city: 杭州}
    output: {t: 21}
    plugin_id: 7
    plugin_name: demo_weather
    api_id: 8
    api_name: forecast
  verbose: [{msg_type: knowledge_recall, data: {chunks: []}}]
  reasoning: 想一想
  follow_ups: [你能做什么?, 还有呢?]
  delay: 0.02
- {prompt: 名片, answer: '{"card": 1}', content_type: card, delay: 0.02}
- {prompt: 查天气, asks: '哪个城市?', delay: 0.02}
- {prompt: 说一句, answer: 好。, audio: 2, delay: 0.02}
- prompt: 开灯
  delay: 0.02
  requires_action:
    calls:
    - {name: home_switch, plugin_name: home, arguments: {room: 厨房}}
    - {name: home_look, arguments: {}}
    then: {answer: "{{ home_switch }}", delay: 0.02}
- {default: true, answer: 好的, delay: 0.02}
"""
REST = f"""
workflows:
- id: '{WORKFLOW}'
  output: {{output: '{{{{ city }}}}'}}
  answers:
  - {{prompt: 查天气, asks: '哪个城市?', delay: 0.01}}
  - {{default: true, answer: 好, delay: 0.01}}
- id: '{BOOKING}'
  question: 哪个城市?
  output: {{output: '{{{{ answer }}}}'}}
"""
RUN: Mapping[str, Any] = {"prompt": "", "workflow_input": {"city": "杭州"}}
BARE = ChatOptions(user_id="u-1")
STREAM = replace(BARE, stream=True)
FULL = replace(
    BARE,
    custom_variables={"city": "杭州"},
    meta_data={"k": "v"},
    parameters={"a": {"b": 1}},
    extra_params={"latitude": "39.98", "longitude": "116.31"},
    shortcut_command={"command_id": "7457010833525570000", "parameters": {"q": "x"}},
    enable_card=True,
    bot_version="1723726000000",
    create_conversation=True,
    history=(("user", "我叫小林。"), ("assistant", "好。")),
)
TURNS: Mapping[str, tuple[ChatOptions, list[Mapping[str, Any]]]] = {
    "polled": (BARE, [{"prompt": "你是谁?"}, {"prompt": "再来"}]),
    "streamed": (STREAM, [{"prompt": "你是谁?"}, {"prompt": "再来"}]),
    "card": (BARE, [{"prompt": "名片"}]),
    "speech": (STREAM, [{"prompt": "说一句"}]),
    "question": (BARE, [{"prompt": "查天气"}, {"prompt": "杭州"}]),
    "streamed question": (STREAM, [{"prompt": "查天气"}, {"prompt": "杭州"}]),
    "all options": (FULL, [{"prompt": "一"}, {"prompt": "二"}]),
    "draft": (replace(BARE, publish_status="unpublished_draft"), [{"prompt": "一"}]),
    "unsaved": (replace(STREAM, auto_save_history=False), [{"prompt": "一"}]),
    "tools": (BARE, [{"prompt": "开灯", "tools": {"home_switch": "开", "home_look": "亮"}}]),
    "streamed tools": (
        STREAM,
        [{"prompt": "开灯", "tools": {"home_switch": "开", "home_look": "亮"}}],
    ),
    "halted": (BARE, [{"prompt": "开灯", "checks_status": True}]),
    "files": (
        BARE,
        [{"prompt": "看", "attachments": (Attachment("https://example.com/a.png"),)}],
    ),
    "workflow chat": (
        replace(BARE, parameters={"city": "杭州"}),
        [{"prompt": "查天气"}, {"prompt": "杭州"}],
    ),
    "workflow run": (BARE, [RUN]),
    "workflow stream_run": (STREAM, [RUN]),
    "workflow is_async": (replace(BARE, is_async=True), [RUN]),
    "asking run": (BARE, [RUN, {"prompt": "杭州"}]),
    "asking stream_run": (STREAM, [RUN, {"prompt": "杭州"}]),
    "asking is_async": (replace(BARE, is_async=True), [RUN, {"prompt": "杭州"}]),
}
FLOW = Target(
    name="flow", id=WORKFLOW, kind=TargetKind.CHATFLOW, app_id="7", version="v1", connector_id="999"
)
TARGETS = {"workflow": FLOW, "asking": Target(name="b", id=BOOKING, kind=TargetKind.WORKFLOW)}
FAULTS = [
    {"kind": "failed", "code": 4028},
    {"kind": "ends", "status": "canceled"},
    {"code": 4200},
    {"code": 700012006},
    {"code": 4013, "times": 1},
    {"kind": "omit_data"},
    {"kind": "empty_data"},
    {"kind": "never_ends"},
    {"kind": "error_event"},
    {"kind": "failed_event"},
    {"kind": "created_first"},
]


@pytest.fixture(scope="module")
def openapi() -> OpenApi:
    description = load_openapi()
    if description is None:
        pytest.skip(MISSING)
    return description


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    bot = "  version: '1723726000000'\n"
    with serve(script(ANSWERS, rest=bot + REST)) as running:
        yield running


@pytest.fixture(autouse=True)
def _without_faults(server: RunningServer) -> None:
    server.clear_faults()


def problems(openapi: OpenApi, talk: Talk) -> list[str]:
    """Return what the description finds in all calls of a conversation, and in their responses."""
    errors: list[str] = []
    # A chat that never ends may be given up before the last call is answered.
    for call, answer in zip(talk.spy.calls, talk.spy.responses, strict=False):
        upload = bool(call.upload)
        errors += openapi.request_errors(call.method, call.target, call.body, is_upload=upload)
        kind = answer.headers["content-type"]
        errors += openapi.response_errors(call.method, call.target, kind, answer.body)
    return errors


@pytest.mark.parametrize("name", TURNS)
def test_conversations_are_as_described(openapi: OpenApi, server: RunningServer, name: str) -> None:
    options, turns = TURNS[name]
    target = TARGETS.get(name.split()[0], TARGET)
    with Talk(server, options=options, target=target) as talk:
        for fields in turns:
            talk.ask(**fields)
        assert problems(openapi, talk) == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: str(fault.get("kind", fault.get("code")))
)
def test_failing_conversations_are_as_described(
    openapi: OpenApi, server: RunningServer, fault: dict[str, object], stream: bool
) -> None:
    server.inject(scripted_fault(fault))
    pace = PollSchedule(interval=0.01, timeout=1.0)
    with Talk(server, options=replace(BARE, stream=stream), schedule=pace) as talk:
        with suppress(HarnessError):
            talk.ask("你是谁?", checks_status=True)
        assert talk.spy.responses
        assert problems(openapi, talk) == []


def test_an_upload_and_a_bot_s_information_are_as_described(
    openapi: OpenApi, server: RunningServer, tmp_path: Path
) -> None:
    with Caller(server) as caller:
        uploaded = caller.send("POST", "/v1/files/upload", files={"file": ("a.png", b"123")})
        kind = uploaded.headers["content-type"]
        errors = openapi.response_errors("POST", "/v1/files/upload", kind, uploaded.content)
        assert [*errors] == []
        file = openapi.named_schema("File")
        assert uploaded.json()["data"].keys() == file["properties"].keys()
    assert [*openapi.request_errors("POST", "/v1/files/upload", None, is_upload=True)] == []
    for published in (True, False):
        with Talk(server) as talk:
            snapshot = fetch_bot_snapshot(BOT, QUICK_RETRY, published=published)
            assert talk.drive(snapshot).version
            assert problems(openapi, talk) == []


def test_the_other_calls_of_the_server_are_answered_as_described(
    openapi: OpenApi, server: RunningServer
) -> None:
    with Caller(server) as caller:
        created = caller.call("POST", "/v1/conversation/create", json={"bot_id": BOT, "name": "n"})
        where = {"conversation_id": created["data"]["id"]}
        chat = caller.chat("你是谁?")["data"]
        calls = [
            ("GET", "/v1/conversation/retrieve", where),
            ("GET", "/v1/conversations", {"bot_id": BOT}),
            ("GET", "/v1/bot/get_online_info", {"bot_id": BOT}),
            ("GET", "/v3/chat/retrieve", ids(chat)),
            ("GET", "/v3/chat/message/list", ids(chat)),
            ("GET", "/v1/conversation/retrieve", {"conversation_id": "7"}),
            ("GET", "/v3/chat/retrieve", {"conversation_id": "7", "chat_id": "8"}),
        ]
        for method, path, query in calls:
            answer = caller.send(method, path, params=query)
            kind = answer.headers["content-type"]
            assert [*openapi.response_errors(method, path, kind, answer.content)] == [], path


CASSETTES = sorted([*ROOT.glob("cassettes/*.yaml"), *ROOT.glob("harness/*/starter/cassettes/*")])


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_shipped_recordings_are_as_described(openapi: OpenApi, path: Path) -> None:
    for item in cassette_files.read_cassette(path).interactions:
        body = parse_json(item.request_body) if item.request_body else None
        assert [*openapi.request_errors(item.method, item.target, body)] == []
        kind = item.headers["content-type"]
        assert [*openapi.response_errors(item.method, item.target, kind, item.response_body)] == []


CHAT_BODY: Mapping[str, Any] = {
    "bot_id": BOT,
    "user_id": "u",
    "stream": False,
    "auto_save_history": True,
    "additional_messages": [
        {"role": "user", "type": "question", "content": "一", "content_type": "text"}
    ],
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/v3/chat": CHAT_BODY,
    "/v3/chat/cancel": {},
    "/v3/chat/submit_tool_outputs": {},
    "/v1/conversation/create": {"messages": CHAT_BODY["additional_messages"]},
    "/v1/workflow/run": {"workflow_id": WORKFLOW, "bot_id": BOT},
    "/v1/workflows/chat": {
        "workflow_id": WORKFLOW,
        "bot_id": BOT,
        "parameters": {},
        "additional_messages": CHAT_BODY["additional_messages"],
    },
}
WRONG: Mapping[str, object] = {
    "string": 7,
    "boolean": "yes",
    "integer": "seven",
    "array": "no list",
    "object": "no object",
}
# The server ignores these, which change nothing that it can show.
NOT_CHECKED = {"connector_id", "workflow_version", "app_id", "is_async", "ext"}


def excluded_bodies(openapi: OpenApi, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield bodies that the description excludes: what is wrong, and the body."""
    schema = openapi.request_schema("POST", path)
    assert schema is not None
    body = BODIES[path]
    for name in schema.get("required", ()):
        yield f"{name} is missing", {key: one for key, one in body.items() if key != name}
    for name, described in schema["properties"].items():
        kind = openapi.resolve(described)
        if name not in NOT_CHECKED:
            yield f"{name} is no {kind['type']}", {**body, name: WRONG[kind["type"]]}
            if "enum" in kind:
                yield f"{name} is unknown", {**body, name: "hologram"}
        if name == "additional_messages":
            message = openapi.resolve(kind["items"])
            for key, one in message["properties"].items():
                for bad in [WRONG[one["type"]], *(["hologram"] if "enum" in one else [])]:
                    messages = [{**body[name][0], key: bad}]
                    yield f"{name}.{key} is {bad!r}", {**body, name: messages}


@pytest.mark.parametrize("path", BODIES)
def test_the_server_rejects_what_the_description_excludes(
    openapi: OpenApi, server: RunningServer, path: str
) -> None:
    with Caller(server) as caller:
        waiting = caller.chat("开灯")["data"]
        accepted = []
        for what, body in excluded_bodies(openapi, path):
            query = ids(waiting) if "tool_outputs" in path else {}
            answer = caller.send("POST", path, params=query, json=body)
            kind = answer.headers["content-type"]
            if kind.startswith("text/event-stream") or answer.json()["code"] == 0:
                accepted.append(what)
    assert accepted == []


def test_a_retry_changes_no_request(openapi: OpenApi, server: RunningServer) -> None:
    server.inject(scripted_fault({"kind": "unavailable", "at": "retrieve", "times": 2}))
    policy = RetryPolicy(jitter=lambda: 0.0, base=0.001)
    with Talk(server, policy=policy) as talk:
        talk.ask("一")
        errors = [
            error
            for call in talk.spy.calls
            for error in openapi.request_errors(call.method, call.target, call.body)
        ]
    assert errors == []
