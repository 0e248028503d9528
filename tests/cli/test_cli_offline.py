"""Record, take the network away, replay: the same verdicts, and no need of anything."""

from __future__ import annotations

import json
import os
import textwrap
from typing import Any

import pytest
from coze_harness.server.server_process import RunningServer
from project import CHATCHAT, TOKEN, ProjectFolder

# What differs between a recording and its replay: the run itself, and calls that were made.
_OF_THE_RUN = ("run_id", "mode", "started_at", "finished_at", "environment", "calls", "past")


def _comparable(project: ProjectFolder, run: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head = project.run_json(run)
    for key in _OF_THE_RUN:
        head.pop(key, None)
    for row in head["trials"]:
        row.pop("past", None)
    lines = project.lines(run)
    for line in lines.values():
        del line["calls"]
    return head, lines


def test_a_replay_without_network_or_token_gives_the_recorded_verdicts(
    project: ProjectFolder, offline: tuple[str, ...]
) -> None:
    assert project.run("record").code == 1
    recorded = _comparable(project, project.runs()[0])
    result = project.run("run", wrapper=offline, drop=["COZE_API_TOKEN", "COZE_API_BASE"])
    assert result.code == 1, result
    assert project.run_json()["mode"] == "replay"
    assert _comparable(project, "latest") == recorded
    assert {t["status"] for t in recorded[0]["trials"]} == {"passed", "failed"}
    assert recorded[1]["identity"]["turns"][0]["answer"] == "我是chatchat,一个虚拟的学术助手。"


def test_a_replay_opens_no_socket_and_asks_no_server(
    recorded_project: ProjectFolder, server: RunningServer
) -> None:
    before = dict(server.calls)
    recorded_project.write(
        "sitecustomize.py",
        textwrap.dedent(
            """
            import sys

            def _watch(event, arguments):
                if event.startswith("socket."):
                    sys.stderr.write(f"SOCKET {event} {arguments}\\n")
                if event == "import" and arguments[0] in ("requests", "urllib3", "vcr", "aiohttp"):
                    sys.stderr.write(f"IMPORT {arguments[0]}\\n")

            sys.addaudithook(_watch)
            """
        ),
    )
    result = recorded_project.run(
        "run",
        env={
            "PYTHONPATH": f"{recorded_project.root}{os.pathsep}{recorded_project.env['PYTHONPATH']}"
        },
    )
    assert result.code == 1
    assert result.err == ""
    assert server.calls == before


@pytest.mark.parametrize(
    "proxies",
    [
        {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"},
        {"ALL_PROXY": "socks5://nowhere.invalid:1", "all_proxy": "not a url"},
    ],
)
def test_a_proxy_in_the_environment_does_not_disturb_a_replay(
    recorded_project: ProjectFolder, proxies: dict[str, str]
) -> None:
    assert recorded_project.run("run", "identity", env=proxies).code == 0


_WALKTHROUGH = f'''
import json, os, sys, time
import requests, vcr

base, cassette = sys.argv[1:]
with vcr.use_cassette(cassette, record_mode="none") as tape:
    url = base + "/v3/chat?conversation_id="
    headers = {{"Authorization": "Bearer " + "x" * 20, "Content-Type": "application/json"}}
    data = {{
        "bot_id": "{CHATCHAT}",
        "user_id": "0",
        "stream": False,
        "auto_save_history": True,
        "additional_messages": [{{"role": "user", "content": "你是谁?", "content_type": "text"}}],
    }}
    response = requests.post(base + "/v3/chat", headers=headers, data=json.dumps(data))
    assert response.status_code == 200
    chat = response.json()["data"]
    where = f"?chat_id={{chat['id']}}&conversation_id={{chat['conversation_id']}}"
    while True:
        found = requests.get(base + "/v3/chat/retrieve" + where, headers=headers).json()
        if found["data"]["status"] == "completed":
            break
        print("Task in progress... Status:", found["data"]["status"])
        time.sleep(0.5)
    listed = requests.post(base + "/v3/chat/message/list" + where, headers=headers).json()
    assert tape.all_played
    sys.stdout.reconfigure(encoding="utf-8")
    print(listed["data"][1]["content"])
'''


def test_plain_vcrpy_answers_the_walkthroughs_script_from_our_cassette(
    project: ProjectFolder, server: RunningServer, offline: tuple[str, ...]
) -> None:
    import subprocess
    import sys

    assert project.run("record", "identity").code == 0
    script = project.write("walkthrough.py", _WALKTHROUGH)
    cassette = project.path("cassettes/identity.yaml")
    before = cassette.read_bytes()
    result = subprocess.run(
        [*offline, sys.executable, str(script), server.base_url, str(cassette)],
        capture_output=True,
        encoding="utf-8",
        env=project.env,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "我是chatchat,一个虚拟的学术助手。"
    assert cassette.read_bytes() == before


def test_recording_the_same_bot_again_changes_times_and_ids_only(project: ProjectFolder) -> None:
    project.run("record", "weather")
    first = {p.name: p.read_text("utf-8") for p in project.path("cassettes").iterdir()}
    project.run("record", "weather")
    for name, text in first.items():
        before, after = text.splitlines(), project.read(f"cassettes/{name}").splitlines()
        assert len(before) == len(after), name
        changed = [line for line, now in zip(before, after, strict=True) if line != now]
        allowed = ("crc32=", "recorded_at", "timings_ms", "polls", "calls", "_at", "logid")
        ids = ('id":', "uri:", '"date"')
        assert [line for line in changed if not any(w in line for w in (*allowed, *ids))] == []


def test_equal_polls_in_a_row_are_kept_once_with_their_count(
    project: ProjectFolder, serve_script: Any
) -> None:
    from project import chatchat_script

    slow = serve_script(chatchat_script("- prompt: 慢\n  delay: 0.4\n  answer: 好。"))
    project.write("scenarios/slow.yaml", "turns: [{prompt: 慢, expect: [好, {polls: {min: 3}}]}]\n")
    result = project.run("record", "slow", env={"COZE_API_BASE": slow.base_url})
    assert result.code == 0, result
    cassette = project.read("cassettes/slow.yaml")
    assert cassette.count("/v3/chat/retrieve") == 2  # in progress (many), then completed
    trial = project.lines()["slow"]
    assert trial["turns"][0]["seconds"] >= 0.4
    assert project.run("run", "slow").code == 0
    assert project.lines()["slow"]["turns"] == trial["turns"]
    assert json.loads(json.dumps(trial))["calls"] >= 5


def test_the_token_is_needed_for_live_commands_only(project: ProjectFolder) -> None:
    for command in (["record"], ["live"], ["ask", "你是谁?"]):
        result = project.run(*command, drop=["COZE_API_TOKEN"])
        assert result.code == 2, command
        assert "There is no token" in result.err
        assert "COZE_API_TOKEN" in result.err
        assert "Traceback" not in result.err
    assert project.run("list", drop=["COZE_API_TOKEN"]).code == 0
    assert TOKEN not in project.run("list").out
