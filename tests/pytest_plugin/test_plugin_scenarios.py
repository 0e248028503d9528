"""Scenarios in pytest: what is collected, how it is chosen, and how failures read."""

from __future__ import annotations

import json
import shutil

import pytest
from coze_harness.server.server_process import RunningServer
from junitparser import JUnitXml, Properties
from project import TOKEN, ProjectFolder

from pytest_plugin.plugin_running import RunPytest, collected_ids


def test_every_trial_is_an_item(run_pytest: RunPytest, project: ProjectFolder) -> None:
    result = run_pytest("scenarios", "-v", "-rA")
    assert result.code == 1, result.out
    assert "scenarios/identity.yaml::identity PASSED" in result.out
    assert "scenarios/weather.yaml::weather[1] PASSED" in result.out
    assert "scenarios/weather.yaml::weather[2] PASSED" in result.out
    assert "scenarios/wrong.yaml::wrong FAILED" in result.out
    assert "3 passed" in result.out
    assert "1 failed" in result.out


def test_a_failure_shows_the_conversation_and_no_traceback(run_pytest: RunPytest) -> None:
    result = run_pytest("scenarios/wrong.yaml")
    assert "prompt:   说点什么" in result.out
    assert "answer:   不知道。" in result.out
    assert "scenarios/wrong.yaml:5:9" in result.out
    assert "Traceback" not in result.out
    assert "scenario_items.py" not in result.out
    assert "FAILED scenarios/wrong.yaml::wrong - contains: The answer does not" in result.out


def test_one_line_tracebacks_have_the_location_of_the_scenario(run_pytest: RunPytest) -> None:
    result = run_pytest("scenarios/wrong.yaml", "--tb=line")
    assert "scenarios/wrong.yaml:1: contains: " in result.out


@pytest.mark.parametrize("name", ["harness/__init__.py", "harness.py"])
def test_a_project_may_have_its_own_harness_module(
    run_pytest: RunPytest, project: ProjectFolder, name: str
) -> None:
    project.write(name, "OWNER = 'project'\n")
    project.write(
        "tests/test_own.py",
        "import harness\n\n\ndef test_own():\n    assert harness.OWNER == 'project'\n",
    )
    result = run_pytest("tests", "scenarios")
    assert "1 failed, 4 passed" in result.out, result.out + result.err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("-k", "weather and 2"), ["weather[2]"]),
        (("-m", "smoke"), ["identity"]),
        (("-m", "tools and not smoke"), ["weather[1]", "weather[2]"]),
        (("scenarios/weather.yaml::weather[2]",), ["weather[2]"]),
    ],
)
def test_options_of_pytest_select_trials(
    run_pytest: RunPytest, arguments: tuple[str, ...], names: list[str]
) -> None:
    result = run_pytest("--collect-only", "-q", "--strict-markers", *arguments)
    assert collected_ids(result) == names


def test_the_first_failure_ends_the_session_with_x(run_pytest: RunPytest) -> None:
    result = run_pytest("-x", "scenarios/wrong.yaml", "scenarios/identity.yaml")
    assert "1 failed" in result.out
    assert "passed" not in result.out


