"""What a run leaves behind, and what commands print for programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer
from project import CHATCHAT, SETTINGS, ProjectFolder

ROW = {
    "id", "scenario", "file", "line", "bot", "case", "trial", "tags", "status", "cassette",
    "seconds",
}  # fmt: skip
TURN = {
    "prompt", "answer", "messages", "chat_id", "conversation_id", "log_id", "status", "usage",
    "seconds", "verdicts",
}  # fmt: skip
VERDICT = {"kind", "status", "expected", "actual", "reason", "location"}
FILES = {"index.html", "run.json", "trials.jsonl", "junit.xml", "summary.md"}
ROW_KEYS = {
    "id", "scenario", "file", "line", "bot", "case", "trial", "tags", "cassette", "state",
    "judge_state",
}  # fmt: skip


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_runs_folder_holds_what_the_contract_says(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run")
    recorded_project.run("run")
    assert {path.name for path in recorded_project.path("reports/latest").iterdir()} == FILES
    run = recorded_project.run_json()
    assert run["format_version"] == 1
    for key in ("run_id", "mode", "started_at", "finished_at", "harness_version"):
        assert isinstance(run[key], str), key
        assert run[key], key
    assert run["mode"] == "replay"
    assert set(run["summary"]) >= {
        "trials", "passed", "failed", "errors", "skipped", "known_failures", "warnings",
    }  # fmt: skip
    assert set(run["summary"]["scenarios"]) == set(run["summary"]) - {"scenarios"}
    assert run["summary"]["scenarios"]["trials"] == run["selection"]["scenarios"] == 3
    assert [past["mode"] for past in run["past"]] == ["replay"], "comparable ones only"
    for row in run["trials"]:
        assert re.fullmatch(r"[0-9a-f]{8}([0-9a-f]{6})+", row.pop("digests"))
        assert row.pop("past") == ("f" if row["id"] == "wrong" else "p")
        assert set(row) == ROW
    first = run["trials"][0]
    assert first == {
        "id": "identity",
        "scenario": "identity",
        "file": "scenarios/identity.yaml",
        "line": 1,
        "bot": "chatchat",
        "case": "",
        "trial": 1,
        "tags": ["smoke", "zh"],
        "status": "passed",
        "cassette": "cassettes/identity.yaml",
        "seconds": first["seconds"],
    }
    for row in run["trials"]:
        line = recorded_project.lines()[row["id"]]
        assert {key: line[key] for key in ROW} == row
        assert line["error"] is None
        for turn in line["turns"]:
            assert set(turn) >= TURN
            for verdict in turn["verdicts"]:
                assert set(verdict) >= VERDICT
                assert re.match(r"scenarios/\w+\.yaml:\d+", verdict["location"])
        for entry in line["interactions"]:
            assert set(entry) >= {"method", "path", "status", "start", "elapsed"}


def test_an_error_is_kept_with_what_where_and_the_next_step(
    recorded_project: ProjectFolder,
) -> None:
    recorded_project.path("cassettes/identity.yaml").unlink()
    recorded_project.run("run")
    error = recorded_project.lines()["identity"]["error"]
    assert set(error) >= {"kind", "what", "where", "next_step"}
    assert error["kind"] == "missing"
    assert error["where"] == "cassettes/identity.yaml"
    assert "coze-harness record" in error["next_step"]
    suites = ElementTree.parse(recorded_project.path("reports/latest/junit.xml")).getroot()  # noqa: S314 (ours)
    assert len(list(suites.iter("testcase"))) == 4
    assert len(list(suites.iter("failure"))) == 1
    assert len(list(suites.iter("error"))) == 1
    assert "绝不会有的话" in recorded_project.read("reports/latest/summary.md")


def test_latest_is_the_newest_and_the_list_names_all(recorded_project: ProjectFolder) -> None:
    for _ in range(2):
        recorded_project.run("run", "identity")
        assert (
            recorded_project.path("reports/latest").resolve().name
            == recorded_project.run_json()["run_id"]
        )
    assert len(recorded_project.runs()) == 3
    page = recorded_project.read("reports/index.html")
    assert all(run in page for run in recorded_project.runs())
    assert recorded_project.read("reports/.gitignore") == "*\n"
    result = recorded_project.run("history")
    assert result.code == 0
    run_ids = [line.split()[0] for line in result.out.splitlines()[1:]]
    assert run_ids[0] == recorded_project.run_json()["run_id"]
    assert sorted(run_ids) == recorded_project.runs()
    assert len(recorded_project.run("history", "-n", "1").out.splitlines()) == 2


def test_rendering_again_gives_the_same_bytes(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run")
    before = _bytes(recorded_project.path("reports/latest"))
    assert recorded_project.run("report", "latest").code == 0
    assert _bytes(recorded_project.path("reports/latest")) == before
    for name in FILES - {"run.json", "trials.jsonl"}:
        recorded_project.path(f"reports/latest/{name}").unlink()
    assert recorded_project.run("report", recorded_project.run_json()["run_id"]).code == 0
    assert _bytes(recorded_project.path("reports/latest")) == before
    elsewhere = recorded_project.root.parent / "page"
    assert recorded_project.run("report", "latest", "-o", str(elsewhere)).code == 0
    assert (elsewhere / "index.html").read_bytes() == before["index.html"]


def test_the_page_is_in_the_language_and_layout_of_settings_or_options(
    recorded_project: ProjectFolder,
) -> None:
    page = recorded_project.path("reports/latest/index.html")
    recorded_project.run("run", "identity", "--lang", "zh", "--layout", "folder")
    assert '<html lang="zh' in page.read_text("utf-8")
    assert '<html lang="zh' in recorded_project.read("reports/index.html")
    assert (page.parent / "report.css").is_file()
    recorded_project.run("run", "identity")
    assert '<html lang="en' in page.read_text("utf-8")
    assert {path.name for path in page.parent.iterdir()} == FILES
    recorded_project.write("harness.yaml", f"{SETTINGS}report: {{lang: zh, layout: folder}}\n")
    assert recorded_project.run("report", "latest").code == 0
    assert '<html lang="zh' in page.read_text("utf-8")
    assert (page.parent / "report.js").is_file()
    assert recorded_project.run("report", "latest", "--lang", "en").code == 0
    assert '<html lang="en' in page.read_text("utf-8")
    assert recorded_project.run("run", "--lang", "de").code == 2


def test_two_runs_merge_into_one(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run", "identity")
    first = recorded_project.run_json()["run_id"]
    recorded_project.run("run", "weather", "wrong")
    second = recorded_project.run_json()["run_id"]
    result = recorded_project.run("report", first, second, "-o", "merged")
    assert result.code == 0, result
    assert {path.name for path in recorded_project.path("merged").iterdir()} == FILES
    run = json.loads(recorded_project.read("merged/run.json"))
    names = ["identity", "weather[1]", "weather[2]", "wrong"]
    assert [row["id"] for row in run["trials"]] == names
    assert run["summary"]["passed"] == 3
    refused = recorded_project.run("report", first, second)
    assert refused.code == 2
    assert "-o DIR" in refused.err
    assert (
        recorded_project.run("report", second, recorded_project.runs()[0], "-o", "twice").code == 2
    )


def test_list_as_json_has_the_contracts_keys_and_states(recorded_project: ProjectFolder) -> None:
    recorded_project.path("cassettes/weather+1.yaml").unlink()
    recorded_project.edit("scenarios/identity.yaml", "你是谁?", "你叫什么?")
    recorded_project.write("cassettes/wrong.yaml", "<<<<<<< HEAD\n")
    result = recorded_project.run("list", "--json")
    assert (result.code, result.err) == (0, "")
    rows = json.loads(result.out)
    assert all(set(row) == ROW_KEYS for row in rows)
    assert {row["id"]: row["state"] for row in rows} == {
        "identity": "stale",
        "weather[1]": "missing",
        "weather[2]": "recorded",
        "wrong": "unreadable",
    }
    assert {row["cassette"] for row in rows} == {
        f"cassettes/{name}.yaml" for name in ("identity", "weather+1", "weather+2", "wrong")
    }
    below = recorded_project.run("list", "--json", cwd=recorded_project.path("scenarios"))
    assert json.loads(below.out) == rows
    plain = recorded_project.run("list").out.splitlines()
    assert plain[0].split() == ["stale", "identity", "scenarios/identity.yaml:1", "smoke,", "zh"]
    assert plain[-1] == "4 trials: 1 recorded, 1 stale, 1 missing, 1 unreadable"


def test_check_finds_everything_that_is_wrong(recorded_project: ProjectFolder) -> None:
    assert recorded_project.run("check").code == 0
    whole = recorded_project.read("cassettes/weather+2.yaml")
    recorded_project.path("cassettes/weather+1.yaml").unlink()
    recorded_project.edit("scenarios/identity.yaml", "你是谁?", "你叫什么?")
    recorded_project.write("cassettes/wrong.yaml", whole[:900])
    recorded_project.write("cassettes/gone.yaml", whole)
    recorded_project.write("cassettes/.x.yaml.123.tmp", whole[:9])
    recorded_project.edit("cassettes/weather+2.yaml", "不知道", "密钥 sk-Qw3Er5Ty7Ui9Op1AQw3Er5")
    result = recorded_project.run("check")
    assert result.code == 3
    for name, words in (
        ("weather+1.yaml", "has no recording"),
        ("identity.yaml", "is stale"),
        ("wrong.yaml", ""),
        ("gone.yaml", "no scenario"),
        ("weather+2.yaml", "secret"),
    ):
        pattern = rf"^cassettes/{re.escape(name)}(:\d+)*: .*{re.escape(words)}"
        assert re.search(pattern, result.err, re.MULTILINE), f"{name}: {result.err}"
    assert "sk-Qw3" not in result.err
    assert "5 errors" in result.err
    # What cannot be read is not offered to be mended, and mending leaves it alone.
    assert recorded_project.run("check", "--rewrite", "wrong").code == 3
    assert recorded_project.read("cassettes/wrong.yaml") == whole[:900]


_BY_VCR = f"""
import sys, requests, vcr
base = sys.argv[1]
message = {{"role": "user", "content": "你是谁?", "content_type": "text"}}
body = {{"bot_id": "{CHATCHAT}", "user_id": "0", "stream": False, "auto_save_history": True,
        "additional_messages": [message]}}
