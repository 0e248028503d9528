"""`accept`: candidates take their baselines' places, whole, checked before the first is moved."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import vcr
from comparing_scripts import IDENTITY, after, before, draft, write_scenarios
from coze_harness.server.script_reader import demo_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder, empty_project, record_from
from project import serving as serving_script

Serving = Callable[[ServerScript], RunningServer]
NAMES = ("city", "hours", "identity", "sum")


@pytest.fixture(scope="module")
def compared_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("compared"))
    write_scenarios(project)
    record_from(before(), project, code=1)
    with serving_script(after()) as server:
        env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        assert project.does("compare", env=env).code == 1
    return project


@pytest.fixture
def compared(compared_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """Four scenarios recorded from a bot, and compared with what it became."""
    return compared_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def answered(project: ProjectFolder, serving: Serving) -> ProjectFolder:
    """Let commands ask what the bot became."""
    project.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serving(after()).base_url}
    return project


def committed(project: ProjectFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.path("cassettes").glob("*.yaml")}


def waiting(project: ProjectFolder) -> list[str]:
    """Return the candidates that can be accepted, without further trials of suspects."""
    folder = project.path("cassettes/.candidate")
    paths = (path for path in folder.rglob("*.yaml") if ".evidence" not in path.parts)
    return sorted(path.stem for path in paths if "~" not in path.stem)


def answers(project: ProjectFolder) -> dict[str, str]:
    return {name: line["turns"][0]["answer"] for name, line in project.lines().items()}


def test_all_candidates_become_the_baseline(
    compared: ProjectFolder, offline: tuple[str, ...]
) -> None:
    done = compared.does("accept", within=offline)
    assert done.code == 0, done
    assert done.out.splitlines() == [
        "accepted  cassettes/city.yaml",
        "accepted  cassettes/hours.yaml",
        "accepted  cassettes/identity.yaml",
        "          7 further repeats for the comparison only: deleted",
        "accepted  cassettes/sum.yaml",
        "4 recordings accepted. Next: coze-harness run",
    ]
    assert not compared.path("cassettes/.candidate").exists()
    assert compared.does("run", within=offline).code == 1
    assert compared.statuses() == {
        "city": "passed", "hours": "passed", "identity": "failed", "sum": "passed",
    }  # fmt: skip
    assert answers(compared)["hours"] == "我们每天九点开门，晚上六点打烊。"
    assert compared.does("check").code == 0
    assert "candidate" not in compared.text("cassettes/city.yaml")


def test_accepting_twice_is_reported(compared: ProjectFolder) -> None:
    assert compared.does("accept", "city").code == 0
    again = compared.does("accept", "city")
    assert (again.code, again.out) == (5, "")
    assert '"city"' in again.err
    assert compared.does("accept").code == 0
    last = compared.does("accept")
    assert last.code == 5
    assert "There is no candidate" in last.err


def test_nothing_is_promoted_unasked(compared: ProjectFolder) -> None:
    was = committed(compared)
    for command in (("run",), ("check",), ("compare", "--replay"), ("list",)):
        compared.does(*command)
    assert committed(compared) == was


@pytest.mark.parametrize(
    "name",
    [
        "identity",
        "scenarios/identity.yaml",
        "cassettes/identity.yaml",
        "cassettes/.candidate/identity.yaml",
    ],
)
def test_one_is_named_by_scenario_or_by_a_path(compared: ProjectFolder, name: str) -> None:
    was = committed(compared)
    done = compared.does("accept", name)
    assert done.code == 0, done
    now = committed(compared)
    assert [file for file in was if now[file] != was[file]] == ["identity.yaml"]
    assert waiting(compared) == ["city", "hours", "sum"]


def test_a_folder_means_all_that_is_in_it_and_a_trial_its_one(compared: ProjectFolder) -> None:
    done = compared.does("accept", "hours", "sum")
    assert done.code == 0
    assert waiting(compared) == ["city", "identity"]
    assert compared.does("accept", "scenarios").code == 0
    assert waiting(compared) == []


def test_an_unknown_name_is_refused_with_the_nearest(compared: ProjectFolder) -> None:
    done = compared.does("accept", "identty")
    assert done.code == 2
    assert 'Did you mean "identity"?' in done.err
    assert len(waiting(compared)) == 4


def test_a_candidate_whose_scenario_has_changed_is_rejected_and_the_others_stay(
    compared: ProjectFolder,
) -> None:
    compared.edit("scenarios/city.yaml", "北京?", "上海?")
    was = committed(compared)
    done = compared.does("accept")
    assert done.code == 3, done
    assert "cassettes/.candidate/city.yaml: The recording of" in done.err
    assert "北京?" in done.err
    assert "coze-harness compare scenarios/city.yaml" in done.err
    assert "Nothing was accepted" in done.err
    assert (committed(compared), len(waiting(compared))) == (was, 4)
    assert compared.does("accept", "hours").code == 0


def test_an_unreadable_candidate_is_refused_and_stays_as_it_is(compared: ProjectFolder) -> None:
    whole = compared.text("cassettes/.candidate/city.yaml")
    compared.write("cassettes/.candidate/city.yaml", whole[: len(whole) // 2])
    was = committed(compared)
    done = compared.does("accept")
    assert done.code == 3, done
    assert "cassettes/.candidate/city.yaml" in done.err
    assert committed(compared) == was
    assert compared.text("cassettes/.candidate/city.yaml") == whole[: len(whole) // 2]
    assert compared.does("compare", "--replay").code == 3
    assert compared.lines()["city"]["error"]["kind"] == "unreadable"
    assert compared.lines()["hours"]["change"]["kind"] == "reworded"


def test_a_candidate_of_no_scenario_is_refused(compared: ProjectFolder) -> None:
    compared.path("scenarios/city.yaml").unlink()
    done = compared.does("accept")
    assert done.code == 3
    assert '"city"' in done.err
    replayed = compared.does("compare", "--replay")
    assert "warning: cassettes/.candidate/city.yaml: " in replayed.err
    assert {name.partition("#")[0] for name in compared.lines()} == {"hours", "identity", "sum"}


def test_a_changed_expectation_makes_no_candidate_stale(compared: ProjectFolder) -> None:
    compared.edit("scenarios/identity.yaml", "学术助手", "朋友")
    assert compared.does("accept", "identity").code == 0
    assert compared.does("run", "identity").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_where_one_cannot_be_written_none_is(compared: ProjectFolder) -> None:
    compared.path("cassettes").chmod(0o500)
    try:
        done = compared.does("accept")
    finally:
        compared.path("cassettes").chmod(0o700)
    assert done.code == 3
    assert len(waiting(compared)) == 4


def test_a_place_that_cannot_be_written_keeps_every_candidate(
    compared: ProjectFolder, serving: Serving
) -> None:
    # Root may write everywhere but not into a folder that is a file.
    compared.write("scenarios/deep/more.yaml", "turns: [{prompt: 北京?, expect: [首都]}]\n")
    answered(compared, serving)
    assert compared.does("compare", "more").code == 0
    was = committed(compared)
    compared.write("cassettes/deep", "in the way")
    done = compared.does("accept")
    assert done.code == 3, done
    assert "cassettes/deep/more.yaml: The recording could not be written" in done.err
    assert (committed(compared), len(waiting(compared))) == (was, 5)
    assert not list(compared.path("cassettes").glob(".*.tmp"))


def test_an_accepted_draft_replays_as_the_scenario_asks(
    empty: ProjectFolder, serving: Serving, offline: tuple[str, ...]
) -> None:
    empty.write("scenarios/identity.yaml", IDENTITY.replace("学术助手", "草稿"))
    empty.write("scenarios/flow.yaml", "stream: true\nturns: [{prompt: 你是谁?, expect: [草稿]}]\n")
    server = serving(draft("- {prompt: 你是谁?, answer: 我是草稿。}"))
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": server.base_url}
    assert empty.does("record").code == 1
    assert empty.does("compare", "--draft").code == 0
    done = empty.does("accept")
    assert done.code == 0, done
    assert "publish_status: unpublished_draft" in done.out
    assert empty.does("run", within=offline, drop=["COZE_API_TOKEN"]).code == 0
    assert empty.does("check").code == 0
    text = empty.text("cassettes/identity.yaml")
    assert '"asked": {"publish_status":"unpublished_draft"}' in text
    assert text.count("publish_status") == 1, "the request is as the scenario asks"
    assert '"version":"150"' in text
    # What is published now is what was the draft: the comparison finds nothing.
    published = serving(after(instead=("我是chatchat,你的朋友😀。", "我是草稿。")))
    again = empty.does("compare", env={"COZE_API_BASE": published.base_url})
    assert again.code == 0, again
    assert {line["change"]["kind"] for line in empty.lines().values()} == {"same"}


def test_the_demo_bots_draft_and_version_are_accepted_and_replayed(
    empty: ProjectFolder, serving: Serving
) -> None:
    empty.write("scenarios/who.yaml", "turns: [{prompt: 你是谁?, expect: [{length: {max: 30}}]}]\n")
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serving(demo_script()).base_url}
    assert empty.does("record").code == 1
    for options in (("--draft",), ("--bot-version", "1720000000000")):
        assert empty.does("compare", *options).code == 0
        assert empty.does("accept").code == 0
        assert empty.does("run").code == 0, options
    assert answers(empty) == {"who": "我是一个助手。"}
    assert '"asked": {"bot_version":"1720000000000"}' in empty.text("cassettes/who.yaml")


def test_a_scenario_that_asks_a_version_itself_keeps_it_in_its_requests(
    empty: ProjectFolder, serving: Serving
) -> None:
    asks = "bot_version: '1720000000000'\nturns: [{prompt: 你是谁?, expect: [助手]}]\n"
    empty.write("scenarios/old.yaml", asks)
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serving(demo_script()).base_url}
    assert empty.does("record").code == 0
    assert empty.does("compare", "--draft").code == 0
    assert '"publish_status": "unpublished_draft"' in empty.text("cassettes/.candidate/old.yaml")
    assert empty.does("accept").code == 0
    assert '"bot_version": "1720000000000"' in empty.text("cassettes/old.yaml")
    assert empty.does("run").code == 0


def test_another_bots_candidate_is_accepted_once_the_scenario_asks_that_bot(
    empty: ProjectFolder, serving: Serving
) -> None:
    empty.write("scenarios/who.yaml", "turns: [{prompt: 你是谁?, expect: [我]}]\n")
    script = after(instead=("bots:\n", SECOND_BOT))
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serving(script).base_url}
    assert empty.does("record").code == 0
    assert empty.does("compare", "--bot", "second").code == 0
    refused = empty.does("accept")
    assert refused.code == 3
    assert "is of the bot second, which scenarios/who.yaml" in refused.err
    assert "`bot: second`" in refused.err
    empty.write("scenarios/who.yaml", "bot: second\nturns: [{prompt: 你是谁?, expect: [我]}]\n")
    assert empty.does("run").code == 3
    done = empty.does("accept")
    assert done.code == 0, done
    assert empty.does("run").code == 0
    assert answers(empty) == {"who": "我是second。"}


SECOND_BOT = """bots:
- id: "7403315657221079042"
  name: second
  answers: [{default: true, answer: 我是second。}]
