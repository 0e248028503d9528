"""Every format of a key, in every place of a conversation: none is in a file or on the terminal."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from coze_harness.text.sse import parse_events
from project import CHATCHAT, TOKEN, CommandResult, ProjectFolder
from secret_formats import SHAPES, Sample, samples

SCRIPTED = (
    "prompt", "polled", "whole", "split", "reasoning", "arguments", "nested", "tool output",
    "called with", "submitted output", "bot prompt", "error text", "cell",
)  # fmt: skip
PLACES_IN_ANSWERS = ("url", "header", "message")


def _text(place: str) -> str:
    return "。\n".join(["见下", *(one.text for one in samples(place)), "完"])


def _script() -> ServerScript:
    tool = {
        "name": "search",
        "arguments": {"k": _text("arguments")},
        "output": _text("tool output"),
    }
    nested = {"msg_type": "x", "data": json.dumps({"inner": json.dumps({"a": _text("nested")})})}
    answers: list[dict[str, Any]] = [
        {"regex": "^问题", "answer": _text("polled"), "tools": [tool], "verbose": [nested]},
        {"prompt": "whole", "answer": _text("whole"), "delta": 500},
        {"prompt": "split", "answer": _text("split"), "reasoning": _text("reasoning"), "delta": 7},
        {
            "prompt": "call",
            "requires_action": {
                "calls": [{"name": "lookup", "arguments": {"k": _text("called with")}}],
                "then": {"answer": "好"},
            },
        },
        {
            "prompt": "fail",
            "answer": "x",
            "faults": [{"kind": "failed", "code": 5000, "message": _text("error text")}],
        },
        {"default": True, "answer": "不知道。"},
    ]
    bot = {"id": CHATCHAT, "name": "chatchat", "prompt": _text("bot prompt"), "answers": answers}
    return parse_script(json.dumps({"seed": 1, "defaults": {"delay": 0}, "bots": [bot]}), "s.yaml")


def _scenarios() -> str:
    never = ["绝不会有的话"]
    return json.dumps(
        {
            "scenarios": [
                {
                    "name": "polled",
                    "turns": [{"prompt": f"问题 {_text('prompt')}", "expect": never}],
                },
                {"name": "whole", "stream": True, "turns": [{"prompt": "whole", "expect": never}]},
                {"name": "split", "stream": True, "turns": [{"prompt": "split", "expect": never}]},
                {
                    "name": "call",
                    "turns": [
                        {
                            "prompt": "call",
                            "tools": {"lookup": _text("submitted output")},
                            "expect": never,
                        }
                    ],
                },
                {"name": "fail", "turns": [{"prompt": "fail", "expect": never}]},
                {
                    "name": "failure",
                    "turns": [{"prompt": "fail", "expect": [{"status": "failed"}]}],
                },
                {
                    "name": "cell",
                    "cases": [{"text": _text("cell"), "n": 1}],
                    "turns": [{"prompt": "是{{ text }}", "expect": ["{{ text }}"]}],
                },
            ]
        },
        ensure_ascii=False,
    )


def _views(text: str) -> set[str]:
    unescaped = re.sub(
        r"\\+(?:u([0-9a-fA-F]{4})|([nrt\"/]))",
        lambda match: chr(int(match[1], 16)) if match[1] else {"n": "\n"}.get(match[2], match[2]),
        text,
    )
    return {text, unescaped, unquote(unescaped), unquote(unquote(text)), html.unescape(unescaped)}


def _joined_texts(path: Path) -> Iterator[str]:
    """Yield the texts of a cassette's streams, each put together from its pieces."""
    for item in read_cassette(path).interactions:
        texts: dict[str, str] = {}
        for event in parse_events(item.response_body):
            if event.name.endswith(".delta"):
                data = json.loads(event.data)
                for key in ("content", "reasoning_content"):
                    texts[key] = texts.get(key, "") + data.get(key, "")
        yield from texts.values()


def _leaks(
    project: ProjectFolder, outputs: Sequence[CommandResult], places: Sequence[str]
) -> list[str]:
    texts = {f"output {number}": result.out + result.err for number, result in enumerate(outputs)}
    for path in sorted(project.root.rglob("*")):
        name = str(path.relative_to(project.root))
        if path.is_file() and not name.startswith(("scenarios", "harness.yaml")):
            texts[name] = name + path.read_text("utf-8", "replace")
            if name.startswith("cassettes") and name.endswith(".yaml"):
                texts[f"{name}, joined"] = "\n".join(_joined_texts(path))
    views = {name: "\0".join(_views(text)) for name, text in texts.items()}
    return [
        f"{one.name} ({place}) in {name}"
        for place in places
        for one in samples(place)
        for core in one.cores
        for name, view in views.items()
        if core in view
    ]


