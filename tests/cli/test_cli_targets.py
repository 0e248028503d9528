"""Each kind of target end to end: recorded from the scripted server, replayed offline, compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest
import yaml
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder

BOT = "7403315657221079041"
FLOW = "7403330000000000003"
BOOKING = "7403330000000000004"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5jb3plLmNuIn0.c2lnbmF0dXJlMTIz"
TOKENS = {
    "COZE_API_TOKEN": TOKEN,
    "COZE_PROJECT_TOKEN": JWT,
    "COZE_STUDIO_TOKEN": "pat_Studio1x2y3z",
}

SCRIPT = f"""
seed: 3
defaults: {{delay: 0.0}}
bots:
- id: "{BOT}"
  name: chatchat
  answers:
  - {{regex: '我叫(?P<name>[^什]+)$', answer: '你好,{{{{ name }}}}'}}
  - {{prompt: 我叫什么?, earlier: '我叫(?P<name>[^什]+)$', answer: '你叫{{{{ name }}}}'}}
  - {{default: true, answer: 我是chatchat。}}
workflows:
- id: "{FLOW}"
  output: {{output: "{{{{ city }}}}很好"}}
  answers:
  - {{prompt: 再见, turn: 2, answer: 再会。}}
  - {{default: true, answer: 我是对话流。}}
- id: "{BOOKING}"
  question: 哪个城市?
  output: {{output: "{{{{ name }}}}去{{{{ answer }}}}"}}
projects:
- id: "7627835614766841865"
  done: true
  answers:
  - {{regex: '我叫(?P<name>[^什]+)$', answer: '你好,{{{{ name }}}}'}}
  - {{prompt: 我叫什么?, earlier: '我叫(?P<name>[^什]+)$', answer: '你叫{{{{ name }}}}'}}
  - prompt: 天气
    reasoning: 要查天气。
    tools: [{{name: get_weather, arguments: {{city: 杭州}}, output: {{sky: 雨}}}}]
    answer: "<think>x</think>杭州有雨😀"
- path: /orders
  output: {{reply_content: "订单{{{{ order }}}}已发货", items: [{{id: "{{{{ order }}}}"}}]}}
"""

SETTINGS = """
bots:
  chatchat: {{id: "{bot}"}}
  flow: {{workflow: "{flow}", bot_id: "{bot}"}}
  app: {{workflow: "{flow}", app_id: "744208683", version: v0.0.5, connector_id: "999"}}
  booking: {{workflow: "{booking}"}}
  agent: {{project: "{url}/stream_run", project_id: "7627835614766841865"}}
  orders: {{project: "{url}/orders/run", answer: reply_content}}
  streamed: {{project: "{url}/orders/stream_run", answer: "items[0]"}}
  own: {{studio: "{url}/studio", id: "{bot}"}}
