"""The language of what pytest shows of trials: lang: of the project, environment, locale."""

from __future__ import annotations

import json

import pytest
from coze_harness.messages import Language
from coze_harness.messages.catalogue import load_files
from project import ProjectFolder

from pytest_plugin.plugin_running import RunPytest


def test_headlines_and_errors_are_in_the_language_of_the_project(
    project: ProjectFolder, run_pytest: RunPytest
) -> None:
    project.path("cassettes/identity.yaml").unlink()
    english = run_pytest("scenarios/")
    assert "trial wrong" in english.out
    assert "next: " in english.out
    for env, lang in (({"COZE_HARNESS_LANG": "zh"}, ""), ({"LANG": "zh_CN.UTF-8"}, "")):
        result = run_pytest("scenarios/", env=env)
        assert result.code == english.code, lang
        assert "测试 wrong" in result.out
        assert "trial wrong" not in result.out
    project.write("harness.yaml", project.read("harness.yaml") + "lang: zh\n")
    result = run_pytest("scenarios/", "--coze-report", env={"COZE_HARNESS_LANG": "en"})
    assert "测试 wrong" in result.out
    assert "coze-harness 报告：" in result.out


def test_a_pass_rate_that_is_missed_is_told_in_one_sentence(
    project: ProjectFolder, run_pytest: RunPytest
) -> None:
    project.edit("scenarios/wrong.yaml", "turns:", "min_pass_rate: 0.5\nrepeat: 2\nturns:")
    first = project.path("cassettes/wrong.yaml").read_bytes()
    trials = json.loads(project.run("list", "wrong", "--json").out)
    for one in trials:
        project.path(one["cassette"]).write_bytes(first)
    result = run_pytest("scenarios/wrong.yaml", env={"COZE_HARNESS_LANG": "zh"})
    assert result.code == 1
    assert "2 次通过 0 次，要求 50%：" in result.out


def test_an_error_in_a_file_is_in_the_chosen_language(
    project: ProjectFolder, run_pytest: RunPytest
) -> None:
    project.write("scenarios/new.yaml", "turns: [{promt: x}]\n")
    result = run_pytest("scenarios/new.yaml", env={"COZE_HARNESS_LANG": "zh"})
    assert "scenarios/new.yaml:1:" in result.out
    assert "下一步：" in result.out


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "COZE_HARNESS_LANG": "en"}, "en"),
    ],
)
def test_help_of_options_and_markers_is_in_the_language_of_the_environment(
    project: ProjectFolder, run_pytest: RunPytest, env: dict[str, str], language: Language
) -> None:
    texts = {
        key: entry[language]
        for key, entry in load_files("pytest_options")["pytest_options"].items()
    }
    marker = texts.pop("pytest.option.marker")
    result = run_pytest("--help", env={**env, "COLUMNS": "300"})
    assert [key for key, text in texts.items() if text not in result.out] == []
    assert marker in run_pytest("--markers", env=env).out
