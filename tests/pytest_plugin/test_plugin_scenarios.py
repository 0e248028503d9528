"""Scenarios in pytest: what is collected, how it is chosen, and how failures read."""

from __future__ import annotations

import json
import shutil

import pytest
from coze_harness.server.server_process import RunningServer
from junitparser import JUnitXml, Properties
from project import TOKEN, ProjectFolder

from pytest_plugin.plugin_running import Testing


def test_every_trial_is_an_item_and_fails_as_the_command_says(
    tests: Testing, project: ProjectFolder
) -> None:
    done = tests("scenarios", "-v", "-rA")
    assert done.code == 1, done.out
    assert "scenarios/identity.yaml::identity PASSED" in done.out
    assert "scenarios/weather.yaml::weather[1] PASSED" in done.out
    assert "scenarios/weather.yaml::weather[2] PASSED" in done.out
    assert "scenarios/wrong.yaml::wrong FAILED" in done.out
    assert "3 passed" in done.out
    assert "1 failed" in done.out


def test_a_failure_reads_as_a_conversation_and_not_as_a_traceback(tests: Testing) -> None:
    done = tests("scenarios/wrong.yaml")
    assert "prompt:   说点什么" in done.out
    assert "answer:   不知道。" in done.out
    assert "scenarios/wrong.yaml:5:9" in done.out
    assert "Traceback" not in done.out
    assert "collecting.py" not in done.out
    assert "FAILED scenarios/wrong.yaml::wrong - contains: the answer does not" in done.out


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("-k", "weather and 2"), ["weather[2]"]),
        (("-m", "smoke"), ["identity"]),
        (("-m", "tools and not smoke"), ["weather[1]", "weather[2]"]),
        (("scenarios/weather.yaml::weather[2]",), ["weather[2]"]),
    ],
)
def test_the_usual_options_choose(
    tests: Testing, arguments: tuple[str, ...], names: list[str]
) -> None:
    done = tests("--collect-only", "-q", "--strict-markers", *arguments)
    assert done.code == 0, done.out
    found = [line.partition("::")[2] for line in done.out.splitlines() if "::" in line]
    assert found == names


def test_the_first_failure_ends_the_session_and_the_last_failed_come_again(
    tests: Testing, project: ProjectFolder
) -> None:
    cached = ("-p", "cacheprovider")
    done = tests("-x", "scenarios/wrong.yaml", "scenarios/identity.yaml", *cached)
    assert "1 failed" in done.out
    assert "passed" not in done.out
    done = tests("--lf", "-v", *cached)
    assert "wrong FAILED" in done.out
    assert "identity" not in done.out.replace("test session", "")


def test_a_recording_that_is_missing_is_an_error_and_not_a_failure(
    tests: Testing, project: ProjectFolder
) -> None:
    project.path("cassettes/identity.yaml").unlink()
    done = tests("scenarios/identity.yaml")
    assert done.code == 1
    assert "1 error" in done.out
    assert "failed" not in done.out
    assert "coze-harness record scenarios/identity.yaml" in done.out


def test_a_known_failure_is_expected_to_fail_and_told_when_it_passes(
    tests: Testing, project: ProjectFolder
) -> None:
    project.edit("scenarios/wrong.yaml", "name: wrong", "name: wrong\nknown_failure: 说得不对")
    project.edit("scenarios/identity.yaml", "name: identity", "name: identity\nknown_failure: x")
    done = tests("-rxX")
    assert done.code == 0, done.out
    assert "XFAIL scenarios/wrong.yaml::wrong - 说得不对" in done.out
    assert "XPASS scenarios/identity.yaml::identity" in done.out
    strict = tests("--coze-strict-known")
    assert strict.code == 1
    assert "1 xfailed" in strict.out
    assert "1 failed" in strict.out


def test_a_missing_recording_of_a_known_failure_is_an_error_all_the_same(
    tests: Testing, project: ProjectFolder
) -> None:
    project.edit("scenarios/wrong.yaml", "name: wrong", "name: wrong\nknown_failure: 说得不对")
    project.path("cassettes/wrong.yaml").unlink()
    done = tests("scenarios/wrong.yaml")
    assert "1 error" in done.out
    assert "xfailed" not in done.out