default_bot: chatchat
user_id: "0"
poll: {{interval: 0.05, timeout: 5}}
"""


@dataclass(frozen=True)
class Case:
    """A scenario, the calls that it takes, and what comes back."""

    bot: str
    text: str
    paths: tuple[str, ...]
    answers: tuple[str, ...]


NAMES = "turns: [{prompt: 我叫小明}, {prompt: 我叫什么?, expect: [你叫小明]}]"
CASES = {
    "bot": Case(
        "chatchat",
        NAMES,
        ("/v3/chat", "/v3/chat/retrieve", "/v3/chat/message/list") * 2,
        ("你好,小明", "你叫小明"),
    ),
    "chatflow": Case(
        "flow",
        "parameters: {lang: zh}\nturns: [{prompt: 你好}, {prompt: 再见}]",
        ("/v1/workflows/chat",),
        ("我是对话流。", "再会。"),
    ),
    "app": Case("app", "turns: [{prompt: 你好}]", ("/v1/workflows/chat",), ("我是对话流。",)),
    "run": Case(
        "flow",
        "turns: [{input: {city: 杭州}, expect: [{json: true}, {status: completed}]}]",
        ("/v1/workflow/run",),
        ('{"output":"杭州很好"}',),
    ),
    "stream_run": Case(
        "flow",
        "stream: true\nturns: [{input: {city: 杭州}, expect: [{first_token: {max: 5}}]}]",
        ("/v1/workflow/stream_run",),
        ('{"output":"杭州很好"}',),
    ),
    "async": Case(
        "flow",
        "is_async: true\nturns: [{input: {city: 杭州}}]",
        ("/v1/workflow/run", f"/v1/workflows/{FLOW}/run_histories/*"),
        ('{"output":"杭州很好"}',),
    ),
    "resume": Case(
        "booking",
        "turns: [{input: {name: 小明}, expect: [{asks: 哪个城市}]}, {prompt: 杭州}]",
        ("/v1/workflow/run", "/v1/workflows/resume"),
        ("哪个城市?", '{"output":"小明去杭州"}'),
    ),
    "stream_resume": Case(
        "booking",
        "stream: true\nturns: [{input: {name: 小明}}, {prompt: 杭州}]",
        ("/v1/workflow/stream_run", "/v1/workflow/stream_resume"),
        ("哪个城市?", '{"output":"小明去杭州"}'),
    ),
    "async_resume": Case(
        "booking",
        "is_async: true\nturns: [{input: {name: 小明}}, {prompt: 杭州}]",
        (
            "/v1/workflow/run",
            f"/v1/workflows/{BOOKING}/run_histories/*",
            "/v1/workflows/resume",
            f"/v1/workflows/{BOOKING}/run_histories/*",
        ),
        ("哪个城市?", '{"output":"小明去杭州"}'),
    ),
    "agent": Case("agent", NAMES, ("/stream_run",), ("你好,小明", "你叫小明")),
    "tools": Case(
        "agent",
        "turns:\n- prompt: 天气\n  expect:\n"
        "  - tool_call: {name: get_weather, arguments: {city: 杭州}}\n"
        "  - reasoning: 要查天气\n"
        "  - messages: {function_call: 1, tool_response: 1, answer: 1}\n"
        "  - first_token: {max: 5}\n",
        ("/stream_run",),
        ("<think>x</think>杭州有雨😀",),
    ),
    "orders": Case("orders", "turns: [{input: {order: A1}}]", ("/orders/run",), ("订单A1已发货",)),
    "streamed": Case(
        "streamed", "turns: [{input: {order: A1}}]", ("/orders/stream_run",), ('{"id":"A1"}',)
    ),
    "own": Case(
        "own",
        NAMES,
        ("/v3/chat", "/v3/chat/retrieve", "/v3/chat/message/list") * 2,
        ("你好,小明", "你叫小明"),
    ),
    "own_stream": Case("own", f"stream: true\n{NAMES}", ("/v3/chat",), ("你好,小明", "你叫小明")),
}

ServeScript = Callable[[ServerScript], RunningServer]


@pytest.fixture
def project_and_server(
    empty: ProjectFolder, serve_script: ServeScript
) -> tuple[ProjectFolder, RunningServer]:
    """A project whose targets are all at one scripted server."""
    server = serve_script(parse_script(SCRIPT, "script.yaml"))
    settings = SETTINGS.format(bot=BOT, flow=FLOW, booking=BOOKING, url=server.base_url)
    empty.write("harness.yaml", settings)
    empty.env |= {"COZE_API_BASE": server.base_url, **TOKENS}
    return empty, server


def requests_of(project: ProjectFolder, name: str) -> list[tuple[str, str, Any]]:
    """Return method, URI and body of a cassette's requests."""
    cassette = yaml.safe_load(project.read(f"cassettes/{name}.yaml"))
    return [
        (
            one["request"]["method"],
            one["request"]["uri"],
            json.loads(one["request"]["body"] or "{}"),
        )
        for one in cassette["interactions"]
    ]


def paths_of(line: Mapping[str, Any]) -> list[str]:
    """Return the paths of a trial's calls; polls in a row are one, and a run's id is a star."""
    paths = [item["path"].partition("?")[0] for item in line["interactions"]]
    paths = [re.sub(r"(run_histories/).+", r"\1*", path) for path in paths]
    return [path for path, _same in groupby(paths)]


