"""`accept`: candidates take their baselines' places, whole, checked before the first is moved."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import vcr
from comparing_scripts import IDENTITY, after, draft
from coze_harness.server.script_reader import demo_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder

ServeScript = Callable[[ServerScript], RunningServer]
NAMES = ("city", "hours", "identity", "sum")


def candidate_project(project: ProjectFolder, serve_script: ServeScript) -> ProjectFolder:
    """Let commands ask what the bot became."""
    project.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(after()).base_url}
    return project


def tracked_files(project: ProjectFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.path("cassettes").glob("*.yaml")}


def waiting(project: ProjectFolder) -> list[str]:
    """Return the candidates that can be accepted, without further trials of suspects."""
    folder = project.path("cassettes/.candidate")
    paths = (path for path in folder.rglob("*.yaml") if ".evidence" not in path.parts)
    return sorted(path.stem for path in paths if "~" not in path.stem)


def answers(project: ProjectFolder) -> dict[str, str]:
    return {name: line["turns"][0]["answer"] for name, line in project.lines().items()}


def test_all_candidates_become_the_baseline(
    compared_project: ProjectFolder, offline: tuple[str, ...]
) -> None:
    result = compared_project.run("accept", "--failing", wrapper=offline)
    assert result.code == 0, result
    assert result.out.splitlines() == [
        "accepted  cassettes/city.yaml",
        "accepted  cassettes/hours.yaml",
        "accepted  cassettes/identity.yaml",
        "          7 further repeats for the comparison only: deleted",
        "accepted  cassettes/sum.yaml",
        "4 recordings accepted. Next: coze-harness run",
    ]
    assert not compared_project.path("cassettes/.candidate").exists()
    assert compared_project.run("run", wrapper=offline).code == 1
    assert compared_project.statuses() == {
        "city": "passed", "hours": "passed", "identity": "failed", "sum": "passed",
    }  # fmt: skip
    assert answers(compared_project)["hours"] == "我们每天九点开门，晚上六点打烊。"
    assert compared_project.run("check").code == 0
    assert "candidate" not in compared_project.read("cassettes/city.yaml")


def test_accepting_twice_is_reported(compared_project: ProjectFolder) -> None:
    assert compared_project.run("accept", "city").code == 0
    again = compared_project.run("accept", "city")
    assert (again.code, again.out) == (5, "")
    assert '"city"' in again.err
    assert compared_project.run("accept", "--failing").code == 0
    last = compared_project.run("accept", "--failing")
    assert last.code == 5
    assert "There is no candidate" in last.err


def test_nothing_is_promoted_unasked(compared_project: ProjectFolder) -> None:
    was = tracked_files(compared_project)
    for command in (("run",), ("check",), ("compare", "--replay"), ("list",)):
        compared_project.run(*command)
    assert tracked_files(compared_project) == was


@pytest.mark.parametrize(
    "name",
    [
        "identity",
        "scenarios/identity.yaml",
        "cassettes/identity.yaml",
        "cassettes/.candidate/identity.yaml",
    ],
)
def test_one_is_named_by_scenario_or_by_a_path(compared_project: ProjectFolder, name: str) -> None:
    was = tracked_files(compared_project)
    result = compared_project.run("accept", "--failing", name)
    assert result.code == 0, result
    now = tracked_files(compared_project)
    assert [file for file in was if now[file] != was[file]] == ["identity.yaml"]
    assert waiting(compared_project) == ["city", "hours", "sum"]


def test_a_folder_means_all_that_is_in_it_and_a_trial_its_one(
    compared_project: ProjectFolder,
) -> None:
    result = compared_project.run("accept", "hours", "sum")
    assert result.code == 0
    assert waiting(compared_project) == ["city", "identity"]
    assert compared_project.run("accept", "--failing", "scenarios").code == 0
    assert waiting(compared_project) == []


def test_an_unknown_name_is_refused_with_the_nearest(compared_project: ProjectFolder) -> None:
    result = compared_project.run("accept", "identty")
    assert result.code == 2
    assert 'Did you mean "identity"?' in result.err
    assert len(waiting(compared_project)) == 4


def test_a_candidate_whose_scenario_has_changed_is_rejected_and_the_others_stay(
    compared_project: ProjectFolder,
) -> None:
    compared_project.edit("scenarios/city.yaml", "北京?", "上海?")
    was = tracked_files(compared_project)
    result = compared_project.run("accept")
    assert result.code == 3, result
    assert "cassettes/.candidate/city.yaml: The recording of" in result.err
    assert "北京?" in result.err
    assert "coze-harness compare scenarios/city.yaml" in result.err
    assert "Nothing was accepted" in result.err
    assert (tracked_files(compared_project), len(waiting(compared_project))) == (was, 4)
    assert compared_project.run("accept", "hours").code == 0


def test_an_unreadable_candidate_is_refused_and_stays_as_it_is(
    compared_project: ProjectFolder,
) -> None:
    whole = compared_project.read("cassettes/.candidate/city.yaml")
    compared_project.write("cassettes/.candidate/city.yaml", whole[: len(whole) // 2])
    was = tracked_files(compared_project)
    result = compared_project.run("accept")
    assert result.code == 3, result
    assert "cassettes/.candidate/city.yaml" in result.err
    assert tracked_files(compared_project) == was
    assert compared_project.read("cassettes/.candidate/city.yaml") == whole[: len(whole) // 2]
    assert compared_project.run("compare", "--replay").code == 3
    assert compared_project.lines()["city"]["error"]["kind"] == "unreadable"
    assert compared_project.lines()["hours"]["change"]["kind"] == "reworded"


def test_a_candidate_of_no_scenario_is_refused(compared_project: ProjectFolder) -> None:
    compared_project.path("scenarios/city.yaml").unlink()
    result = compared_project.run("accept")
    assert result.code == 3
    assert '"city"' in result.err
    replayed = compared_project.run("compare", "--replay")
    assert "warning: cassettes/.candidate/city.yaml: " in replayed.err
    assert {name.partition("#")[0] for name in compared_project.lines()} == {
        "hours",
        "identity",
        "sum",
    }


def test_a_changed_expectation_makes_no_candidate_stale(compared_project: ProjectFolder) -> None:
    compared_project.edit("scenarios/identity.yaml", "学术助手", "朋友")
    assert compared_project.run("accept", "identity").code == 0
    assert compared_project.run("run", "identity").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_where_one_cannot_be_written_none_is(compared_project: ProjectFolder) -> None:
    compared_project.path("cassettes").chmod(0o500)
    try:
        result = compared_project.run("accept", "--failing")
    finally:
        compared_project.path("cassettes").chmod(0o700)
    assert result.code == 3
    assert len(waiting(compared_project)) == 4


def test_a_place_that_cannot_be_written_keeps_every_candidate(
    compared_project: ProjectFolder, serve_script: ServeScript
) -> None:
    # Root may write everywhere but not into a folder that is a file.
    compared_project.write("scenarios/deep/more.yaml", "turns: [{prompt: 北京?, expect: [首都]}]\n")
    candidate_project(compared_project, serve_script)
    assert compared_project.run("compare", "more").code == 0
    was = tracked_files(compared_project)
    compared_project.write("cassettes/deep", "in the way")
    result = compared_project.run("accept", "--failing")
    assert result.code == 3, result
    assert "cassettes/deep/more.yaml: The recording could not be written" in result.err
    assert (tracked_files(compared_project), len(waiting(compared_project))) == (was, 5)
    assert not list(compared_project.path("cassettes").glob(".*.tmp"))


def test_an_accepted_draft_replays_as_the_scenario_asks(
    empty: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    empty.write("scenarios/identity.yaml", IDENTITY.replace("学术助手", "草稿"))
    empty.write("scenarios/flow.yaml", "stream: true\nturns: [{prompt: 你是谁?, expect: [草稿]}]\n")
    server = serve_script(draft("- {prompt: 你是谁?, answer: 我是草稿。}"))
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": server.base_url}
    assert empty.run("record").code == 1
    assert empty.run("compare", "--draft").code == 0
    result = empty.run("accept")
    assert result.code == 0, result
    assert "publish_status: unpublished_draft" in result.out
    assert empty.run("run", wrapper=offline, drop=["COZE_API_TOKEN"]).code == 0
    assert empty.run("check").code == 0
    text = empty.read("cassettes/identity.yaml")
    assert '"asked": {"publish_status":"unpublished_draft"}' in text
    assert text.count("publish_status") == 1, "the request is as the scenario asks"
    assert '"version":"150"' in text
    # What is published now is what was the draft: the comparison finds nothing.
    published = serve_script(after(instead=("我是chatchat,你的朋友😀。", "我是草稿。")))
    again = empty.run("compare", env={"COZE_API_BASE": published.base_url})
    assert again.code == 0, again
    assert {line["change"]["kind"] for line in empty.lines().values()} == {"same"}


def test_the_demo_bots_draft_and_version_are_accepted_and_replayed(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    empty.write("scenarios/who.yaml", "turns: [{prompt: 你是谁?, expect: [{length: {max: 30}}]}]\n")
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(demo_script()).base_url}
    assert empty.run("record").code == 1
    for options in (("--draft",), ("--bot-version", "1720000000000")):
        assert empty.run("compare", *options).code == 0
        assert empty.run("accept").code == 0
        assert empty.run("run").code == 0, options
    assert answers(empty) == {"who": "我是一个助手。"}
    assert '"asked": {"bot_version":"1720000000000"}' in empty.read("cassettes/who.yaml")


def test_a_scenario_that_asks_a_version_itself_keeps_it_in_its_requests(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    asks = "bot_version: '1720000000000'\nturns: [{prompt: 你是谁?, expect: [助手]}]\n"
    empty.write("scenarios/old.yaml", asks)
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(demo_script()).base_url}
    assert empty.run("record").code == 0
    assert empty.run("compare", "--draft").code == 0
    assert '"publish_status": "unpublished_draft"' in empty.read("cassettes/.candidate/old.yaml")
    assert empty.run("accept").code == 0
    assert '"bot_version": "1720000000000"' in empty.read("cassettes/old.yaml")
    assert empty.run("run").code == 0


def test_another_bots_candidate_is_accepted_once_the_scenario_asks_that_bot(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    empty.write("scenarios/who.yaml", "turns: [{prompt: 你是谁?, expect: [我]}]\n")
    script = after(instead=("bots:\n", SECOND_BOT))
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(script).base_url}
    assert empty.run("record").code == 0
    assert empty.run("compare", "--bot", "second").code == 0
    refused = empty.run("accept")
    assert refused.code == 3
    assert "is of the bot second, which scenarios/who.yaml" in refused.err
    assert "`bot: second`" in refused.err
    empty.write("scenarios/who.yaml", "bot: second\nturns: [{prompt: 你是谁?, expect: [我]}]\n")
    assert empty.run("run").code == 3
    result = empty.run("accept")
    assert result.code == 0, result
    assert empty.run("run").code == 0
    assert answers(empty) == {"who": "我是second。"}


SECOND_BOT = """bots:
- id: "7403315657221079042"
  name: second
  answers: [{default: true, answer: 我是second。}]
