"""The `coze` fixture: a test's own conversations, recorded once and replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer, serve
from project import TOKEN, ProjectFolder, chatchat_script

from pytest_plugin.plugin_running import RunPytest, run_pytest_in

BOT = """
import pytest


def test_who(coze):
    assert "学术助手" in coze.ask("你是谁?").answer


@pytest.mark.coze(bot="second", cassette="shared/second.yaml")
def test_second(coze):
    assert coze.ask("hello").answer == "我是second。"


@pytest.mark.parametrize("city", ["杭州", "北京"])
def test_talk(coze, city):
    talk = coze.conversation()
    assert f"{city}天气很好" in talk.ask(f"天气{city}").answer
    again = talk.ask("然后呢?")
    assert again.status == "completed"
    assert coze.ask("你是谁?").conversation_id != again.conversation_id
"""


@pytest.fixture(scope="session")
def recorded_tests(
    recorded_project: ProjectFolder, tmp_path_factory: pytest.TempPathFactory
) -> ProjectFolder:
    """The project with the tests above and their cassettes."""
    project = recorded_project.copy_to(tmp_path_factory.mktemp("tests") / "project")
    project.write("tests/test_bot.py", BOT)
    running = serve(chatchat_script())
    live = {"COZE_API_BASE": running.base_url, "COZE_API_TOKEN": TOKEN}
    result = run_pytest_in(project, "tests", "--coze-record", env=live)
    running.stop()
    assert result.code == 0, result.out
    return project


@pytest.fixture
def bot_tests(recorded_tests: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A copy of that project."""
    return recorded_tests.copy_to(tmp_path / "recorded")


def test_recorded_conversations_are_replayed_without_a_token(bot_tests: ProjectFolder) -> None:
    names = sorted(p.name for p in bot_tests.path("cassettes/tests/test_bot").iterdir())
    assert names == ["test_talk[北京].yaml", "test_talk[杭州].yaml", "test_who.yaml"]
    assert bot_tests.path("cassettes/shared/second.yaml").is_file()
    assert "4 passed" in run_pytest_in(bot_tests, "tests").out
    assert "4 passed" in run_pytest_in(bot_tests, "tests", "-n", "2").out


def test_no_cassette_has_the_token(bot_tests: ProjectFolder) -> None:
    for path in bot_tests.path("cassettes").rglob("*.yaml"):
        assert TOKEN not in path.read_text("utf-8")


def test_a_changed_prompt_fails_at_the_line_of_the_test(bot_tests: ProjectFolder) -> None:
    bot_tests.edit("tests/test_bot.py", "然后呢?", "后来呢?")
    result = run_pytest_in(bot_tests, "tests", "-k", "talk and not u676d")
    assert "1 failed" in result.out
    assert "test_bot.py:18: CozeFixtureError" in result.out
    assert '"然后呢?"' in result.out
    assert '"后来呢?"' in result.out
    assert "coze_fixture.py" not in result.out


def test_unplayed_interactions_are_an_error(bot_tests: ProjectFolder) -> None:
    bot_tests.edit(
        "tests/test_bot.py", '    assert "学术助手" in coze.ask("你是谁?").answer\n', "    pass\n"
    )
    result = run_pytest_in(bot_tests, "tests", "-k", "who")
    assert "1 error" in result.out
    assert "cassettes/tests/test_bot/test_who.yaml" in result.out


def test_unplayed_interactions_after_a_failed_assertion_are_no_error(
    bot_tests: ProjectFolder,
) -> None:
    bot_tests.edit("tests/test_bot.py", "    again =", "    assert not city\n    again =")
    result = run_pytest_in(bot_tests, "tests", "-k", "talk and u676d")
    assert "1 failed" in result.out
    assert "error" not in result.out


def test_a_missing_cassette_is_an_error_with_the_command_that_records_it(
    run_pytest: RunPytest, project: ProjectFolder
) -> None:
    project.write("tests/test_bot.py", BOT)
    result = run_pytest("tests", "-k", "who")
    assert "1 error" in result.out
    assert 'pytest --coze-record "tests/test_bot.py::test_who"' in result.out
    assert "Traceback" not in result.out


def test_an_unknown_bot_is_reported_with_the_known_ones(bot_tests: ProjectFolder) -> None:
    bot_tests.edit("tests/test_bot.py", 'bot="second"', 'bot="secnd"')
    result = run_pytest_in(bot_tests, "tests", "-k", "second")
    assert '"secnd"' in result.out
    assert "chatchat, second" in result.out


def test_recording_is_refused_in_ci(
    run_pytest: RunPytest, project: ProjectFolder, server: RunningServer
) -> None:
    project.write("tests/test_bot.py", BOT)
    live = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN, "CI": "true"}
    result = run_pytest("tests", "--coze-record", env=live)
    assert "CI is set" in result.out
    assert not project.path("cassettes/tests").exists()
    # Each piece of advice works; `--force` is no option of pytest.
    assert "--force" not in result.out
    assert "set CI to 0" in result.out
    anyway = run_pytest("tests", "--coze-record", env={**live, "CI": "0"})
    assert anyway.code == 0, anyway.out
    assert run_pytest("tests", env={"CI": "true"}).code == 0


def test_check_accepts_the_cassettes_of_tests(bot_tests: ProjectFolder) -> None:
    result = bot_tests.run("check")
    assert result.code == 0, result.err


def test_strict_refuses_an_edited_cassette(bot_tests: ProjectFolder) -> None:
    bot_tests.edit("cassettes/shared/second.yaml", "我是second。", "我是second。 ")
    bot_tests.edit("tests/test_bot.py", "我是second。", "我是second。 ")
    assert "4 passed" in run_pytest_in(bot_tests, "tests").out
    bot_tests.write("harness.yaml", bot_tests.read("harness.yaml") + "strict: true\n")
    result = run_pytest_in(bot_tests, "tests")
    assert "3 passed, 1 error" in result.out, result.out
    assert "cassettes/shared/second.yaml" in result.out
    assert "cassettes/shared/second.yaml" in bot_tests.run("check", "--rewrite").out
    assert "4 passed" in run_pytest_in(bot_tests, "tests").out