@pytest.mark.parametrize("name", CASES)
def test_a_target_is_recorded_replayed_without_a_network_and_compared(
    name: str, project_and_server: tuple[ProjectFolder, RunningServer], offline: tuple[str, ...]
) -> None:
    project, server = project_and_server
    case = CASES[name]
    project.write(f"scenarios/{name}.yaml", f"bot: {case.bot}\n{case.text}\n")
    result = project.run("record", name)
    assert result.code == 0, result
    recorded = project.lines()[name]
    assert [turn["answer"] for turn in recorded["turns"]] == list(case.answers)
    assert paths_of(recorded) == list(case.paths)
    for secret in TOKENS.values():
        for file in project.root.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file
    assert project.run("check").code == 0
    compared = project.run("compare", name)
    assert compared.code == 0, compared
    server.stop()
    run = project.run("run", name, wrapper=offline, drop=[*TOKENS, "COZE_API_BASE"])
    assert run.code == 0, run
    replayed = project.lines()[name]
    assert replayed["turns"] == recorded["turns"]
    assert replayed["interactions"] == recorded["interactions"]
    again = project.run("compare", "--replay", name, wrapper=offline, drop=[*TOKENS])
    assert again.code == 0, again
    elsewhere = project.read("harness.yaml").replace(server.base_url, "https://abc123.coze.site")
    project.write("harness.yaml", elsewhere)
    assert project.run("run", name).code == 0


