"""What the exit code says, each provoked as it comes about; and errors as one block on stderr."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from coze_harness.server.server_process import RunningServer
from project import CHATCHAT, TOKEN, CommandResult, ProjectFolder


def _is_a_block(result: CommandResult, *words: str) -> bool:
    """Tell whether stderr says what, and what next, and shows no traceback."""
    assert "Traceback" not in result.err
    assert re.search(r"^  next: \S", result.err, re.MULTILINE), result.err
    for word in words:
        assert word in result.err, result.err
    return True


def test_0_when_all_passed(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("run", "identity", "weather")
    assert (result.code, result.err) == (0, "")
    latest = recorded_project.path("reports/latest").readlink()
    assert result.out == (
        f"All 2 scenarios passed. (3 trials: 3 passed)  report: reports/{latest}/index.html\n"
    )


def test_1_when_an_expectation_failed(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("run")
    assert result.code == 1
    head, *_ = result.out.splitlines()
    assert head.startswith("✗ failed  wrong  ")
    assert "绝不会有的话" in result.out
    assert "scenarios/wrong.yaml:5:9\n" in result.out
    assert "1 of 3 scenarios failed. (4 trials: 3 passed, 1 failed)" in result.last
    assert result.err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "identiti"], ['"identiti"', 'Did you mean "identity"?', "coze-harness list"]),
        (["run", "scenarios/nothing.yaml"], ["scenarios/nothing.yaml"]),
        (["run", "--bot", "chatcat"], ['"chatcat"', "chatchat, second"]),
        (["run", "-k", "a and"], ["-k", "column 6"]),
        (["run", "--repeat", "0"], ["--repeat"]),
        (["run", "--workers", "0"], ["--workers"]),
        (["run", "--shard", "3/2"], ["--shard", "3/2"]),
        (["run", "--cluster", "nonsense"], ["No Dask scheduler answers at nonsense"]),
        (["run", "--resume", "none-such"], ["none-such"]),
        (["run", ".."], ["is outside the project"]),
        (["report", "none-such"], ["none-such"]),
        (["ask", "hi", "--bot", "nobody"], ['"nobody"']),
        (["ask", "hi", "--base-url", "ftp://x"], ["--base-url"]),
        (["serve"], ["--demo"]),
        (["rum"], ['"rum"', 'Did you mean "run"?', "coze-harness --help"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_2_when_the_command_line_is_wrong(
    project: ProjectFolder, arguments: list[str], words: list[str]
) -> None:
    result = project.run(*arguments)
    assert result.code == 2, result
    assert result.out == ""
    assert _is_a_block(result, *words)
    assert not project.path("reports").exists()


def test_2_when_settings_or_scenarios_are_wrong(project: ProjectFolder) -> None:
    project.write("scenarios/other.yaml", "trns: []\nturns: [{promt: x}]\n")
    for command in ("run", "record", "live", "check", "list"):
        result = project.run(command)
        assert result.code == 2, command
        assert _is_a_block(result, "scenarios/other.yaml:1:1", "trns", "scenarios/other.yaml:2")
    project.write("harness.yaml", "bots: {a: 12x}\n")
    result = project.run("run")
    assert result.code == 2
    assert _is_a_block(result, "harness.yaml:1:")


def test_3_when_a_recording_is_missing(project: ProjectFolder) -> None:
    result = project.run("run", "identity")
    assert result.code == 3
    assert result.out.startswith("The only scenario could not be judged.")
    assert project.run("run", "identity", "-q").out.startswith("ERROR  identity  identity has no")
    assert _is_a_block(result, "cassettes/identity.yaml", "scenarios/identity.yaml:1", "record")


def test_4_when_coze_failed(project: ProjectFolder) -> None:
    project.write("scenarios/fail.yaml", "turns: [{prompt: fail, expect: [x]}]\n")
    result = project.run("record", "fail", "identity")
    assert result.code == 4
    assert project.statuses() == {"fail": "error", "identity": "passed"}
    assert _is_a_block(result, "模型炸了", "log id: ", "scenarios/fail.yaml:1")


def test_5_when_there_is_nothing_to_run(project: ProjectFolder) -> None:
    for arguments in (["-k", "nothing-like-it"], ["--tag", "none"], ["scenarios/empty"]):
        project.path("scenarios/empty").mkdir(exist_ok=True)
        result = project.run("run", *arguments)
        assert result.code == 5, arguments
        assert _is_a_block(result)


def test_5_in_a_folder_that_is_no_project(project: ProjectFolder) -> None:
    nowhere = project.root.parent / "nowhere"
    nowhere.mkdir()
    result = project.run("run", cwd=nowhere)
    assert result.code == 5
    assert _is_a_block(result, "coze-harness init")
    assert list(nowhere.iterdir()) == []


def test_an_error_outweighs_a_failure(recorded_project: ProjectFolder) -> None:
    recorded_project.path("cassettes/identity.yaml").unlink()
    result = recorded_project.run("run")
    assert result.code == 3
    assert recorded_project.statuses() == {
        "identity": "error",
        "weather[1]": "passed",
        "weather[2]": "passed",
        "wrong": "failed",
    }


def test_coze_failing_outweighs_a_failure(project: ProjectFolder) -> None:
    project.write("scenarios/fail.yaml", "turns: [{prompt: fail, expect: [x]}]\n")
    assert project.run("record").code == 4
    assert project.statuses()["wrong"] == "failed"
    assert project.statuses()["fail"] == "error"
    # Its cassette was not written, so that now the other code of an error comes up.
    assert project.run("run").code == 3


def test_known_failures_warnings_and_met_rates_do_not_fail_a_run(project: ProjectFolder) -> None:
    project.write(
        "scenarios/wrong.yaml",
        "scenarios:\n"
        "- {name: known, known_failure: 模型的错, turns: [{prompt: a, expect: [没有]}]}\n"
        "- {name: fixed, known_failure: 模型的错, turns: [{prompt: a, expect: [不知道]}]}\n"
        "- name: warned\n"
        "  turns: [{prompt: a, expect: [{contains: 没有, severity: warning}]}]\n",
    )
    result = project.run("record", "scenarios/wrong.yaml")
    assert result.code == 0, result
    assert project.statuses() == {"known": "known_failure", "fixed": "fixed", "warned": "passed"}
    assert project.run_json()["summary"] == {
        "trials": 3,
        "passed": 2,
        "failed": 0,
        "errors": 0,
        "skipped": 0,
        "known_failures": 1,
        "fixed": 1,
        "warnings": 1,
        "scenarios": {
            "trials": 3,
            "passed": 2,
            "failed": 0,
            "errors": 0,
            "skipped": 0,
            "known_failures": 1,
            "fixed": 1,
            "warnings": 1,
        },
    }
    assert "remove known_failure" in result.out


def test_repeats_that_reach_their_rate_pass_and_others_fail(
    project: ProjectFolder, serve_script: object
) -> None:
    from collections.abc import Callable
    from typing import cast

    from coze_harness.server.script_schema import ServerScript
    from project import chatchat_script

    serve = cast("Callable[[ServerScript], RunningServer]", serve_script)
    varied = serve(chatchat_script("- prompt: 选\n  vary: [甲, 乙]"))
    for rate, code in ((0.5, 0), (0.6, 1)):
        project.write(
            "scenarios/rate.yaml",
            f"repeat: 4\nmin_pass_rate: {rate}\nturns: [{{prompt: 选, expect: [甲]}}]\n",
        )
        result = project.run("record", "--all", "rate", env={"COZE_API_BASE": varied.base_url})
        assert result.code == code, result
        assert project.run("run", "rate").code == code
        head = project.run_json()
        assert head["summary"]["failed"] == 2
        assert head["pass_rates"][0]["met"] is (code == 0)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "identiti"], 2),
        (["run", "-k", "none"], 5),
        (["run", "--nonsense"], 2),
        (["ask", "fail"], 4),
    ],
)
def test_debug_adds_the_traceback_and_keeps_the_exit_code(
    project: ProjectFolder, arguments: list[str], code: int
) -> None:
    plain = project.run(*arguments)
    debug = project.run(*arguments, "--debug")
    assert (plain.code, debug.code) == (code, code)
    assert "Traceback" not in plain.err
    assert "Traceback (most recent call last)" in debug.err
    first = debug.err.splitlines()[-len(plain.err.splitlines()) :]
    assert len(first) == len(plain.err.splitlines())


def test_a_reader_that_goes_away_is_no_fault(recorded_project: ProjectFolder) -> None:
    for command in ("list --json", "schema", "history", "run"):
        piped = f'set -o pipefail; "$0" -m coze_harness {command} | head -c 1'
        result = subprocess.run(
            ["bash", "-c", piped, sys.executable],
            cwd=recorded_project.root,
            env=recorded_project.env,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert result.stderr == b"", command
        assert result.returncode in (0, 1), command


def test_a_closed_output_does_not_change_the_verdict(recorded_project: ProjectFolder) -> None:
    result = subprocess.run(
        ["bash", "-c", '"$0" -m coze_harness run >&-', sys.executable],
        cwd=recorded_project.root,
        env=recorded_project.env,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr


def test_a_bot_may_be_named_by_its_id(project: ProjectFolder) -> None:
    result = project.run("record", "identity", "--bot", CHATCHAT)
    assert result.code == 0, result
    assert project.run("ask", "你是谁?", "--bot", CHATCHAT, "-q").out == (
        "我是chatchat,一个虚拟的学术助手。\n"
    )


def test_a_token_that_is_refused_is_an_error_of_coze(project: ProjectFolder) -> None:
    result = project.run("record", "identity", env={"COZE_API_TOKEN": "x"})
    assert result.code == 4
    assert _is_a_block(result, "4101", "COZE_API_TOKEN")
    assert not project.path("cassettes").exists()
    assert TOKEN not in result.err