def test_trials_that_share_a_pass_rate_are_one_item(tests: Testing, project: ProjectFolder) -> None:
    weather = project.text("scenarios/weather.yaml")
    project.write("scenarios/weather.yaml", weather.replace("expect: [不知道]", "expect: [北京]"))
    assert "2 failed" in tests("scenarios/weather.yaml").out
    project.edit("scenarios/weather.yaml", "name: weather", "name: weather\nmin_pass_rate: 0.5")
    done = tests("scenarios/weather.yaml", "-v")
    assert "scenarios/weather.yaml::weather FAILED" in done.out
    assert "0 of 2 passed, 50% are asked for" in done.out


def test_a_broken_scenario_file_is_told_with_its_place(
    tests: Testing, project: ProjectFolder
) -> None:
    project.write("scenarios/bad.yaml", "name: bad\nturns:\n  - promt: hello\n")
    done = tests("scenarios")
    assert done.code == 2
    assert "scenarios/bad.yaml:3:5" in done.out
    assert "prompt" in done.out


def test_yaml_files_elsewhere_and_the_data_of_cases_are_left_alone(
    tests: Testing, project: ProjectFolder
) -> None:
    project.write("tests/data.yaml", "a: [1")
    project.write("scenarios/cases/cities.yaml", "- {city: 北京}")
    project.write("scenarios/.hidden/x.yaml", "a: [1")
    done = tests("--collect-only", "-q")
    assert done.code == 0, done.out
    assert "4 tests collected" in done.out


def test_junit_says_bot_tokens_and_log_id(tests: Testing, project: ProjectFolder) -> None:
    tests("--junitxml=out.xml", "-o", "junit_logging=all")
    suites = JUnitXml.fromfile(str(project.path("out.xml")))
    found = {case.name: case for suite in suites for case in suite}
    listed = found["identity"].child(Properties)  # type: ignore[no-untyped-call]  # half typed
    properties = {p.name: p.value for p in listed}
    assert properties["bot"] == "chatchat"
    assert properties["tokens"] == "203"
    assert properties["log_id"]
    assert "我是chatchat" in found["identity"].system_out
    assert found["wrong"].is_failure


def test_a_report_is_written_once_also_by_several_processes(
    tests: Testing, project: ProjectFolder
) -> None:
    before = project.runs()
    done = tests("-n", "2", "--coze-report")
    assert done.code == 1, done.out
    (new,) = set(project.runs()) - set(before)
    assert f"reports/{new}/index.html" in done.out
    assert project.statuses(new) == {
        "identity": "passed",
        "weather[1]": "passed",
        "weather[2]": "passed",
        "wrong": "failed",
    }
    project.does("run")
    ours = {key: _timeless(line) for key, line in project.lines("latest").items()}
    theirs = {key: _timeless(line) for key, line in project.lines(new).items()}
    assert theirs == ours


def _timeless(line: dict[str, object]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def test_without_scenarios_nothing_of_the_project_is_imported(
    tests: Testing, project: ProjectFolder
) -> None:
    project.write(
        "other/test_plain.py",
        "import sys\n\n\ndef test_plain():\n"
        "    mine = {m for m in sys.modules if m.startswith('coze_harness')}\n"
        "    room = 'coze_harness.pytest_plugin'\n"
        "    assert mine == {'coze_harness', room, room + '.scenario_detection'}\n",
    )
    done = tests("other")
    assert done.code == 0, done.out


def test_scenarios_are_recorded_at_once_and_then_replayed(
    tests: Testing, project: ProjectFolder, server: RunningServer
) -> None:
    shutil.rmtree(project.path("cassettes"))
    live = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    before = _looks_at_bots(server)
    done = tests("--coze-record", "--coze-report", env=live)
    assert "3 passed" in done.out, done.out
    assert "1 failed" in done.out
    assert _looks_at_bots(server) == before + 1
    assert project.run_json("latest")["mode"] == "record"
    server.stop()
    assert "3 passed" in tests().out
    assert project.does("check").code == 0


def _looks_at_bots(server: RunningServer) -> int:
    return sum(count for route, count in server.calls.items() if route.startswith("GET /v1/bot"))


def test_recording_without_a_token_or_by_several_processes_is_told(
    tests: Testing, project: ProjectFolder
) -> None:
    done = tests("scenarios/identity.yaml", "--coze-record")
    assert "1 error" in done.out
    assert "COZE_API_TOKEN" in done.out
    done = tests("--coze-record", "-n", "2")
    assert done.code == 4
    assert "leave -n out" in done.err