"""


def test_further_repeats_are_for_the_comparison_and_not_kept(
    compared_project: ProjectFolder, serve_script: ServeScript
) -> None:
    candidate_project(compared_project, serve_script)
    assert compared_project.run("compare", "city", "--repeat", "3").code == 0
    further = [
        compared_project.path(f"cassettes/.candidate/city~{number}.yaml") for number in (2, 3)
    ]
    assert all(path.is_file() for path in further)
    extra = compared_project.run("accept", "city#3")
    assert extra.code == 5
    assert "were for the comparison only" in extra.err
    result = compared_project.run("accept", "city")
    assert result.code == 0
    assert "2 further repeats" in result.out
    assert "city" not in waiting(compared_project)
    assert not any(path.exists() for path in further)
    assert compared_project.run("check").code == 0


def test_plain_vcrpy_reads_what_was_accepted(compared_project: ProjectFolder) -> None:
    assert compared_project.run("accept", "--failing").code == 0
    path = compared_project.path("cassettes/identity.yaml")
    with vcr.use_cassette(str(path), record_mode="none") as tape:
        bodies = [json.loads(request.body) for request in tape.requests if request.body]
    assert bodies[0]["additional_messages"][0]["content"] == "你是谁?"


def _walk(project: ProjectFolder, keys: str, *options: str) -> tuple[int, str]:
    """Run `accept --interactive` with keys in a pipe."""
    result = subprocess.run(
        [sys.executable, "-m", "coze_harness", "accept", "--interactive", *options],
        cwd=project.root,
        env=project.env,
        input=keys.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout.decode()


def test_scenarios_are_walked_through_worst_first(compared_project: ProjectFolder) -> None:
    # Two keys of one line are both read.
    code, output = _walk(compared_project, "sa\na\nr\n")
    assert code == 0
    places = [
        output.index(head)
        for head in ("1/4  REGRESSED  identity", "2/4  IMPROVED  sum", "3/4  TEXT CHANGED  hours",
                     "4/4  UNCHANGED  city")
    ]  # fmt: skip
    assert places == sorted(places)
    assert "你是谁?" in output
    assert "[-一个虚拟的学术助手-]{+你的朋友😀+}" in output
    assert '✗ now fails: contains "学术助手"  scenarios/identity.yaml:3:27' in output
    assert "chatchat changed" in output
    assert "    - 你是chatchat,一个虚拟的学术助手。" in output
    assert "    + 你是chatchat,一个开心的朋友。" in output
    assert output.count("    + 回答要简短。") == 1, "a long prompt is shown once"
    assert waiting(compared_project) == ["identity"]
    evidence_folder = compared_project.path("cassettes/.candidate/.evidence")
    assert [path.name for path in evidence_folder.rglob("candidate/*.yaml")] == ["city.yaml"]
    assert "rejected  city" in output


def test_keys_go_back_and_decide_again(compared_project: ProjectFolder) -> None:
    # ? and an unknown key decide nothing; a is refused for what fails.
    code, output = _walk(compared_project, "?xas a b r b a q")
    assert code == 0
    assert output.count("Ctrl-C, Ctrl-D") == 2
    assert "identity fails" in output
    assert "2/4  IMPROVED  sum  → accept" in output
    assert "accepted  cassettes/sum.yaml" in output
    assert "rejected" not in output
    assert waiting(compared_project) == ["city", "hours", "identity"]
    assert "Candidates of 3 scenarios remain." in output


def test_all_that_pass_are_accepted_with_one_key(compared_project: ProjectFolder) -> None:
    code, output = _walk(compared_project, "Ae")
    assert code == 0
    assert "to edit   scenarios/identity.yaml" in output
    assert waiting(compared_project) == ["identity"]
    code, output = _walk(compared_project, "a", "--failing")
    assert code == 0
    assert waiting(compared_project) == []


@pytest.mark.parametrize("keys", ["", "saa", "saa\x04"])
def test_the_end_of_the_input_changes_nothing(compared_project: ProjectFolder, keys: str) -> None:
    was = tracked_files(compared_project)
    code, output = _walk(compared_project, keys)
    assert code == 130
    assert "Nothing was accepted." in output
    assert (tracked_files(compared_project), waiting(compared_project)) == (was, list(NAMES))


CTRL_C = b"\x03"


def _terminal(compared_project: ProjectFolder, *keys: bytes) -> tuple[int, str]:
    """Run `accept --interactive` in a terminal, and type one of the keys at each question."""
    master, slave = pty.openpty()
    env = {**compared_project.env, "TERM": "xterm-256color", "COLUMNS": "80"}
    process = subprocess.Popen(
        [sys.executable, "-m", "coze_harness", "accept", "--interactive", "--failing"],
        cwd=compared_project.root, env=env, stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    output, left = b"", list(keys)
    try:
        while piece := os.read(master, 4096):
            output += piece
            if left and output.endswith(b"help > "):
                typed = left.pop(0)
                if typed == CTRL_C:  # the terminal is not the child's controlling one
                    process.send_signal(signal.SIGINT)
                else:
                    os.write(master, typed)
    except OSError:  # Linux says so when the other side is closed
        pass
    code = process.wait(60)
    os.close(master)
    return code, output.decode()


def test_on_a_terminal_two_keys_typed_at_once_are_both_read(
    compared_project: ProjectFolder,
) -> None:
    # An arrow key sends ESC [ A: that is not the key A.
    code, text = _terminal(compared_project, b"a\x1b[As", b"q")
    assert code == 0, text
    assert "\x1b[9;31m[-一个虚拟的学术助手-]\x1b[0m\x1b[4;32m{+你的朋友😀+}\x1b[0m" in text
    assert "accepted  cassettes/identity.yaml" in text
    assert waiting(compared_project) == ["city", "hours", "sum"]


def test_ctrl_c_on_a_terminal_changes_nothing(compared_project: ProjectFolder) -> None:
    was = tracked_files(compared_project)
    code, _text = _terminal(compared_project, b"a", CTRL_C)
    assert code == 130
    assert tracked_files(compared_project) == was


def test_a_candidate_that_fails_is_accepted_only_with_failing(
    compared_project: ProjectFolder,
) -> None:
    was = tracked_files(compared_project)
    result = compared_project.run("accept", "identity", "hours")
    assert result.code == 1, result
    assert "identity fails (scenarios/identity.yaml" in result.err
    assert "--failing" in result.err
    assert (tracked_files(compared_project), waiting(compared_project)) == (was, list(NAMES))
    compared_project.edit("scenarios/identity.yaml", "学术助手", "朋友")
    assert compared_project.run("accept", "identity").code == 0
    chinese = compared_project.run("accept", "--lang", "zh")
    assert chinese.code == 0
    assert "已接受" in chinese.out


# --- decisions from a file ---------------------------------------------------------------------


def _decisions(
    compared_project: ProjectFolder, *decisions: tuple[str, str], run: str = "", **more: Any
) -> None:
    entries = [{"scenario": name, "bot": "chatchat", "decision": one} for name, one in decisions]
    run = run or json.loads(compared_project.read("reports/latest/run.json"))["run_id"]
    data = {"format_version": 1, "run_id": run, "decisions": entries, **more}
    compared_project.write("decisions.json", json.dumps(data, ensure_ascii=False, indent=1))


def test_decisions_of_a_file_are_applied(
    compared_project: ProjectFolder, offline: tuple[str, ...]
) -> None:
    decisions = ("sum", "accept"), ("hours", "reject"), ("identity", "edit")
    _decisions(compared_project, *decisions)
    text = compared_project.read("decisions.json").replace('"edit"', '"edit", "note": "语气不对"')
    compared_project.write("decisions.json", text)
    result = compared_project.run("accept", "--from", "decisions.json", wrapper=offline)
    assert result.code == 0, result
    assert result.out.splitlines()[:3] == [
        "accepted  cassettes/sum.yaml",
        "rejected  hours",
        "to edit   scenarios/identity.yaml:1: 语气不对",
    ]
    assert waiting(compared_project) == ["city", "identity"]
    evidence = compared_project.path("cassettes/.candidate/.evidence")
    assert [path.name for path in evidence.rglob("candidate/*.yaml")] == ["hours.yaml"]
    again = compared_project.run("accept", "--from", "decisions.json")
    assert again.code == 2
    assert "decisions.json:6:16: " in again.err


def test_decisions_about_the_same_answers_compared_again_are_applied(
    compared_project: ProjectFolder,
) -> None:
    assert compared_project.run("compare", "--replay").code == 1
    _decisions(compared_project, ("sum", "accept"))
    assert compared_project.run("accept", "--from", "decisions.json").code == 0


def test_decisions_about_answers_that_were_recorded_again_are_refused(
    compared_project: ProjectFolder, serve_script: ServeScript
) -> None:
    _decisions(compared_project, ("sum", "accept"), ("city", "accept"))
    server = serve_script(after(instead=("等于2", "结果等于2")))
    env = {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": server.base_url}
    assert compared_project.run("compare", "sum", env=env).code == 0
    was = tracked_files(compared_project)
    result = compared_project.run("accept", "--from", "decisions.json")
    assert result.code == 2, result
    assert "decisions.json:6:16: " in result.err
    assert '"sum"' in result.err
    assert '"city"' not in result.err
    assert (tracked_files(compared_project), waiting(compared_project)) == (was, list(NAMES))


def test_decisions_accept_what_fails_only_with_failing(compared_project: ProjectFolder) -> None:
    _decisions(compared_project, ("identity", "accept"), ("sum", "reject"))
    assert compared_project.run("accept", "--from", "decisions.json").code == 1
    assert waiting(compared_project) == list(NAMES)
    assert compared_project.run("accept", "--from", "decisions.json", "--failing").code == 0
    assert waiting(compared_project) == ["city", "hours"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"sum"', '"sun"', "6:16"),
        ('"chatchat"', '"other"', "6:16"),
        ('"accept"', '"maybe"', "8:16"),
        ('"accept"', "1", "8:16"),
        ('"accept"', "", "9:3"),
        ('"decision"', '"descision"', "8:17"),
        ('"bot": "chatchat",', "", "5:3"),
        ('"format_version": 1', '"format_version": 2', "2:20"),
        ('"format_version": 1', '"format_version": true', "2:20"),
        ('"run_id": "', '"run_id": "x', "3:12"),
        ('"run_id": "', '"run_id": "../', "3:12"),
    ],
)
def test_wrong_decisions_are_refused_with_their_place(
    compared_project: ProjectFolder, old: str, new: str, where: str
) -> None:
    _decisions(compared_project, ("sum", "accept"))
    text = compared_project.read("decisions.json")
    assert old in text
    compared_project.write("decisions.json", text.replace(old, new))
    result = compared_project.run("accept", "--from", "decisions.json")
    assert (result.code, result.out) == (2, ""), result
    assert f"decisions.json:{where}: " in result.err
    assert waiting(compared_project) == list(NAMES)


def test_of_many_decisions_that_cannot_be_applied_the_first_are_listed(
    compared_project: ProjectFolder,
) -> None:
    unknown = [(f"{number}{'长' * 1_000}", "accept") for number in range(500)]
    _decisions(compared_project, ("sum", "accept"), *unknown)
    result = compared_project.run("accept", "--from", "decisions.json")
    assert (result.code, result.out) == (2, "")
    assert result.err.count("decisions.json:") == 21
    assert "first 20" in result.err
    assert len(result.err) < 10_000
    assert waiting(compared_project) == list(NAMES)


def test_a_scenario_is_decided_once_and_of_a_comparison(compared_project: ProjectFolder) -> None:
    _decisions(compared_project, ("sum", "accept"), ("sum", "reject"))
    result = compared_project.run("accept", "--from", "decisions.json")
    assert result.code == 2
    assert "decisions.json:11:16: " in result.err
    assert compared_project.run("accept", "--from", "none.json").code == 2
    assert compared_project.run("accept", "--from", "decisions.json", "--interactive").code == 2
    compared_project.run("run")
    _decisions(compared_project, ("sum", "accept"))
    result = compared_project.run("accept", "--from", "decisions.json")
    assert result.code == 2
    assert "decisions.json:3:12: " in result.err


def test_a_stale_one_is_told_and_the_others_are_walked_through(
    compared_project: ProjectFolder,
) -> None:
    compared_project.edit("scenarios/hours.yaml", "几点开门?", "几点关门?")
    code, output = _walk(compared_project, "a\nq\n", "--failing")
    assert code == 3
    assert "1/3  REGRESSED  identity" in output
    assert waiting(compared_project) == ["city", "hours", "sum"]
