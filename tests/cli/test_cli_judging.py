"""A judge from the command line: recorded beside the bot, replayed without either, compared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import vcr
import yaml
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from judging import POLITE, block, judged_project, judging, no, verdicts, yes
from project import TOKEN, CommandResult, ProjectFolder, record_from, script_server

ServeScript = Callable[[ServerScript], RunningServer]
JUDGED = "cassettes/polite~judge.yaml"
POLITELY = {"你是谁?": "您好，我是学术助手。"}
RUDELY = {"你是谁?": "不告诉你。"}
CALLS = 3  # a chat, a look at it, and its messages


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = judged_project(tmp_path_factory.mktemp("judged"))
    record_from(judging(POLITELY), project)
    return project


@pytest.fixture
def judged_copy(recorded_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A project whose one answer was judged, without a network or a token."""
    return recorded_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def asking(
    project: ProjectFolder, serve_script: ServeScript, script: ServerScript
) -> ProjectFolder:
    project.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(script).base_url}
    return project


def calls(project: ProjectFolder, trial: str = "polite") -> int:
    count = project.lines()[trial]["calls"]
    assert isinstance(count, int)
    return count


def test_bot_and_judge_are_recorded_apart_and_replayed_offline(
    judged_copy: ProjectFolder, offline: tuple[str, ...]
) -> None:
    assert calls(judged_copy) == 2 * CALLS
    assert (
        yaml.safe_load(judged_copy.read("cassettes/polite.yaml"))["x-coze"]["interactions"] == CALLS
    )
    about = block(judged_copy)
    assert about["interactions"] == CALLS
    assert about["judge"]["bot"] == "judge"  # type: ignore[index]
    assert about["bot"]["version"] == "1"  # type: ignore[index]
    result = judged_copy.run("run", "-v", wrapper=offline)
    assert (result.code, verdicts(judged_copy)) == (0, ["passed"])
    reason = judged_copy.lines()["polite"]["turns"][0]["verdicts"][0]["reason"]
    assert "有敬语" in reason
    assert judged_copy.run("check", wrapper=offline).code == 0


def test_plain_vcrpy_replays_the_judges_recording(judged_copy: ProjectFolder) -> None:
    path = judged_copy.path(JUDGED)
    items = yaml.safe_load(path.read_text("utf-8"))["interactions"]
    with vcr.use_cassette(str(path), record_mode="none") as played:
        for item in items:
            request = item["request"]
            body = request["body"].encode() if request["body"] else None
            response = requests.request(request["method"], request["uri"], data=body, timeout=5)
            assert response.json()["code"] == 0
        assert played.all_played


@pytest.mark.parametrize(
    ("answer", "code", "status"), [(POLITELY, 0, "passed"), (RUDELY, 1, "failed")]
)
def test_live_judges_and_keeps_nothing(
    answer: dict[str, str], code: int, status: str, tmp_path: Path, serve_script: ServeScript
) -> None:
    project = asking(judged_project(tmp_path), serve_script, judging(answer))
    assert project.run("live").code == code
    assert verdicts(project) == [status]
    assert not project.path("cassettes").exists() or not list(project.path("cassettes").glob("*~*"))


def change_question(project: ProjectFolder, new: str = "回答是否礼貌？") -> None:
    project.edit("scenarios/polite.yaml", "是否使用敬语？", new)


def delete_rating(project: ProjectFolder) -> None:
    project.path(JUDGED).unlink()


def another_judge(project: ProjectFolder) -> None:
    project.edit("harness.yaml", "judge: {bot: judge}", "judge: {bot: '7403315657221079098'}")


def broken(project: ProjectFolder) -> None:
    project.write(JUDGED, "interactions: 3\n")


def not_a_judges(project: ProjectFolder) -> None:
    shutil.copy(project.path("cassettes/polite.yaml"), project.path(JUDGED))


def no_verdict(project: ProjectFolder) -> None:
    project.write(
        JUDGED, project.read(JUDGED).replace(r"answer\": \"yes\", ", r"verdict\": \"yes\", ")
    )


