"""The contract's table of bad input, row by row: what it gets, and that everything else goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import IDENTITY, ProjectFolder, chatchat_script

GOOD = IDENTITY.encode()


def _nested_json(levels: int) -> bytes:
    return b"turns: " + b"[" * levels + b"]" * levels + b"\n"


def _bomb() -> bytes:
    levels = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]", *levels]
    return ("\n".join(lines) + "\nturns: *a11\n").encode()


SCENARIO_FILES = {
    "broken YAML": b"name: x\nturns: [{prompt: hi\n",
    "a tab": b"name: x\nturns:\n\t- prompt: hi\n",
    "10 MB of nesting": _nested_json(5_000_000),
    "deep nesting": _nested_json(3_000),
    "an alias bomb": _bomb(),
    "a Python tag": b"turns: !!python/object/apply:os.system ['touch pwned']\n",
    "a key twice": b"name: a\nname: b\nturns: [{prompt: hi}]\n",
    "a key misspelt": b"nmae: a\nturns: [{prompt: hi}]\n",
    "no text": b"turns: [{prompt: no}]\n",
    "a number for text": b"turns: [{prompt: 12:30}]\n",
    "no mapping": b"- 1\n- 2\n",
    "nothing": b"",
    "NUL": b"turns: [{prompt: 'a\0b'}]\n",
    "no UTF-8": "turns: [{prompt: 你好}]\n".encode("gbk"),
    "an unknown bot": b"bot: chatcat\nturns: [{prompt: hi}]\n",
    "a missing column": b"cases: [{city: a}]\nturns: [{prompt: '{{ town }}'}]\n",
    "a foreign kind": b"turns: [{prompt: hi, expect: [{icontains: x}]}]\n",
    "a text like a kind": "turns: [{prompt: hi, expect: [{not: contains：x}]}]\n".encode(),
    "a text like a kind of promptfoo": b"turns: [{prompt: hi, expect: [is-json]}]\n",
    "a text cut by a comment": b"turns:\n- prompt: hi\n  expect:\n  - issue #12\n",
    "curly quotes": "turns: [{prompt: “hi”}]\n".encode(),
    "an unquoted template": b"turns:\n- prompt: {{ today }}\n",
    "a path that climbs": b"cases: ../../../etc/passwd\nturns: [{prompt: hi}]\n",
    "a name that climbs": b"name: ../../x\nturns: [{prompt: hi}]\n",
}


@pytest.mark.parametrize("what", SCENARIO_FILES)
def test_a_bad_scenario_file_is_named_with_its_place(
    recorded_project: ProjectFolder, what: str
) -> None:
    recorded_project.path("scenarios/bad.yaml").write_bytes(SCENARIO_FILES[what])
    result = recorded_project.run("run", seconds=30)
    assert result.code == 2, result
    place = re.search(r"^scenarios/bad\.yaml:\d+", result.err, re.MULTILINE)
    assert place, result.err
    assert "Traceback" not in result.err
    assert len(result.err) < 4_000
    assert not recorded_project.path("pwned").exists()
    assert len(recorded_project.runs()) == 1  # nothing was begun


@pytest.mark.parametrize("command", ["check", "list", "record", "live", "compare", "mutate"])
def test_every_command_refuses_what_would_pass_silently(
    recorded_project: ProjectFolder, command: str
) -> None:
    names = ("a text like a kind", "a text cut by a comment", "curly quotes")
    for name in names:
        recorded_project.path(f"scenarios/{name}.yaml").write_bytes(SCENARIO_FILES[name])
    env = {"COZE_API_BASE": "http://127.0.0.1:1", "COZE_API_TOKEN": "pat_" + "x" * 40}
    result = recorded_project.run(command, env=env, drop=["CI"])
    assert result.code == 2
    for name in names:
        assert f"scenarios/{name}.yaml:" in result.err
    assert result.err.splitlines()[-1].startswith("3 errors in the ")


def test_a_byte_order_mark_and_windows_lines_are_taken(recorded_project: ProjectFolder) -> None:
    path = recorded_project.path("scenarios/identity.yaml")
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"))
    assert recorded_project.run("run", "identity").code == 0


def test_faults_of_all_files_are_told_in_one_go(recorded_project: ProjectFolder) -> None:
    for name in ("a key misspelt", "broken YAML", "a foreign kind"):
        recorded_project.path(f"scenarios/{name}.yaml").write_bytes(SCENARIO_FILES[name])
    result = recorded_project.run("check")
    assert result.code == 2
    for word in ("a key misspelt.yaml:1:1", "broken YAML.yaml:", "a foreign kind.yaml:1:"):
        assert f"scenarios/{word}" in result.err
    assert 'Did you mean "name"?' in result.err
    assert result.err.splitlines()[-1].startswith("3 errors in the ")


def _cut(text: str) -> str:
    """Return a cassette without its last interaction, whole as YAML."""
    return text[: text.rindex("- request:")]


CASSETTES: dict[str, tuple[Callable[[str], str], str]] = {
    "cut short in a line": (lambda text: text[:1500], ""),
    "cut short between interactions": (_cut, "2 of 3 interactions"),
    "empty": (lambda _: "", "empty"),
    "conflict marks": (
        lambda text: text.replace("version: 1\n", "<<<<<<< HEAD\nversion: 1\n=======\n>>>>>>> b\n"),
        "conflict",
    ),
    "of another tool (HAR)": (lambda _: '{"log": {"version": "1.2", "entries": []}}', ""),
    "of another tool (text)": (lambda _: "HTTP/1.1 200 OK\n\nhello\n", ""),
    "newer": (
        lambda text: text.replace("coze-cassette 1", "coze-cassette 2").replace(
            '"format_version": 1', '"format_version": 2'
        ),
        "format 2",
    ),
    "a Python tag": (lambda _: "a: !!python/object/apply:os.system ['touch pwned']\n", ""),
    "an alias bomb": (lambda _: _bomb().decode(), ""),
    "deep nesting": (lambda _: "[" * 100_000, ""),
    "NUL": (lambda text: text.replace("学术", "\0", 1), ""),
    "binary": (lambda _: "\x89PNG\r\n\x1a\n\0\0", ""),
}


@pytest.mark.parametrize("what", CASSETTES)
def test_a_bad_cassette_is_named_left_alone_and_stops_nobody_else(
    recorded_project: ProjectFolder, what: str
) -> None:
    spoil, word = CASSETTES[what]
    path = recorded_project.path("cassettes/identity.yaml")
    path.write_bytes(spoil(recorded_project.read("cassettes/identity.yaml")).encode())
    before = path.read_bytes()
    result = recorded_project.run("run", seconds=30)
    assert result.code == 3, result
    assert recorded_project.statuses() == {
        "identity": "error",
        "weather[1]": "passed",
        "weather[2]": "passed",
        "wrong": "failed",
    }
    assert "cassettes/identity.yaml" in result.err
    assert word in " ".join(result.err.split())
    assert re.search(r"^  next: \S", result.err, re.MULTILINE)
    assert "Traceback" not in result.err
    assert path.read_bytes() == before
    assert not recorded_project.path("pwned").exists()


@pytest.mark.parametrize("how", ["a folder", "no permission", "a link to nowhere"])
def test_what_stands_in_a_cassettes_place(recorded_project: ProjectFolder, how: str) -> None:
    path = recorded_project.path("cassettes/identity.yaml")
    if how == "no permission":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        path.chmod(0)
    else:
        path.unlink()
        if how == "a folder":
            path.mkdir()
        else:
            path.symlink_to("nowhere.yaml")
    result = recorded_project.run("run", "identity")
    assert result.code == 3
    assert "cassettes/identity.yaml" in result.err
    assert "next: " in result.err


FAULTS = {
    "HTML": ("html", "payload"),
    "half a JSON": ("{kind: half_json, at: list}", "payload"),
    "half a body": ("{kind: half_body, at: list}", "network"),
    "a reset": ("{kind: reset_after, at: chat}", "network"),
    "no byte": ("{kind: empty_body, at: retrieve}", "payload"),
    "no service": ("{kind: unavailable, at: list}", "payload"),
    "too many": ("{kind: too_many_requests, retry_after: 0}", "api"),
    "a refusal": ("{kind: refuse, code: 4028}", "api"),
    "never ends": ("never_ends", "timeout"),
    "failed": ("failed", "chat"),
    "canceled": ("{kind: ends, status: canceled}", "chat"),
}
# Refused for a while, and then served: nothing that a user need hear of.
HEALED = {
    "429 once": "{kind: too_many_requests, times: 1, retry_after: 0}",
    "503 once": "{kind: unavailable, at: retrieve, times: 1}",
    "busy once": "{code: 4013, times: 1}",
    "a reset while looking": "{kind: reset_before, at: retrieve, times: 1}",
}


def test_whatever_coze_does_wrong_to_some_trials_all_others_go_on(
    project: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    faults = {what: fault for what, (fault, _kind) in FAULTS.items()} | HEALED
    answers = [f"- {{prompt: {w}, answer: 好, faults: [{f}]}}" for w, f in faults.items()]
    project.env["COZE_API_BASE"] = serve_script(chatchat_script("\n".join(answers))).base_url
    project.edit("harness.yaml", "timeout: 2", "timeout: 0.4")
    scenarios = [f"- {{name: {w}, turns: [{{prompt: {w}, expect: [好]}}]}}" for w in faults]
    project.write("scenarios/faults.yaml", "scenarios:\n" + "\n".join(scenarios) + "\n")
    result = project.run("record", "scenarios/faults.yaml", "identity", "weather")
    assert result.code == 4, result
    lines = project.lines()
    errors = {what: line["error"] for what, line in lines.items() if line["error"]}
    assert {what: error["kind"] for what, error in errors.items()} == {
        what: kind for what, (_fault, kind) in FAULTS.items()
    }
    assert {what: lines[what]["status"] for what in (*HEALED, "identity", "weather[2]")} == (
        dict.fromkeys((*HEALED, "identity", "weather[2]"), "passed")
    )
    for what, error in errors.items():
        assert error["next_step"], what
        # A gateway's page and a broken connection carry no log id; everything of Coze's does.
        assert error["log_id"] or what in ("HTML", "no service") or error["kind"] == "network"
    assert "log id: " in result.err
    stems = {path.stem for path in project.path("cassettes").iterdir()}
    assert stems.isdisjoint(FAULTS)
    replayed = project.run("run", *HEALED, "identity", "weather")
    assert (replayed.code, replayed.err) == (0, "")


HOSTILE = (
    "\x1b[2J\x1b[1;31mred\x1b[0m \x1b]0;title\x07 \u202etxet\u202c \u2066x\u2069 nul\0nul "
    "<script>alert(1)</script> </script> ]]> | ` \u2028 \ufeff \r\nmore"
)


def test_a_hostile_answer_is_text_everywhere(
    project: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    import json
    import xml.etree.ElementTree as ElementTree

    huge = "长" * 200_000
    quoted = json.dumps(HOSTILE)
    server = serve_script(
        chatchat_script(f"- {{prompt: 坏, answer: [{quoted}]}}\n- {{prompt: 长, answer: [{huge}]}}")
    )
    project.env["COZE_API_BASE"] = server.base_url
    project.write(
        "scenarios/hostile.yaml",
        "scenarios:\n- {name: hostile, turns: [{prompt: 坏, expect: [nope]}]}\n"
        "- {name: huge, turns: [{prompt: 长, expect: [nope]}]}\n",
    )
    for result in (
        project.run("record", "scenarios/hostile.yaml", "-v"),
        project.run("run", "scenarios/hostile.yaml"),
        project.run("run", "scenarios/hostile.yaml", "-v"),
        project.run("ask", "坏"),
        project.run("history"),
    ):
        assert result.code in (0, 1), result.err
        for text in (result.out, result.err):
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
            assert len(text) < 50_000
    assert project.lines()["hostile"]["turns"][0]["answer"] == HOSTILE
    assert project.lines()["huge"]["turns"][0]["answer"] == huge
    ElementTree.parse(project.path("reports/latest/junit.xml"))  # noqa: S314 (made by us)
    page = project.read("reports/latest/index.html")
    assert "<script>alert" not in page
    for character in "\0\x1b\u202e":
        assert character not in page
        assert character not in project.read("reports/latest/summary.md")
    assert project.run("check", "scenarios/hostile.yaml").code == 0


def test_a_cassette_with_answers_left_over_is_an_error(recorded_project: ProjectFolder) -> None:
    recorded_project.edit(
        "scenarios/weather.yaml", "  - prompt: 然后呢?\n    expect: [不知道]\n", ""
    )
    result = recorded_project.run("run", "weather")
    assert result.code == 3
    assert "turns" in result.err


def test_a_changed_prompt_or_bot_is_stale_and_told(recorded_project: ProjectFolder) -> None:
    recorded_project.edit("scenarios/identity.yaml", "你是谁?", "你叫什么?")
    result = recorded_project.run("run", "identity")
    assert result.code == 3
    assert 'recorded  additional_messages[0].content = "你是谁?"' in result.err
    assert 'now       additional_messages[0].content = "你叫什么?"' in result.err
    assert "coze-harness record scenarios/identity.yaml" in result.err
    recorded_project.edit("scenarios/identity.yaml", "你叫什么?", "你是谁?")
    recorded_project.edit(
        "harness.yaml", 'chatchat: "7403315657221079041"', 'chatchat: "9403315657221079"'
    )
    assert 'now       bot_id = "9403315657221079"' in recorded_project.run("run", "identity").err


def test_a_changed_expectation_is_never_stale(recorded_project: ProjectFolder) -> None:
    recorded_project.edit(
        "scenarios/identity.yaml", "- 学术助手", "- {regex: 助.}\n      - {length: {max: 50}}"
    )
    result = recorded_project.run("run", "identity")
    assert (result.code, result.err) == (0, "")


def test_a_cassette_edited_by_hand_is_replayed_as_it_now_reads(
    recorded_project: ProjectFolder,
) -> None:
    recorded_project.edit("cassettes/identity.yaml", "虚拟的学术助手", "真实的数学助手")
    result = recorded_project.run("run", "identity")
    assert result.code == 1
    assert (
        recorded_project.lines()["identity"]["turns"][0]["answer"]
        == "我是chatchat,一个真实的数学助手。"
    )
    checked = recorded_project.run("check")
    assert checked.code == 0
    assert "check --rewrite" in checked.err
    assert recorded_project.run("check", "--rewrite").out.startswith(
        "cassettes/identity.yaml: reformatted."
    )
    again = recorded_project.run("check")
    assert (again.code, again.err) == (0, "")
    assert recorded_project.run("run", "identity").code == 1


def test_an_interaction_out_of_order_is_refused(recorded_project: ProjectFolder) -> None:
    text = recorded_project.read("cassettes/identity.yaml")
    head, first, second, third = re.split(r"(?m)^(?=- request:)", text)
    recorded_project.write("cassettes/identity.yaml", head + first + third + second)
    result = recorded_project.run("run", "identity")
    assert result.code == 3
    assert recorded_project.lines()["identity"]["error"]["kind"] == "mismatch"


def test_an_endless_redact_pattern_is_a_fault_of_run_record_and_check(
    project: ProjectFolder,
) -> None:
    victim = "a" * 60 + "!"
    project.write("scenarios/a.yaml", f"turns: [{{prompt: {victim}, expect: [不知道]}}]\n")
    assert project.run("record", "a").code == 0
    settings = project.read("harness.yaml") + "redact:\n- '(a|aa)+$'\n"
    project.write("harness.yaml", settings)
    place = f"harness.yaml:{settings.count(chr(10))}:3: "
    before = project.read("cassettes/a.yaml")
    for command in (("record", "--all"), ("run",), ("check",)):
        result = project.run(*command, "a")
        assert result.code == 2, (command, result)
        assert place in result.err, (command, result)
        assert "Traceback" not in result.err, (command, result)
    assert project.read("cassettes/a.yaml") == before


def test_an_empty_name_of_a_run_to_resume_is_rejected(recorded_project: ProjectFolder) -> None:
    runs = recorded_project.runs()
    recorded_project.env["COZE_API_TOKEN"] = "pat_" + "a1" * 16
    for command, name in (("run", ""), ("run", " "), ("live", ""), ("compare", "")):
        result = recorded_project.run(command, "--resume", name)
        assert result.code == 2, result
        assert "--resume" in result.err
    assert recorded_project.runs() == runs


def test_a_long_name_of_a_run_is_rejected(recorded_project: ProjectFolder) -> None:
    for command in (
        ("run", "--resume", "x" * 300),
        ("run", "--resume", "reports/" + "x" * 300),
        ("report", "x" * 5_000),
    ):
        result = recorded_project.run(*command)
        assert result.code == 2, result
        assert "xxx" in result.err
        assert "Internal error" not in result.err
        assert len(result.err) < 1_000


def test_a_cassette_that_is_no_file_is_an_error_of_its_trial(
    recorded_project: ProjectFolder,
) -> None:
    for name, kind in (("identity", "named pipe"), ("wrong", "device")):
        path = recorded_project.path(f"cassettes/{name}.yaml")
        path.unlink()
        if kind == "device":
            path.symlink_to("/dev/zero")
        else:
            os.mkfifo(path)
    for command in ("run", "check"):
        result = recorded_project.run(command, seconds=20)
        assert result.code == 3, result
        for kind in ("named pipe", "device"):
            assert f"This is a {kind}, not a file." in result.out + result.err
    assert recorded_project.statuses()["weather[1]"] == "passed"