def test_a_chatflow_names_its_bot_or_app_version_and_channel(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    for bot in ("flow", "app"):
        project.write(f"scenarios/{bot}.yaml", f"bot: {bot}\nturns: [{{prompt: 你好}}]\n")
    assert project.run("record").code == 0
    ((_, _, with_bot),) = requests_of(project, "flow")
    ((_, _, with_app),) = requests_of(project, "app")
    assert with_bot["bot_id"] == BOT
    assert (with_app["app_id"], with_app["workflow_version"], with_app["connector_id"]) == (
        "744208683",
        "v0.0.5",
        "999",
    )
    assert "bot_id" not in with_app
    project.edit("harness.yaml", "v0.0.5", "v0.0.6")
    stale = project.run("run", "app")
    assert stale.code == 3
    assert "v0.0.6" in stale.err


def test_a_chat_without_app_and_bot_is_refused_before_a_call(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, server = project_and_server
    project.write("scenarios/old.yaml", f"workflow: '{FLOW}'\nturns: [{{prompt: 你好}}]\n")
    for command, code in (("record", 2), ("live", 2), ("check", 3)):  # 3: it has no recording
        result = project.run(command)
        assert result.code == code, result
        assert "scenarios/old.yaml:1" in result.err + result.out
        assert "bot_id" in result.err + result.out
    assert not server.calls


def test_an_agents_session_is_its_own_in_each_trial(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    project.write("scenarios/names.yaml", f"bot: agent\nrepeat: 2\n{NAMES}\n")
    assert project.run("record").code == 0
    sessions = [
        [body["session_id"] for _, _, body in requests_of(project, name)]
        for name in ("names", "names~2")
    ]
    assert all(len(set(one)) == 1 and one[0] for one in sessions)
    assert sessions[0] != sessions[1]
    turns = project.lines()["names"]["turns"]
    assert {turn["conversation_id"] for turn in turns} == {sessions[0][0]}
    assert all("usage" not in turn or turn["usage"] is None for turn in turns)


def test_the_projects_host_is_redacted_on_request(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, server = project_and_server
    port = server.base_url.rpartition(":")[2]
    settings = project.read("harness.yaml")
    project.write("harness.yaml", f"{settings}redact: ['127\\.0\\.0\\.1:{port}']\n")
    project.write("scenarios/names.yaml", f"bot: agent\n{NAMES}\n")
    assert project.run("record").code == 0
    assert port not in project.read("cassettes/names.yaml")
    assert project.run("run").code == 0


@pytest.mark.parametrize(
    ("bot", "option"),
    [
        (bot, option)
        for bot in ("own", "agent", "flow")
        for option in (["--draft"], ["--bot-version", "1"])
    ],
)
def test_a_comparison_with_what_a_target_lacks_is_refused_before_a_call(
    bot: str, option: list[str], project_and_server: tuple[ProjectFolder, RunningServer]
) -> None:
    project, server = project_and_server
    project.write("scenarios/a.yaml", f"bot: {bot}\nturns: [{{prompt: 你好}}]\n")
    result = project.run("compare", *option)
    assert result.code == 2, result
    assert option[0] in result.err
    assert "scenarios/a.yaml:1" in result.err
    assert not server.calls


@pytest.mark.parametrize("command", [["check"], ["record"], ["live"], ["run"]])
def test_options_that_studio_lacks_are_refused_where_they_stand(
    command: list[str], project_and_server: tuple[ProjectFolder, RunningServer]
) -> None:
    project, server = project_and_server
    project.write(
        "scenarios/a.yaml",
        "bot: own\npublish_status: unpublished_draft\ntools: {f: x}\nturns: [{prompt: 你好}]\n",
    )
    result = project.run(*command)
    assert result.code == 2, result
    for place in ("scenarios/a.yaml:2:1", "scenarios/a.yaml:3:1"):
        assert place in result.err
    assert not server.calls


@pytest.mark.parametrize("stream", [[], ["--stream"]])
@pytest.mark.parametrize(
    ("bot", "answer"),
    [
        ("chatchat", "我是chatchat。"),
        ("flow", "我是对话流。"),
        ("agent", "你好,x"),
        ("own", "我是chatchat。"),
    ],
)
def test_ask_talks_to_each_kind(
    bot: str,
    answer: str,
    stream: list[str],
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    prompt = "我叫x" if bot == "agent" else "你是谁?"
    result = project.run("ask", prompt, "--bot", bot, "-q", *stream)
    assert (result.code, result.out) == (0, f"{answer}\n"), result


def test_ask_refuses_a_target_without_prompts(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, server = project_and_server
    for bot in ("orders", "booking"):
        result = project.run("ask", "你好", "--bot", bot)
        assert result.code == 2
        assert "input:" in result.err
    assert not server.calls


def test_a_project_without_its_token_is_refused_before_a_call(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, server = project_and_server
    result = project.run("ask", "你好", "--bot", "agent", drop=["COZE_PROJECT_TOKEN"])
    assert result.code == 2
    assert "COZE_PROJECT_TOKEN" in result.err
    assert not server.calls
    alone = project.run("ask", "我叫x", "--bot", "agent", "-q", drop=["COZE_API_TOKEN"])
    assert alone.out == "你好,x\n"


FAULTS: Mapping[str, tuple[Fault, str]] = {
    "failed": (Fault(kind=FaultKind.FAILED, code=301007, message="拒绝"), "content filter"),
    "error": (Fault(kind=FaultKind.ERROR_EVENT, code=105002, message="KeyError"), "project's code"),
    "cut": (Fault(kind=FaultKind.CUT_STREAM), "broke"),
    "busy": (Fault(kind=FaultKind.TOO_MANY_REQUESTS, at=Route.CHAT), "429"),
    "gateway": (Fault(kind=FaultKind.HTML, at=Route.CHAT), "502"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_project_that_fails_is_reported_with_advice(
    name: str, project_and_server: tuple[ProjectFolder, RunningServer]
) -> None:
    project, server = project_and_server
    fault, words = FAULTS[name]
    server.inject(fault)
    if name == "busy":
        server.clear_faults()
        server.inject(Fault(kind=FaultKind.TOO_MANY_REQUESTS, retry_after=0, times=1))
        result = project.run("ask", "我叫x", "--bot", "agent", "-q")
        assert result.out == "你好,x\n"
        return
    result = project.run("ask", "天气", "--bot", "agent")
    assert result.code == 4, result
    assert words in result.err
    assert JWT not in result.err + result.out


def test_a_project_refuses_a_wrong_token_with_advice(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    wrong = {"COZE_PROJECT_TOKEN": "pat_Wrong1x2y3z4"}
    result = project.run("ask", "你好", "--bot", "agent", env=wrong)
    assert result.code == 4
    assert "401" in result.err
    assert "COZE_PROJECT_TOKEN" in result.err
    assert wrong["COZE_PROJECT_TOKEN"] not in result.err


def test_a_status_of_a_failed_reply_can_be_expected(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, server = project_and_server
    server.inject(Fault(kind=FaultKind.FAILED, code=301002, message="慢"))
    project.write(
        "scenarios/a.yaml", "bot: agent\nturns: [{prompt: 天气, expect: [{status: failed}]}]\n"
    )
    assert project.run("record").code == 0
    assert project.run("run").code == 0


def test_studios_codes_are_read_from_its_texts(
    project_and_server: tuple[ProjectFolder, RunningServer],
) -> None:
    project, _server = project_and_server
    project.edit("harness.yaml", f'/studio", id: "{BOT}"', '/studio", id: "7403315657221070000"')
    result = project.run("ask", "你好", "--bot", "own")
    assert result.code == 4
    assert "103100002" in result.err
    assert "agent not exists" in result.err
    assert "`bots`" in result.err
