"""The ids of trials in pytest: `--lf`, `--ff`, `--deselect`, `-k` and `-n` take them as printed.

pytest compares ids as text up to 9.1 and by their parts from 9.2 on; `make test-lowest` runs these
tests with the lowest version.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from coze_harness.server.server_process import serve
from project import TOKEN, CommandResult, ProjectFolder, chatchat_script

from pytest_plugin.plugin_running import RunPytest, collected_ids, run_pytest_in

FILE = "scenarios/suite.yaml"
LABELS = ("mul", "a/b", "x::y", "std::()", "[z]", "]", "two words", "中文", "v1.2")


def _cases(labels: tuple[str, ...]) -> str:
    """Return the rows of cases as YAML; every third one passes."""
    answers = ("绝不会有的话", "绝不会有的话", "不知道")
    rows = [{"case": label, "answer": answers[i % 3]} for i, label in enumerate(labels)]
    return json.dumps(rows, ensure_ascii=False)


SUITE = f"""scenarios:
- name: math
  cases: {_cases(LABELS)}
  turns: [{{prompt: hello, expect: ["{{{{ answer }}}}"]}}]
- name: 两个 bots
  bots: [chatchat, second]
  cases: [{{case: one}}, {{case: "[1]"}}]
  repeat: 2
  turns: [{{prompt: hello, expect: [second]}}]
- name: v1.2
  repeat: 2
  turns: [{{prompt: hello, expect: [绝不会有的话]}}]
- name: shared rate
  min_pass_rate: 0.5
  cases: {_cases(LABELS[:4])}
  turns: [{{prompt: hello, expect: ["{{{{ answer }}}}"]}}]
- name: "passing::[1] b"
  turns: [{{prompt: hello, expect: [不知道]}}]
"""

MATH = [f"math[{label}]" for label in LABELS]
IDS = [
    *MATH,
    *("两个 bots@chatchat[one]", "两个 bots@chatchat#2[one]"),
    *("两个 bots@chatchat[[1]]", "两个 bots@chatchat#2[[1]]"),
    *("两个 bots@second[one]", "两个 bots@second#2[one]"),
    *("两个 bots@second[[1]]", "两个 bots@second#2[[1]]"),
    *("v1.2", "v1.2#2", "shared rate", "passing:(1) b"),
]
PASSING = [*MATH[2::3], *IDS[13:17], IDS[-1]]
FAILING = [name for name in IDS if name not in PASSING]


@pytest.fixture(scope="session")
def recorded_suite(
    recorded_project: ProjectFolder, tmp_path_factory: pytest.TempPathFactory
) -> ProjectFolder:
    project = recorded_project.copy_to(tmp_path_factory.mktemp("suite") / "project")
    project.write(FILE, SUITE)
    running = serve(chatchat_script())
    live = {"COZE_API_BASE": running.base_url, "COZE_API_TOKEN": TOKEN}
    project.run("record", FILE, env=live, drop=["CI"])
    running.stop()
    return project


@pytest.fixture
def suite(recorded_suite: ProjectFolder, tmp_path: Path) -> RunPytest:
    """Runs pytest in a project with the suite above."""
    return partial(run_pytest_in, recorded_suite.copy_to(tmp_path / "suite"))


def test_ids_are_in_the_order_of_the_file(suite: RunPytest) -> None:
    assert collected_ids(suite("--collect-only", "-q", FILE)) == IDS


@pytest.mark.parametrize("first", [0, 1])
def test_printed_ids_select_their_trials(suite: RunPytest, first: int) -> None:
    selected = IDS[first::2]
    assert collected_ids(suite("--collect-only", "-q", *_in_file(selected))) == selected


def test_the_name_of_a_scenario_selects_its_cases(suite: RunPytest) -> None:
    # pytest 8.0 collects the cases of one name from the last to the first.
    assert sorted(collected_ids(suite("--collect-only", "-q", f"{FILE}::math"))) == sorted(MATH)


def test_printed_ids_deselect_their_trials(suite: RunPytest) -> None:
    names = [*MATH[1:], "两个 bots@chatchat#2[[1]]", "shared rate"]
    options = [f"--deselect={name}" for name in _in_file(names)]
    result = suite("--collect-only", "-q", FILE, *options)
    assert collected_ids(result) == [name for name in IDS if name not in names]


def test_keywords_match_the_ids(suite: RunPytest) -> None:
    expression = "math[mul] or a/b or x::y or 中文 or (two and words) or (second and not one)"
    result = suite("--collect-only", "-q", FILE, "-k", expression)
    assert collected_ids(result) == [*MATH[:3], *MATH[6:8], *IDS[15:17]]


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_last_failed_selects_what_failed(suite: RunPytest, processes: tuple[str, ...]) -> None:
    result = suite("-q", "-rf", *processes, FILE)
    assert f"{len(FAILING)} failed, {len(PASSING)} passed" in result.out
    assert _failed_ids(result) == set(FAILING)
    assert collected_ids(suite("--lf", "--collect-only", "-q")) == FAILING
    assert collected_ids(suite("--ff", "--collect-only", "-q", FILE)) == [*FAILING, *PASSING]
    result = suite("--lf", "-q", "-rf", *processes)
    assert f"{len(FAILING)} failed" in result.out
    assert _failed_ids(result) == set(FAILING)
    assert f"FAILED {FILE}::v1.2 - contains: The answer" in result.out


def test_verbose_output_has_the_printed_ids(suite: RunPytest) -> None:
    result = suite("-v", f"{FILE}::v1.2", f"{FILE}::math[v1.2]")
    assert f"{FILE}::v1.2 FAILED" in result.out
    assert f"{FILE}::math[v1.2] PASSED" in result.out


def _failed_ids(result: CommandResult) -> set[str]:
    """Return the ids in pytest's summary of failures, without their file."""
    lines = [line for line in result.out.splitlines() if line.startswith("FAILED ")]
    return {line.partition("::")[2].partition(" - ")[0] for line in lines}


def _in_file(names: list[str]) -> list[str]:
    return [f"{FILE}::{name}" for name in names]