"""


def test_further_repeats_are_for_the_comparison_and_not_kept(
    compared: ProjectFolder, serving: Serving
) -> None:
    answered(compared, serving)
    assert compared.does("compare", "city", "--repeat", "3").code == 0
    further = [compared.path(f"cassettes/.candidate/city~{number}.yaml") for number in (2, 3)]
    assert all(path.is_file() for path in further)
    extra = compared.does("accept", "city#3")
    assert extra.code == 5
    assert "were for the comparison only" in extra.err
    done = compared.does("accept", "city")
    assert done.code == 0
    assert "2 further repeats" in done.out
    assert "city" not in waiting(compared)
    assert not any(path.exists() for path in further)
    assert compared.does("check").code == 0


def test_plain_vcrpy_reads_what_was_accepted(compared: ProjectFolder) -> None:
    assert compared.does("accept").code == 0
    path = compared.path("cassettes/identity.yaml")
    with vcr.use_cassette(str(path), record_mode="none") as tape:
        bodies = [json.loads(request.body) for request in tape.requests if request.body]
    assert bodies[0]["additional_messages"][0]["content"] == "你是谁?"


def _walk(project: ProjectFolder, keys: str) -> tuple[int, str]:
    """Run `accept --interactive` with lines in a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "coze_harness", "accept", "--interactive"],
        cwd=project.root,
        env=project.env,
        input=keys.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def test_changes_are_walked_through_one_by_one(compared: ProjectFolder) -> None:
    code, said = _walk(compared, "a\ns\na\n")
    assert code == 0
    assert said.index("1/3  TEXT CHANGED  hours") < said.index("2/3  REGRESSED  identity")
    assert said.index("2/3  REGRESSED  identity") < said.index("3/3  IMPROVED  sum")
    assert "[-一个虚拟的学术助手-]{+你的朋友😀+}" in said
    assert '✗ now fails: contains "学术助手"  scenarios/identity.yaml:3:27' in said
    assert waiting(compared) == ["city", "identity"]
    assert re.search("2 candidates .* 1 of them", said)


