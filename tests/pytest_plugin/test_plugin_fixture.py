"""The `coze` fixture: a test's own conversations, recorded once and replayed."""

from __future__ import annotations

import pytest
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder

from pytest_plugin.plugin_running import Testing

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


@pytest.fixture
def recorded(tests: Testing, project: ProjectFolder, server: RunningServer) -> ProjectFolder:
    project.write("tests/test_bot.py", BOT)
    live = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    done = tests("tests", "--coze-record", env=live)
    assert done.code == 0, done.out
    server.stop()
    return project


def test_what_was_recorded_is_replayed_without_a_token(
    recorded: ProjectFolder, tests: Testing
) -> None:
    names = sorted(p.name for p in recorded.path("cassettes/tests/test_bot").iterdir())
    assert names == ["test_talk[北京].yaml", "test_talk[杭州].yaml", "test_who.yaml"]
    assert recorded.path("cassettes/shared/second.yaml").is_file()
    assert "4 passed" in tests("tests").out
    assert "4 passed" in tests("tests", "-n", "2").out


def test_no_recording_holds_the_token(recorded: ProjectFolder) -> None:
    for path in recorded.path("cassettes").rglob("*.yaml"):
        assert TOKEN not in path.read_text("utf-8")


def test_another_prompt_than_was_recorded_is_told_at_the_tests_own_line(
    recorded: ProjectFolder, tests: Testing
) -> None:
    recorded.edit("tests/test_bot.py", "然后呢?", "后来呢?")
    done = tests("tests", "-k", "talk and not u676d")
    assert "1 failed" in done.out
    assert '"然后呢?"' in done.out
    assert '"后来呢?"' in done.out
    assert "talking.py" not in done.out


def test_a_test_that_asks_less_than_was_recorded_is_told(
    recorded: ProjectFolder, tests: Testing
) -> None:
    recorded.edit(
        "tests/test_bot.py", '    assert "学术助手" in coze.ask("你是谁?").answer\n', "    pass\n"
    )
    done = tests("tests", "-k", "who")
    assert "1 error" in done.out
    assert "never played" in done.out


def test_a_failed_assertion_is_not_blamed_on_the_recording(
    recorded: ProjectFolder, tests: Testing
) -> None:
    recorded.edit("tests/test_bot.py", "    again =", "    assert not city\n    again =")
    done = tests("tests", "-k", "talk and u676d")
    assert "1 failed" in done.out
    assert "error" not in done.out


def test_a_missing_recording_says_how_to_make_one(tests: Testing, project: ProjectFolder) -> None:
    project.write("tests/test_bot.py", BOT)
    done = tests("tests", "-k", "who")
    assert "1 error" in done.out
    assert 'pytest --coze-record "tests/test_bot.py::test_who"' in done.out
    assert "Traceback" not in done.out


def test_an_unknown_bot_is_named_with_those_that_there_are(
    recorded: ProjectFolder, tests: Testing
) -> None:
    recorded.edit("tests/test_bot.py", 'bot="second"', 'bot="secnd"')
    done = tests("tests", "-k", "second")
    assert 'There is no bot "secnd"' in done.out
    assert "chatchat, second" in done.out


def test_recording_is_refused_in_ci(
    tests: Testing, project: ProjectFolder, server: RunningServer
) -> None:
    project.write("tests/test_bot.py", BOT)
    live = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN, "CI": "true"}
    done = tests("tests", "--coze-record", env=live)
    assert "CI is set" in done.out
    assert not project.path("cassettes/tests").exists()


def test_check_leaves_the_recordings_of_tests_alone(recorded: ProjectFolder) -> None:
    done = recorded.does("check")
    assert done.code == 0, done.err
