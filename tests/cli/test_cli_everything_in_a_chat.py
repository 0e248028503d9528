"""What goes with a prompt, end to end: recorded from the scripted server, replayed offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder, chatchat_script
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

WORKFLOW = "7403315657221079099"
ANSWERS = """
- regex: 记得
  earlier: 杭州
  answer: 你说过杭州。
- regex: 图
  answer: 一张地图。
"""
WORKFLOWS = f"""
workflows:
- id: "{WORKFLOW}"
  name: reverse
  output: {{output: "{{{{ city }}}}很好☀️"}}
  answers:
  - {{prompt: [再见], turn: 2, answer: 再会。}}
  - {{default: true, answer: 你好，我是工作流。}}
"""

ServeScript = Callable[[ServerScript], RunningServer]


@pytest.fixture
def project_and_server(
    empty: ProjectFolder, serve_script: ServeScript
) -> tuple[ProjectFolder, RunningServer]:
    """A project without scenarios, and a server that it can be recorded from."""
    server = serve_script(chatchat_script(ANSWERS, rest=WORKFLOWS))
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    return empty, server


def _recorded_and_replayed(project: ProjectFolder, name: str, offline: tuple[str, ...]) -> Any:
    result = project.run("record", name)
    assert result.code == 0, result
    recorded = project.lines()[name]
    again = project.run("run", name, wrapper=offline, drop=("COZE_API_TOKEN", "COZE_API_BASE"))
    assert again.code == 0, again
    replayed = project.lines()[name]
    assert replayed["turns"] == recorded["turns"]
    assert replayed["interactions"] == recorded["interactions"]
    return replayed


def _requests(project: ProjectFolder, name: str) -> list[tuple[str, Any]]:
    cassette = yaml.safe_load(project.read(f"cassettes/{name}.yaml"))
    return [
        (item["request"]["uri"].partition("/v")[2], json.loads(item["request"]["body"]))
        for item in cassette["interactions"]
        if item["request"].get("body")
    ]


def test_history_goes_before_the_first_prompt_and_only_there(
    project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, _server = project_and_server
    project.write(
        "scenarios/history.yaml",
        "cases: [{case: h, city: 杭州}]\n"
        "history:\n"
        "  - {role: user, content: '我住在{{ city }}。'}\n"
        "  - {role: assistant, content: 好的。}\n"
        "turns:\n"
        "  - {prompt: 记得吗?, expect: [你说过杭州]}\n"
        "  - {prompt: 还记得吗?, expect: [你说过杭州]}\n",
    )
    assert project.run("record", "history").code == 0
    assert project.run("run", "history", wrapper=offline).code == 0
    (_, first), (_, second) = _requests(project, "history+h")
    assert [one["content"] for one in first["additional_messages"]] == [
        "我住在杭州。",
        "好的。",
        "记得吗?",
    ]
    assert len(second["additional_messages"]) == 1
    project.edit("scenarios/history.yaml", "好的。", "好。")
    stale = project.run("run", "history")
    assert stale.code == 3
    assert "好。" in stale.err


def test_a_conversation_is_made_first_and_then_used(
    project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, _server = project_and_server
    project.write(
        "scenarios/made.yaml",
        "conversation: create\nturns: [{prompt: 你好}, {prompt: 再见}]\n",
    )
    line = _recorded_and_replayed(project, "made", offline)
    paths = [item["path"] for item in line["interactions"]]
    assert paths[0] == "/v1/conversation/create"
    assert paths.count("/v1/conversation/create") == 1
    assert len({turn["conversation_id"] for turn in line["turns"]}) == 1
    assert _requests(project, "made")[0][1] == {"bot_id": "7403315657221079041"}
    project.edit("scenarios/made.yaml", "conversation: create\n", "")
    assert project.run("run", "made").code == 3


def test_files_go_up_once_and_out_as_objects(
    project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, server = project_and_server
    picture = project.path("scenarios/地图.png")
    picture.write_bytes(b"\x89PNG\r\n--\x00" + bytes(range(256)) * 500)
    project.write(
        "scenarios/files.yaml",
        "stream: true\nturns:\n"
        "  - prompt: 图里有什么?\n"
        "    attach: [地图.png, 'https://example.com/a.MP3?x=1', 'https://example.com/report']\n"
        "    expect: [地图]\n"
        "  - {prompt: 再看图, attach: [地图.png], expect: [地图]}\n",
    )
    _recorded_and_replayed(project, "files", offline)
    (path, upload), (_, first), (_, second) = _requests(project, "files")
    assert path == "1/files/upload"
    assert upload["file"] == "地图.png"
    assert upload["bytes"] == picture.stat().st_size
    assert len(upload["sha256"]) == 64
    assert server.calls["POST /v1/files/upload"] == 1
    message = first["additional_messages"][0]
    assert message["content_type"] == "object_string"
    items = json.loads(message["content"])
    file_id = items[1].pop("file_id")
    assert items == [
        {"type": "text", "text": "图里有什么?"},
        {"type": "image"},
        {"type": "audio", "file_url": "https://example.com/a.MP3?x=1"},
        {"type": "file", "file_url": "https://example.com/report"},
    ]
    assert file_id in second["additional_messages"][0]["content"]
    requests, _answers = deserialize(project.read("cassettes/files.yaml"), yamlserializer)
    assert requests[0].uri.endswith("/v1/files/upload")


def test_a_changed_file_makes_the_recording_stale_and_says_what_changed(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    project.write("scenarios/a.txt", "one")
    project.write("scenarios/files.yaml", "turns: [{prompt: 读, attach: [a.txt]}]\n")
    assert project.run("record", "files").code == 0
    assert project.run("run", "files").code == 0
    project.write("scenarios/a.txt", "two")
    result = project.run("run", "files")
    assert result.code == 3
    assert (
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" in result.err
    )  # of one
    project.write("scenarios/a.txt", "")
    result = project.run("run", "files")
    assert result.code == 2
    assert "scenarios/files.yaml:1:" in result.err


def test_a_workflow_is_chatted_with_in_one_conversation(
    project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, server = project_and_server
    flow = f'  flow: {{workflow: "{WORKFLOW}", app_id: "744208683"}}\n'
    project.edit("harness.yaml", "bots:\n", f"bots:\n{flow}")
    project.write(
        "scenarios/chatflow.yaml",
        "bot: flow\n"
        "parameters: {lang: zh}\n"
        "turns: [{prompt: 你好, expect: [我是工作流]}, {prompt: 再见, expect: [再会]}]\n",
    )
    line = _recorded_and_replayed(project, "chatflow", offline)
    assert line["bot"] == "flow"
    (path, first), (_, second) = _requests(project, "chatflow")
    assert path == "1/workflows/chat"
    assert first["parameters"] == {"lang": "zh"}
    assert "conversation_id" not in first
    assert second["conversation_id"] == line["turns"][0]["conversation_id"]
    assert not any("bots" in call for call in server.calls)


def test_a_workflow_runs_on_its_input_and_its_output_is_the_answer(
    project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, _server = project_and_server
    project.write(
        "scenarios/wf.yaml",
        f"workflow: '{WORKFLOW}'\n"
        "turns:\n"
        "  - input: {city: 杭州}\n"
        "    expect: [{json: true}, 杭州很好☀️, {status: completed}]\n",
    )
    line = _recorded_and_replayed(project, "wf", offline)
    assert [item["path"] for item in line["interactions"]] == ["/v1/workflow/run"]
    assert line["turns"][0]["prompt"] == '{"city":"杭州"}'
    assert line["turns"][0]["chat_id"]
    project.edit("scenarios/wf.yaml", "city: 杭州", "city: 北京")
    stale = project.run("run", "wf")
    assert stale.code == 3
    assert "北京" in stale.err


def test_an_unknown_workflow_is_refused_by_coze(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    project.write("scenarios/none.yaml", "workflow: '7403315657221079000'\nturns: [{input: {}}]\n")
    result = project.run("record", "none")
    assert result.code == 4
    assert "4200" in result.err