def next_command(result: CommandResult) -> list[str]:
    line = next(one for one in result.err.splitlines() if "next: coze-harness" in one)
    return line.split("next: coze-harness ")[1].split()


@pytest.mark.parametrize("change", [change_question, delete_rating, another_judge])
def test_a_judge_without_its_recording_is_an_error_that_names_the_command(
    change: Callable[[ProjectFolder], None],
    judged_copy: ProjectFolder,
    offline: tuple[str, ...],
    serve_script: ServeScript,
) -> None:
    change(judged_copy)
    before = judged_copy.path("cassettes/polite.yaml").read_bytes()
    result = judged_copy.run("run", wrapper=offline)
    assert (result.code, judged_copy.statuses()) == (3, {"polite": "error"})
    assert next_command(result) == ["record", "--judge-only", "scenarios/polite.yaml"]
    checked = judged_copy.run("check", wrapper=offline)
    assert (checked.code, next_command(checked)) == (3, next_command(result))
    listing = judged_copy.run("list", wrapper=offline)
    assert (
        "judge: missing" in listing.out
        if change is delete_rating
        else "judge: stale" in listing.out
    )
    if change is another_judge:
        return
    asking(judged_copy, serve_script, judging(RUDELY))
    assert judged_copy.run(*next_command(result)).code == 0
    # The bot was not asked, and the judge was asked about what is recorded.
    assert calls(judged_copy) == CALLS
    assert judged_copy.path("cassettes/polite.yaml").read_bytes() == before
    assert judged_copy.run("run", wrapper=offline).code == 0


@pytest.mark.parametrize(("change", "code"), [(broken, 3), (not_a_judges, 3), (no_verdict, 4)])
def test_a_damaged_recording_of_a_judge_is_an_error_and_is_recorded_again(
    change: Callable[[ProjectFolder], None],
    code: int,
    judged_copy: ProjectFolder,
    offline: tuple[str, ...],
    serve_script: ServeScript,
) -> None:
    change(judged_copy)
    assert judged_copy.run("run", wrapper=offline).code == code
    assert verdicts(judged_copy) == []
    asking(judged_copy, serve_script, judging(RUDELY))
    assert judged_copy.run("record").code == 0
    assert calls(judged_copy) == CALLS
    assert judged_copy.run("run", wrapper=offline).code == 0


def test_an_edited_verdict_is_reported(
    judged_copy: ProjectFolder, offline: tuple[str, ...]
) -> None:
    text = judged_copy.read(JUDGED)
    judged_copy.write(JUDGED, text.replace(r"\"yes\", \"reason\"", r"\"no\", \"reason\""))
    assert judged_copy.read(JUDGED) != text
    assert judged_copy.run("run", wrapper=offline).code == 1
    assert judged_copy.lines()["polite"]["edited"] is True
    assert judged_copy.run("run", "--strict", wrapper=offline).code == 3


def test_record_asks_only_what_changed(
    judged_copy: ProjectFolder, serve_script: ServeScript
) -> None:
    judged_copy.write(
        "scenarios/polite.yaml", POLITE + "  - not: {judge: {question: 是否粗鲁？, votes: 3}}\n"
    )
    rude: list[dict[str, object]] = [{"regex": "QUESTION\n是否粗鲁", "answer": no("礼貌")}]
    asking(
        judged_copy, serve_script, judging(RUDELY, judge=rude)
    )  # the old question has no answer here
    result = judged_copy.run("record")
    assert (result.code, verdicts(judged_copy)) == (0, ["passed", "passed"]), result
    assert calls(judged_copy) == 3 * CALLS
    assert judged_copy.run("record").out.startswith("Nothing to record")
    assert judged_copy.run("record", "--judge-only").out.startswith("Nothing to record")


