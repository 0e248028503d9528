"""What a replay demands of a recording, and what recording says of the one it replaces."""

from __future__ import annotations

from project import ProjectFolder


def test_a_turn_that_fails_now_and_ends_the_conversation_is_a_failure_and_no_leftover(
    project: ProjectFolder,
) -> None:
    project.write(
        "scenarios/two.yaml",
        "stop_on_failure: true\n"
        "turns:\n- {prompt: 天气上海, expect: [上海]}\n- {prompt: 天气北京, expect: [北京]}\n",
    )
    assert project.run("record", "two").code == 0
    project.edit("scenarios/two.yaml", "expect: [上海]", "expect: [广州]")
    result = project.run("run", "two")
    assert result.code == 1, result
    assert project.statuses() == {"two": "failed"}
    assert len(project.lines()["two"]["turns"]) == 1


def test_an_unreadable_recording_is_replaced_but_not_silently(project: ProjectFolder) -> None:
    project.write("scenarios/one.yaml", "turns: [{prompt: 天气上海, expect: [上海]}]\n")
    project.write("cassettes/one.yaml", "{[")
    result = project.run("record", "one")
    assert result.code == 0
    assert "cassettes/one.yaml" in result.err
    assert "It is recorded again." in result.err
    assert project.run("run", "one").code == 0


def test_a_run_that_is_killed_is_the_latest_all_the_same(project: ProjectFolder) -> None:
    project.write("scenarios/long.yaml", "repeat: 3\nturns: [{prompt: never}]\n")
    project.write("scenarios/one.yaml", "turns: [{prompt: 天气上海, expect: [上海]}]\n")
    assert project.run("record", "one").code == 0
    process = project.start("record", "long")
    while len(project.runs()) < 2:
        pass
    while project.path("reports/latest").resolve().name != project.runs()[-1]:
        assert process.poll() is None
    process.kill()
    process.communicate(timeout=30)
    history = project.run("history")
    assert history.code == 0
    assert project.runs()[-1] in history.out


def test_an_unknown_bot_is_told_with_all_other_faults(project: ProjectFolder) -> None:
    project.write("scenarios/a.yaml", "nmae: x\nturns: [{prompt: a, expect: [{contians: a}]}]\n")
    project.write("scenarios/b.yaml", "bot: chatcat\nturns: [{prompt: a}]\n")
    result = project.run("check")
    assert result.code == 2
    assert "scenarios/a.yaml:1:1" in result.err
    assert "scenarios/a.yaml:2:31" in result.err
    assert 'scenarios/b.yaml:1:6: There is no bot "chatcat". Did you mean' in result.err
    assert "3 errors" in result.err