def test_quitting_keeps_what_was_accepted_so_far_and_leaves_the_rest(
    compared: ProjectFolder,
) -> None:
    code, said = _walk(compared, "x\na\nq\n")
    assert code == 0
    assert "accepted  cassettes/hours.yaml" in said
    assert waiting(compared) == ["city", "identity", "sum"]
    code, said = _walk(compared, "")
    assert "Nothing was accepted." in said
    assert waiting(compared) == ["city", "identity", "sum"]


def _wait_until_it_reads_keys(terminal: int) -> None:
    """Wait until the program has put its terminal into the mode in which a key comes alone."""
    nap = threading.Event()
    end = time.monotonic() + 30
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        assert time.monotonic() < end, "it never came to that point"
        nap.wait(0.01)


def test_on_a_terminal_a_key_is_enough(compared: ProjectFolder) -> None:
    master, slave = pty.openpty()
    env = {**compared.env, "TERM": "xterm-256color", "COLUMNS": "80"}
    process = subprocess.Popen(
        [sys.executable, "-m", "coze_harness", "accept", "--interactive"],
        cwd=compared.root, env=env, stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    said = b""
    keys = iter((b"s", b"a", b"q"))
    try:
        while piece := os.read(master, 4096):
            said += piece
            if said.endswith(b"quit > "):
                _wait_until_it_reads_keys(master)
                os.write(master, next(keys))
    except OSError:  # Linux says so when the other side is closed
        pass
    assert process.wait(60) == 0
    os.close(master)
    text = said.decode()
    assert "\x1b[9;31m一个虚拟的学术助手\x1b[0m\x1b[4;32m你的朋友😀\x1b[0m" in text
    assert "accepted  cassettes/identity.yaml" in text
    assert waiting(compared) == ["city", "hours", "sum"]


def test_a_stale_one_is_told_and_the_others_are_walked_through(compared: ProjectFolder) -> None:
    compared.edit("scenarios/hours.yaml", "几点开门?", "几点关门?")
    code, said = _walk(compared, "a\nq\n")
    assert code == 3
    assert "1/2  REGRESSED  identity" in said
    assert waiting(compared) == ["city", "hours", "sum"]