def test_another_version_of_the_judge_is_asked_everything_again(
    judged_copy: ProjectFolder, serve_script: ServeScript
) -> None:
    judged_copy.write("scenarios/polite.yaml", POLITE + "  - judge: 是否友好？\n")
    asking(judged_copy, serve_script, judging(RUDELY, version="2"))
    assert judged_copy.run("record").code == 0
    assert calls(judged_copy) == 2 * CALLS
    assert block(judged_copy)["bot"]["version"] == "2"  # type: ignore[index]


def test_all_asks_the_judge_again(judged_copy: ProjectFolder, serve_script: ServeScript) -> None:
    asking(judged_copy, serve_script, judging(POLITELY, looks_for="火星"))
    assert judged_copy.run("record", "--judge-only", "--all").code == 1
    assert (calls(judged_copy), verdicts(judged_copy)) == (CALLS, ["failed"])


def test_equal_answers_are_judged_once(tmp_path: Path, serve_script: ServeScript) -> None:
    project = asking(judged_project(tmp_path), serve_script, judging(POLITELY))
    assert project.run("record", "--repeat", "4").code == 0
    lines = project.lines().values()
    assert sorted(line["calls"] for line in lines) == [CALLS, CALLS, CALLS, 2 * CALLS]
    names = {path.name for path in project.path("cassettes").glob("*~judge.yaml")}
    assert names == {f"polite{part}~judge.yaml" for part in ("", "~2", "~3", "~4")}