def _statuses(project: ProjectFolder) -> dict[str, str]:
    return {name.partition("@")[0]: status for name, status in project.statuses().items()}


def test_no_format_is_stored_or_shown_wherever_it_stands(
    empty: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    assert len(SHAPES) >= 43
    server = serve_script(_script())
    empty.write("scenarios/all.yaml", _scenarios())
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    recorded = empty.run("record", "-v")
    assert recorded.code == 4, recorded
    lines = {name: line["turns"] for name, line in empty.lines().items()}
    statuses = _statuses(empty)
    assert statuses.pop("fail") == "error"
    assert statuses.pop("failure") == "passed"
    cassettes = sorted(path.name for path in empty.path("cassettes").glob("*.yaml"))
    assert len(cassettes) == 6, (recorded, cassettes)
    replayed = empty.run("run", "-v", drop=["COZE_API_TOKEN"])
    assert _statuses(empty)["failure"] == "passed"
    for name, turns in empty.lines().items():
        if not name.startswith("fail"):
            assert turns["turns"] == lines[name]
    checked = empty.run("check")
    reported = empty.run("report", "latest")
    assert _leaks(empty, [recorded, replayed, checked, reported], SCRIPTED) == []
    assert "secret" not in checked.out + checked.err
    cassette = empty.read(f"cassettes/{next(name for name in cassettes if 'polled' in name)}")
    assert cassette.count("<redacted") > 4 * len(SHAPES)
    assert len(set(re.findall(r"<redacted:\d+>", cassette))) > 3 * len(SHAPES)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    texts: ClassVar[dict[str, str]] = {}

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self._answer((sent.get("additional_messages") or [{}])[0].get("content", ""))

    def _answer(self, prompt: str = "") -> None:
        chat = {"id": "101", "conversation_id": self.texts["url"], "status": "completed"}
        message = {"id": "1", "role": "assistant", "type": "answer", "content": "好"}
        data: Any = [message] if "/message/list" in self.path else chat
        if self.path == "/v3/chat":
            data = {**chat, "status": "in_progress"}
        refused = prompt == "refused"
        envelope = {"code": 4101 if refused else 0, "msg": self.texts["message"], "data": data}
        body = json.dumps(envelope, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Tt-Logid", self.texts["header"])
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _service(texts: dict[str, str]) -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"texts": texts})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_format_is_stored_that_is_in_an_address_a_header_or_an_error(
    empty: ProjectFolder,
) -> None:
    def header_text(one: Sample) -> str:
        return one.text.replace("\n", " ").encode("latin-1", "ignore").decode("latin-1")

    with _service(
        {
            "url": _text("url"),
            "header": "; ".join(
                header_text(one) for one in samples("header") if one.text.isascii()
            ),
            "message": _text("message"),
        }
    ) as base_url:
        empty.write(
            "scenarios/all.yaml",
            "scenarios:\n- {name: fine, turns: [{prompt: hi, expect: [坏]}]}\n"
            "- {name: refused, turns: [{prompt: refused, expect: [坏]}]}\n",
        )
        empty.env |= {"COZE_API_BASE": base_url, "COZE_API_TOKEN": TOKEN}
        recorded = empty.run("record", "-v")
        reply = empty.run("ask", "refused", "--debug")
    assert _statuses(empty) == {"fine": "failed", "refused": "error"}, recorded
    replayed = empty.run("run", "fine", "-v", drop=["COZE_API_TOKEN"])
    assert replayed.code == 1, replayed
    assert _leaks(empty, [recorded, reply, replayed], PLACES_IN_ANSWERS) == []
    cassette = empty.read("cassettes/fine.yaml")
    assert "retrieve?" in cassette
    assert cassette.count("<redacted") > 3 * len(SHAPES)


@pytest.mark.parametrize("name", ["GitHub personal", "DeepSeek", "Coze personal"])
def test_a_case_is_not_named_by_a_secret(
    name: str, empty: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    (one,) = (sample for sample in samples("label") if sample.name == name)
    server = serve_script(_script())
    cases = [{"id": one.text}, {"id": "plain"}]
    turns = [{"prompt": "{{ id }}", "expect": ["不知道"]}]
    empty.write("scenarios/cell.yaml", json.dumps({"cases": cases, "turns": turns}))
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    recorded = empty.run("record", "-v")
    assert recorded.code == 0, recorded
    names = sorted(path.name for path in empty.path("cassettes").glob("*.yaml"))
    assert names == ["cell+1.yaml", "cell+2.yaml"]
    assert empty.run("run", drop=["COZE_API_TOKEN"]).code == 0
    assert _leaks(empty, [recorded], ["label"]) == []