with vcr.use_cassette("cassettes/identity.yaml", filter_headers=["authorization"]):
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer pat_{"a" * 20}"
        chat = session.post(base + "/v3/chat", json=body).json()["data"]
        where = f"?conversation_id={{chat['conversation_id']}}&chat_id={{chat['id']}}"
        while True:
            found = session.get(base + "/v3/chat/retrieve" + where).json()
            if found["data"]["status"] == "completed":
                break
        session.post(base + "/v3/chat/message/list" + where)
"""


def test_a_recording_by_plain_vcrpy_is_replayed_and_rewritten(
    project: ProjectFolder, server: RunningServer
) -> None:
    script = project.write("by_vcr.py", _BY_VCR)
    result = subprocess.run(
        [sys.executable, str(script), server.base_url],
        cwd=project.root,
        env=project.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert project.run("run", "identity").code == 0
    before = project.lines()["identity"]["turns"][0]
    checked = project.run("check", "identity")
    assert checked.code == 0
    assert "another recorder" in checked.err
    assert "reformatted" in project.run("check", "--rewrite", "identity").out
    assert project.read("cassettes/identity.yaml").startswith("# coze-cassette 1 crc32=")
    again = project.run("check", "identity")
    assert (again.code, again.err) == (0, "")
    assert project.run("run", "identity").code == 0
    now = project.lines()["identity"]["turns"][0]
    assert (now["answer"], now["verdicts"]) == (before["answer"], before["verdicts"])


def test_the_schema_is_one_that_editors_take(project: ProjectFolder) -> None:
    result = project.run("schema")
    assert result.code == 0
    schema = json.loads(result.out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "turns" in result.out
    assert "known_failure" in result.out


@pytest.mark.parametrize(("file", "key"), [("harness", "default_bot"), ("server", "workflows")])
def test_there_are_schemas_for_settings_and_scripts(
    project: ProjectFolder, file: str, key: str
) -> None:
    result = project.run("schema", file)
    assert result.code == 0
    assert key in json.loads(result.out)["properties"]


def test_a_schema_of_another_file_is_a_usage_error(project: ProjectFolder) -> None:
    result = project.run("schema", "cassette")
    assert (result.code, result.out) == (2, "")
    assert all(word in result.err for word in ("scenario", "harness", "server"))


def test_the_shipped_scenarios_fit_the_schema(project: ProjectFolder) -> None:
    import yaml

    jsonschema = pytest.importorskip("jsonschema", reason="it tells what the schema accepts")
    schema = json.loads(project.run("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    shipped = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
    assert shipped
    for path in [*shipped, *sorted(project.path("scenarios").glob("*.yaml"))]:
        validator.validate(yaml.safe_load(path.read_text("utf-8")))
    assert not validator.is_valid({"trns": []})
    assert not validator.is_valid({"turns": [{"promt": "x"}]})


def test_the_version_is_said_without_loading_what_it_does_not_need(empty: ProjectFolder) -> None:
    result = empty.run("--version")
    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(r"coze-harness \d+\.\d+\.\d+\S*\n", result.out)
    probe = (
        "import sys; from coze_harness.cli.main import run; run(['--version']); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", probe], env=empty.env, capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"requests", "pydantic", "jinja2", "rich", "yaml", "vcr", "regex", "pytest", "orjson"}
    assert heavy.isdisjoint(loaded)