@pytest.mark.parametrize(
    "answer", ["我觉得可以。", f"{yes()}\n{no()}", "", '{"answer": "yes"', '{"answer": 1}']
)
def test_a_reply_without_a_verdict_is_an_error_and_keeps_what_the_bot_said(
    answer: str, tmp_path: Path, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    script = judging(POLITELY, judge=[{"default": True, "answer": answer}])
    project = asking(judged_project(tmp_path), serve_script, script)
    result = project.run("record")
    assert (result.code, project.statuses()) == (4, {"polite": "error"})
    assert project.lines()["polite"]["error"]["kind"] == "judge"
    assert not project.path(JUDGED).exists()
    asking(project, serve_script, judging(RUDELY))
    assert project.run("record").code == 0
    assert calls(project) == CALLS
    assert project.run("run", wrapper=offline).code == 0


def test_a_failed_verdict_of_the_judge_stops_a_conversation(
    tmp_path: Path, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    scenario = POLITE.replace("turns:", "stop_on_failure: true\nturns:") + "- {prompt: 然后?}\n"
    project = asking(
        judged_project(tmp_path, scenario), serve_script, judging(RUDELY | {"然后?": "x"})
    )
    assert project.run("record").code == 1
    assert len(project.lines()["polite"]["turns"]) == 1
    assert project.run("run", wrapper=offline).code == 1


def test_a_scenario_may_name_its_own_judge_and_needs_one(
    tmp_path: Path, serve_script: ServeScript
) -> None:
    project = judged_project(tmp_path, POLITE.replace("turns:", "judge: {bot: chatchat}\nturns:"))
    project.edit("harness.yaml", "judge: {bot: judge}\n", "")
    asking(project, serve_script, judging({**POLITELY}))
    # The bot has no answer to such a prompt.
    assert project.run("record").code == 4
    assert "chatchat" in str(project.lines()["polite"]["error"]["what"])
    project.edit("scenarios/polite.yaml", "judge: {bot: chatchat}\n", "")
    result = project.run("check", "--no-recordings")
    assert (result.code, "scenarios/polite.yaml:5:5" in result.err) == (2, True)
    project.edit("scenarios/polite.yaml", "turns:", "judge: {bot: chatchta}\nturns:")
    result = project.run("check", "--no-recordings")
    assert (result.code, "Did you mean" in result.err, "polite.yaml:2:14" in result.err) == (
        2,
        True,
        True,
    )


def test_a_recording_of_a_judge_that_nothing_needs_is_reported(judged_copy: ProjectFolder) -> None:
    judged_copy.edit("scenarios/polite.yaml", "judge: 是否使用敬语？", "您好")
    assert judged_copy.run("run").code == 0
    result = judged_copy.run("check")
    assert result.code == 3
    assert f"{JUDGED}: " in result.err


# --- compare and accept ---------------------------------------------------------------------------


def files(project: ProjectFolder) -> list[str]:
    folder = project.path("cassettes")
    paths = folder.rglob("*.yaml")
    return sorted(str(path.relative_to(folder)) for path in paths if ".evidence" not in path.parts)


BASE = ["polite.yaml", "polite~judge.yaml"]
CANDIDATE = [".candidate/polite.yaml", ".candidate/polite~judge.yaml"]


def test_a_comparison_judges_a_regression_and_accept_moves_the_judges_recording(
    judged_copy: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    old = judged_copy.read(JUDGED)
    asking(judged_copy, serve_script, judging(RUDELY))
    assert judged_copy.run("compare").code == 1
    assert {*CANDIDATE, *BASE, ".candidate/polite~2~judge.yaml"} < {*files(judged_copy)}
    (scenario,) = judged_copy.run_json()["comparison"]["scenarios"]
    assert scenario["scenario"] == "polite"
    assert judged_copy.lines()["polite"]["change"]["kind"] == "regressed"
    assert judged_copy.read(JUDGED) == old
    assert judged_copy.run("compare", "--replay", wrapper=offline).code == 1
    assert judged_copy.run("accept", wrapper=offline).code == 1
    assert judged_copy.run("accept", "--failing", wrapper=offline).code == 0
    assert files(judged_copy) == BASE
    assert judged_copy.read(JUDGED) != old
    assert "candidate" not in block(judged_copy)
    assert judged_copy.run("run", wrapper=offline).code == 1
    assert judged_copy.run("check", wrapper=offline).code == 0


def test_an_unchanged_answer_needs_no_judge(
    judged_copy: ProjectFolder, serve_script: ServeScript
) -> None:
    asking(judged_copy, serve_script, judging(POLITELY))
    assert judged_copy.run("compare", "--repeat", "1").code == 0
    assert calls(judged_copy) == CALLS
    assert judged_copy.lines()["polite"]["change"]["kind"] == "same"


def test_another_version_of_the_judge_judges_both_sides(
    judged_copy: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    """The new judge is stricter: without its verdict on the baseline, the bot would look worse."""
    old = judged_copy.read(JUDGED)
    asking(judged_copy, serve_script, judging(POLITELY, version="2", looks_for="火星"))
    result = judged_copy.run("compare", "--repeat", "1")
    change = judged_copy.lines()["polite"]["change"]
    assert change["kind"] != "regressed", result
    assert change["baseline"]["status"] == "failed"
    assert judged_copy.read(JUDGED) == old
    assert ".candidate/polite~baseline~judge.yaml" in files(judged_copy)
    assert judged_copy.run("compare", "--replay", wrapper=offline).code == result.code
    assert judged_copy.lines()["polite"]["change"]["baseline"]["status"] == "failed"
    assert judged_copy.run("accept", "--failing", wrapper=offline).code == 0
    assert files(judged_copy) == BASE
    assert block(judged_copy)["bot"]["version"] == "2"  # type: ignore[index]


def test_a_question_that_changed_is_asked_about_both_sides(
    judged_copy: ProjectFolder, serve_script: ServeScript
) -> None:
    change_question(judged_copy)
    asking(judged_copy, serve_script, judging(RUDELY))
    assert judged_copy.run("compare", "--repeat", "1").code == 0
    assert judged_copy.lines()["polite"]["change"]["kind"] == "regressed"


def test_two_answers_are_compared_by_the_judge(
    judged_copy: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    judged_copy.write(
        "scenarios/polite.yaml",
        "name: polite\nturns:\n- prompt: 你是谁?\n  expect:\n"
        "  - judge: {better_than: baseline, criteria: 简短}\n",
    )
    assert judged_copy.run("run", wrapper=offline).code == 0
    assert verdicts(judged_copy) == ["skipped"]
    shorter = r"BEGIN ANSWER 1 \w+\n不告诉你。\nEND"
    script = judging(
        RUDELY, judge=[{"regex": shorter, "answer": yes("更短")}, {"default": True, "answer": no()}]
    )
    asking(judged_copy, serve_script, script)
    assert judged_copy.run("compare", "--repeat", "1").code == 0
    assert (verdicts(judged_copy), calls(judged_copy)) == (["passed"], 3 * CALLS)
    assert judged_copy.run("accept", wrapper=offline).code == 0
    assert judged_copy.run("run", wrapper=offline).code == 0
    assert verdicts(judged_copy) == ["skipped"]


def test_rejected_candidates_and_earlier_ones_take_their_judges_along(
    judged_copy: ProjectFolder, serve_script: ServeScript
) -> None:
    asking(judged_copy, serve_script, judging(RUDELY))
    assert judged_copy.run("compare", "--repeat", "1").code == 0
    assert judged_copy.run("compare", "--repeat", "1").code == 0
    assert files(judged_copy) == [*CANDIDATE, *BASE]
    evidence = judged_copy.path("cassettes/.candidate/.evidence").rglob("*.yaml")
    assert sorted(path.name for path in evidence) == BASE


def test_the_servers_of_bot_and_judge_may_differ(tmp_path: Path) -> None:
    project = judged_project(tmp_path)
    with script_server(judging(POLITELY)) as own, script_server(judging(RUDELY)) as other:
        studio = f"{{studio: '{other.base_url}', id: '7403315657221079099'}}"
        project.edit("harness.yaml", 'judge: "7403315657221079099"', f"judge: {studio}")
        env = {"COZE_API_BASE": own.base_url, "COZE_API_TOKEN": TOKEN}
        result = project.run("record", env=env)
    assert result.code == 0, result
    assert other.base_url in project.read(JUDGED)
    assert other.base_url not in project.read("cassettes/polite.yaml")
    assert project.run("run").code == 0


def test_no_attack_on_the_judge_passes(
    tmp_path: Path, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    path = Path(__file__).parents[1] / "expectations" / "judge_attacks.yaml"
    attacks = yaml.safe_load(path.read_text("utf-8"))
    cases = ", ".join(f"{{n: {n}}}" for n in range(len(attacks)))
    scenario = POLITE.replace("turns:", f"cases: [{cases}]\nturns:").replace("谁?", "谁{{ n }}?")
    project = judged_project(tmp_path, scenario)
    answers = {f"你是谁{n}?": attack for n, attack in enumerate(attacks)}
    asking(project, serve_script, judging(answers))
    for command in (("record",), ("run",)):
        assert project.run(*command, wrapper=offline if command == ("run",) else ()).code == 1
        assert set(project.statuses().values()) == {"failed"}
    assert len(project.statuses()) == len(attacks)


SIMULATED = """name: polite
simulate: {bot: "7403315657221079077", goal: 退款, max_turns: 4, until: [{judge: 是否使用敬语？}]}
expect: [{judge: 是否友好？}]
"""


def test_a_judge_may_end_the_conversation_with_a_simulated_user(
    tmp_path: Path, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    project = judged_project(tmp_path, SIMULATED)
    answers: list[dict[str, object]] = [{"default": True, "vary": ["不行。", "您稍等。", "好。"]}]
    tester: list[dict[str, object]] = [{"default": True, "vary": ["我要退款", "为什么？", "谢谢"]}]
    asking(project, serve_script, judging(answers, tester=tester))
    result = project.run("record")
    assert (result.code, len(project.lines()["polite"]["turns"])) == (0, 2), result
    assert block(project)["interactions"] == 3 * CALLS
    assert project.run("run", wrapper=offline).code == 0
    assert project.run("check", wrapper=offline).code == 0
    project.edit("scenarios/polite.yaml", "是否友好？", "是否礼貌？")
    assert next_command(project.run("run", wrapper=offline))[1] == "--judge-only"
    assert project.run("record").code == 0
    assert calls(project) == CALLS
    assert project.run("run", wrapper=offline).code == 0
