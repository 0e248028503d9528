"""The token and third parties' keys reach no file, no report and no terminal."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from coze_harness.cassettes.known_secrets import base64_forms
from leaking import CORE, THIRD_PARTY, TOKEN, LeakingService
from project import CommandResult, ProjectFolder

SCENARIOS = """
scenarios:
- name: identity
  turns:
    - {prompt: 你是谁?, expect: [学术助手]}
    - {prompt: 再说一遍, expect: [绝不会有的话]}
- name: refused
  turns: [{prompt: refused, expect: [x]}]
- name: page
  turns: [{prompt: page, expect: [x]}]
- name: fail
  turns: [{prompt: fail, expect: [x]}]
- name: failure-expected
  turns: [{prompt: fail, expect: [{status: failed}]}]
"""


@pytest.fixture
def leaking() -> Iterator[LeakingService]:
    with LeakingService() as service:
        yield service


@pytest.fixture
def leaky(empty: ProjectFolder, leaking: LeakingService) -> ProjectFolder:
    empty.write("scenarios/all.yaml", SCENARIOS)
    empty.env |= {"COZE_API_BASE": leaking.base_url, "COZE_API_TOKEN": TOKEN}
    return empty


def _betrayals() -> list[str]:
    forms = [TOKEN, CORE, CORE[:16], THIRD_PARTY, base64.b64encode(TOKEN.encode()).decode()]
    return [*forms, *base64_forms(CORE)]


def _holding_secrets(folder: Path) -> list[str]:
    leaks = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            leaks += [f"{path.relative_to(folder)}: {b[:12]}…" for b in _betrayals() if b in text]
    return leaks


def _is_silent(result: CommandResult) -> bool:
    return not [b for b in _betrayals() if b in result.out or b in result.err]


def test_no_file_and_no_output_holds_a_secret_that_the_service_repeats(
    leaky: ProjectFolder,
) -> None:
    recorded = leaky.run("record", "-v")
    assert recorded.code == 4, recorded
    assert leaky.statuses() == {
        "identity": "failed",
        "refused": "error",
        "page": "error",
        "fail": "error",
        "failure-expected": "passed",
    }
    result = [
        recorded,
        leaky.run("record", "-q"),
        leaky.run("record", "--debug"),
        leaky.run("live"),
        leaky.run("run", "-v"),
        leaky.run("check"),
        leaky.run("list", "--json"),
        leaky.run("report", "latest"),
        leaky.run("history"),
    ]
    assert [one for one in result if not _is_silent(one)] == []
    assert _holding_secrets(leaky.root) == []
    assert leaky.path("cassettes/identity.yaml").exists()
    assert "<redacted>" in leaky.read("cassettes/identity.yaml")
    assert "你是助手" in leaky.read("cassettes/identity.yaml")


def test_the_recording_and_its_replay_judge_the_same_redacted_answer(leaky: ProjectFolder) -> None:
    leaky.run("record", "identity")
    recorded = leaky.lines()["identity"]["turns"]
    leaky.run("run", "identity", drop=["COZE_API_TOKEN"])
    assert leaky.lines()["identity"]["turns"] == recorded


@pytest.mark.parametrize("prompt", ["你是谁?", "refused", "page", "fail"])
@pytest.mark.parametrize("option", [[], ["--debug"]])
def test_asking_prints_no_secret(leaky: ProjectFolder, prompt: str, option: list[str]) -> None:
    result = leaky.run("ask", prompt, *option)
    assert result.code == (0 if prompt == "你是谁?" else 4)
    assert _is_silent(result), result


def test_a_secret_in_a_prompt_stays_in_the_authors_file(leaky: ProjectFolder) -> None:
    scenarios = f"turns: [{{prompt: '我的密钥是 {THIRD_PARTY}', expect: [学术]}}]\n"
    leaky.write("scenarios/all.yaml", scenarios)
    recorded = leaky.run("record")
    assert recorded.code == 0, recorded
    replayed = leaky.run("run", drop=["COZE_API_TOKEN"])
    assert replayed.code == 0, replayed
    assert leaky.path("scenarios/all.yaml").exists()
    leaky.path("scenarios/all.yaml").unlink()
    assert _holding_secrets(leaky.root) == []
    assert _is_silent(recorded)
    assert _is_silent(replayed)


def test_a_pattern_of_the_project_spoils_no_report(leaky: ProjectFolder) -> None:
    leaky.edit("harness.yaml", "user_id:", "redact: ['密钥.*', '1[0-9]{10}']\nuser_id:")
    leaky.write(
        "scenarios/all.yaml",
        "turns:\n- prompt: '我的密钥是\"开门\"'\n"
        "  expect: [学术, {not: {contains: '13800138000'}}]\n",
    )
    recorded = leaky.run("record")
    assert recorded.code == 0, recorded
    replayed = leaky.run("run")
    assert replayed.code == 0, replayed
    turn = leaky.lines()["all"]["turns"][0]
    assert turn["prompt"] == "我的<redacted>"
    for path in [*leaky.path("reports").rglob("*"), *leaky.path("cassettes").rglob("*")]:
        if path.is_file():
            assert "开门" not in path.read_text("utf-8"), path
            assert "13800138000" not in path.read_text("utf-8"), path


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "hi", "--bot", TOKEN],
        ["record", TOKEN],
        ["run", "--resume", TOKEN],
        ["ask", "hi", "--base-url", f"https://{TOKEN}@example.com"],
        ["record", f"--token={TOKEN}"],
        [TOKEN],
    ],
)
@pytest.mark.parametrize("option", [[], ["--debug"]])
def test_a_token_given_as_an_argument_is_not_repeated(
    leaky: ProjectFolder, arguments: list[str], option: list[str]
) -> None:
    result = leaky.run(*arguments, *option)
    assert result.code == 2
    assert _is_silent(result), result


def test_a_base_url_that_nobody_listens_on_is_told_without_the_token(empty: ProjectFolder) -> None:
    """With advice that is for every command. It is tried five times, which takes a while."""
    empty.write("scenarios/identity.yaml", "turns: [{prompt: 你好, expect: [好]}]\n")
    result = empty.run(
        "ask", "hi", "--debug",
        env={"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert result.code == 4
    assert "127.0.0.1:9" in result.err
    assert "Traceback" in result.err
    _, _, error = result.err.rpartition("127.0.0.1:9")
    assert "try again" in error
    assert "record" not in error
    assert _is_silent(result), result
    assert _holding_secrets(empty.root) == []


def test_a_secret_in_harness_yaml_is_refused_without_repeating_it(empty: ProjectFolder) -> None:
    empty.write("harness.yaml", f"user_id: {TOKEN}\n")
    result = empty.run("list")
    assert result.code == 2
    assert "harness.yaml:1:10" in result.err
    assert _is_silent(result)