def test_a_missing_cassette_is_an_error_and_no_failure(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.path("cassettes/identity.yaml").unlink()
    result = run_pytest("scenarios/identity.yaml")
    assert result.code == 1
    assert "1 error" in result.out
    assert "failed" not in result.out
    assert "coze-harness record scenarios/identity.yaml" in result.out


def test_a_known_failure_is_xfailed_or_xpassed(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.edit("scenarios/wrong.yaml", "name: wrong", "name: wrong\nknown_failure: 说得不对")
    project.edit("scenarios/identity.yaml", "name: identity", "name: identity\nknown_failure: x")
    result = run_pytest("-rxX")
    assert result.code == 0, result.out
    assert "XFAIL scenarios/wrong.yaml::wrong - 说得不对" in result.out
    assert "XPASS scenarios/identity.yaml::identity" in result.out
    strict = run_pytest("--coze-strict-known")
    assert strict.code == 1
    assert "1 xfailed" in strict.out
    assert "1 failed" in strict.out


def test_a_missing_cassette_of_a_known_failure_is_an_error(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.edit("scenarios/wrong.yaml", "name: wrong", "name: wrong\nknown_failure: 说得不对")
    project.path("cassettes/wrong.yaml").unlink()
    result = run_pytest("scenarios/wrong.yaml")
    assert "1 error" in result.out
    assert "xfailed" not in result.out


def test_trials_that_share_a_pass_rate_are_one_item(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    weather = project.read("scenarios/weather.yaml")
    project.write("scenarios/weather.yaml", weather.replace("expect: [不知道]", "expect: [北京]"))
    assert "2 failed" in run_pytest("scenarios/weather.yaml").out
    project.edit("scenarios/weather.yaml", "name: weather", "name: weather\nmin_pass_rate: 0.5")
    result = run_pytest("scenarios/weather.yaml", "-v")
    assert "scenarios/weather.yaml::weather FAILED" in result.out
    assert "0 of 2 passed, 50% required" in result.out


def test_an_invalid_scenario_file_is_reported_with_its_location(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.write("scenarios/bad.yaml", "name: bad\nturns:\n  - promt: hello\n")
    result = run_pytest("scenarios")
    assert result.code == 2
    assert "scenarios/bad.yaml:3:5" in result.out
    assert "prompt" in result.out


def test_other_yaml_files_and_the_data_of_cases_are_not_collected(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.write("tests/data.yaml", "a: [1")
    project.write("scenarios/cases/cities.yaml", "- {city: 北京}")
    project.write("scenarios/.hidden/x.yaml", "a: [1")
    result = run_pytest("--collect-only", "-q")
    assert result.code == 0, result.out
    assert "4 tests collected" in result.out


def test_junit_has_bot_tokens_and_log_id(run_pytest: RunPytest, project: ProjectFolder) -> None:
    run_pytest("--junitxml=out.xml", "-o", "junit_logging=all")
    suites = JUnitXml.fromfile(str(project.path("out.xml")))
    cases = {case.name: case for suite in suites for case in suite}
    case_properties = cases["identity"].child(Properties)  # type: ignore[no-untyped-call]  # half typed
    properties = {p.name: p.value for p in case_properties}
    assert properties["bot"] == "chatchat"
    assert properties["tokens"] == "203"
    assert properties["log_id"]
    assert "我是chatchat" in cases["identity"].system_out
    assert cases["wrong"].is_failure


def test_several_processes_write_one_report(run_pytest: RunPytest, project: ProjectFolder) -> None:
    before = project.runs()
    result = run_pytest("-n", "2", "--coze-report")
    assert result.code == 1, result.out
    (new,) = set(project.runs()) - set(before)
    assert f"reports/{new}/index.html" in result.out
    assert project.statuses(new) == {
        "identity": "passed",
        "weather[1]": "passed",
        "weather[2]": "passed",
        "wrong": "failed",
    }
    project.run("run")
    ours = {key: _timeless(line) for key, line in project.lines("latest").items()}
    theirs = {key: _timeless(line) for key, line in project.lines(new).items()}
    assert theirs == ours


def _timeless(line: dict[str, object]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def test_without_scenarios_only_the_plugin_is_imported(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.write(
        "other/test_plain.py",
        "import sys\n\n\ndef test_plain():\n"
        "    mine = {m for m in sys.modules if m.startswith('coze_harness')}\n"
        "    room = 'coze_harness.pytest_plugin'\n"
        "    assert mine == {'coze_harness', room, room + '.scenario_detection'}\n",
    )
    result = run_pytest("other", cold=True)
    assert result.code == 0, result.out


def test_scenarios_are_recorded_concurrently_and_then_replayed(
    run_pytest: RunPytest, project: ProjectFolder, server: RunningServer
) -> None:
    shutil.rmtree(project.path("cassettes"))
    live = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    before = _looks_at_bots(server)
    result = run_pytest("--coze-record", "--coze-report", env=live)
    assert "3 passed" in result.out, result.out
    assert "1 failed" in result.out
    assert _looks_at_bots(server) == before + 1
    assert project.run_json("latest")["mode"] == "record"
    server.stop()
    assert "3 passed" in run_pytest().out
    assert project.run("check").code == 0


def _looks_at_bots(server: RunningServer) -> int:
    return sum(count for route, count in server.calls.items() if route.startswith("GET /v1/bot"))


def test_recording_is_refused_without_a_token_and_in_several_processes(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    result = run_pytest("scenarios/identity.yaml", "--coze-record")
    assert "1 error" in result.out
    assert "COZE_API_TOKEN" in result.out
    result = run_pytest("--coze-record", "-n", "2")
    assert result.code == 4
    assert "remove -n" in result.err


def test_strict_refuses_an_edited_recording(project: ProjectFolder, run_pytest: RunPytest) -> None:
    project.edit("cassettes/weather+2.yaml", "北京天气很好☀️", "北京天气很好🌧️")
    assert run_pytest("scenarios/weather.yaml").code == 0
    project.write("harness.yaml", project.read("harness.yaml") + "strict: true\n")
    result = run_pytest("scenarios/weather.yaml", "--coze-report")
    assert result.code == 1
    assert "1 passed" in result.out
    assert "1 error" in result.out
    assert "cassettes/weather+2.yaml" in result.out
    assert "coze-harness check --rewrite" in result.out
    assert project.run_json()["edited_recordings"] == ["cassettes/weather+2.yaml"]
    assert project.run("check", "--rewrite").code == 0
    assert run_pytest("scenarios/weather.yaml").code == 0
