"""`compare`: candidates beside a baseline that stays as it is; what changed, why, exit codes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from comparing_scripts import IDENTITY, after, before, draft, write_scenarios
from coze_harness.server.fault_injection import Fault, FaultKind
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import CHATCHAT, TOKEN, ProjectFolder, empty_project, record_from

ServeScript = Callable[[ServerScript], RunningServer]


@pytest.fixture
def asks(empty: ProjectFolder) -> ProjectFolder:
    """A project of four scenarios; nobody serves it yet."""
    write_scenarios(empty)
    empty.env["COZE_API_TOKEN"] = TOKEN
    return empty


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("baseline"))
    write_scenarios(project)
    record_from(before(), project, code=1)  # the bot cannot add
    return project


@pytest.fixture
def baseline(
    recorded_once: ProjectFolder, tmp_path: Path, serve_script: ServeScript
) -> ProjectFolder:
    """The same, recorded from the bot as it was, which still answers."""
    copy = recorded_once.copy_to(tmp_path / "project", home=tmp_path / "home")
    copy.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(before()).base_url}
    return copy


def cassettes(project: ProjectFolder) -> dict[str, bytes]:
    """Return every file in the folder of cassettes, candidates apart."""
    folder = project.path("cassettes")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
        if ".candidate" not in path.parts
    }


def waiting(project: ProjectFolder) -> list[str]:
    """Return the candidates, by their paths in their folder."""
    folder = project.path("cassettes/.candidate")
    paths = (path.relative_to(folder) for path in folder.rglob("*.yaml"))
    return sorted(path.as_posix() for path in paths if path.parts[0] != ".evidence")


def first_ones(project: ProjectFolder) -> list[str]:
    """Return the candidates of first trials."""
    return [name for name in waiting(project) if "~" not in name]


def kinds(project: ProjectFolder) -> dict[str, str]:
    """Return how each first trial of the latest run changed."""
    return {
        name: line["change"]["kind"] for name, line in project.lines().items() if "#" not in name
    }


def states(project: ProjectFolder) -> dict[str, str]:
    """Return the state of each scenario of the latest comparison."""
    comparison = project.run_json()["comparison"]
    return {one["scenario"]: one["state"] for one in comparison["scenarios"]}


def test_a_changed_bot_is_told_trial_by_trial_and_the_baseline_stays(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    committed = cassettes(baseline)
    result = baseline.run("compare", env={"COZE_API_BASE": serve_script(after()).base_url})
    assert result.code == 1, result
    assert cassettes(baseline) == committed
    assert first_ones(baseline) == ["city.yaml", "hours.yaml", "identity.yaml", "sum.yaml"]
    assert states(baseline) == {
        "city": "unchanged",
        "hours": "text_changed",
        "identity": "regressed",
        "sum": "improved",
    }
    assert kinds(baseline) == {
        "city": "same",
        "hours": "reworded",
        "identity": "regressed",
        "sum": "improved",
    }
    assert baseline.run_json()["mode"] == "compare"
    assert result.last.startswith("1 of 4 scenarios regressed, 1 improved, ")
    assert f" {baseline.run_json()['comparison']['calls']} calls.  report: " in result.last
    for name in ("index.html", "summary.md", "junit.xml"):
        assert baseline.path(f"reports/latest/{name}").stat().st_size


def test_the_summary_has_regressions_first_with_the_place_the_diff_and_the_figures(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    result = baseline.run("compare", env={"COZE_API_BASE": serve_script(after()).base_url})
    lines = result.out.splitlines()
    first = next(line for line in lines if line and line.split()[0].isupper())
    assert first.startswith("REGRESSED  identity regressed: the baseline passed 1 of 1, ")
    assert '  ✗ now fails: contains "学术助手"  scenarios/identity.yaml:3:27' in lines
    (answer,) = [line for line in lines if line.startswith("  answer") and "朋友" in line]
    assert "我是chatchat,[-一个虚拟的学术助手-]{+你的朋友😀+}。" in answer
    assert "tokens 140 → 112" in result.out
    assert lines.index(first) < lines.index(next(x for x in lines if x.startswith("IMPROVED  sum")))


def test_the_summary_says_what_changed_of_the_bot(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    result = baseline.run("compare", env={"COZE_API_BASE": serve_script(after()).base_url})
    lines = [line.strip() for line in result.out.splitlines()]
    assert "bot version: 100 → 200" in lines
    assert "model: GPT-4o → 豆包·Pro·32k" in lines
    assert "model.temperature: 0.7 → 0.2" in lines
    assert "- 你是chatchat,一个虚拟的学术助手。" in lines
    assert "+ 你是chatchat,一个开心的朋友。" in lines
    assert "+ 回答要简短。" in lines
    (bot,) = baseline.run_json()["comparison"]["bots"]
    assert bot["bot"] == "chatchat"


def test_only_what_passed_and_now_fails_makes_the_exit_code_1(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    codes = {
        name: baseline.run("compare", name, env=env).code
        for name in ("identity", "hours", "sum", "city")
    }
    assert codes == {"identity": 1, "hours": 0, "sum": 0, "city": 0}


def test_a_failure_that_the_baseline_has_too_is_no_regression(baseline: ProjectFolder) -> None:
    result = baseline.run("compare")
    assert result.code == 0, result
    assert set(kinds(baseline).values()) == {"same"}
    assert "chatchat: The bot is the same on both sides." in result.out
    assert result.last.startswith("Nothing regressed: 4 scenarios, 12 calls.  report: ")


def test_a_draft_is_asked_and_told_of(asks: ProjectFolder, serve_script: ServeScript) -> None:
    server = serve_script(draft("- {prompt: 你是谁?, answer: 我是草稿。}"))
    asks.env["COZE_API_BASE"] = server.base_url
    asks.run("record")
    result = asks.run("compare", "--draft", "identity", "city")
    assert result.code == 1, result
    assert kinds(asks) == {"identity": "regressed", "city": "same"}
    assert "candidate   the draft" in result.out
    assert "version: 100 → 150" in result.out
    body = asks.read("cassettes/.candidate/identity.yaml")
    assert '"publish_status": "unpublished_draft"' in body
    assert "publish_status" not in asks.read("cassettes/identity.yaml")


def test_a_version_is_asked_and_its_prompt_is_not_guessed(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    old = "  versions:\n    '90':\n      answers: [{prompt: 北京?, answer: 首都是北京。}]\n"
    asks.env["COZE_API_BASE"] = serve_script(draft("- {prompt: x, answer: y}", rest=old)).base_url
    asks.run("record")
    result = asks.run("compare", "--bot-version", "90", "city")
    assert result.code == 0, result
    assert "首都是北京" in str(asks.lines()["city"]["turns"])
    assert "candidate   version 90" in result.out
    assert "the prompt and model of version 90 are not known" in result.out


def test_another_bot_is_asked_the_baselines_questions(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    script = after(
        instead=(f'id: "{CHATCHAT}"\n  name: chatchat', 'id: "7403315657221079042"\n  name: second')
    )
    committed = cassettes(baseline)
    env = {"COZE_API_BASE": serve_script(script).base_url}
    result = baseline.run("compare", "--bot", "second", env=env)
    assert result.code == 1, result
    assert kinds(baseline) == {
        "city@second": "same",
        "hours@second": "reworded",
        "identity@second": "regressed",
        "sum@second": "improved",
    }
    assert cassettes(baseline) == committed
    again = baseline.run("compare", "--replay", drop=["COZE_API_TOKEN"])
    assert (again.code, kinds(baseline)["identity@second"]) == (1, "regressed")


def test_replay_judges_both_sets_offline_by_todays_expectations(
    baseline: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    baseline.run("compare", env={"COZE_API_BASE": serve_script(after()).base_url})
    changes = kinds(baseline)
    env = {"CI": "true", "COZE_API_BASE": "http://192.0.2.1"}
    result = baseline.run("compare", "--replay", env=env, drop=["COZE_API_TOKEN"], wrapper=offline)
    assert (result.code, kinds(baseline)) == (1, changes), result
    baseline.edit("scenarios/identity.yaml", "学术助手", "chatchat")
    again = baseline.run("compare", "--replay", drop=["COZE_API_TOKEN"], wrapper=offline)
    assert again.code == 0, again
    assert kinds(baseline)["identity"] == "reworded"


def test_replay_of_a_part_takes_no_more(baseline: ProjectFolder) -> None:
    assert baseline.run("compare", "--tag", "steady").code == 0
    assert waiting(baseline) == ["city.yaml"]
    assert baseline.run("compare", "--replay").code == 0
    assert kinds(baseline) == {"city": "same"}
    result = baseline.run("compare", "--replay", "hours")
    assert result.code == 5
    assert "candidate" in result.err


def test_repeats_pair_as_far_as_there_are_any_and_luck_is_called_luck(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    asks.write(
        "scenarios/coin.yaml", "name: coin\nrepeat: 4\nturns: [{prompt: 掷硬币, expect: [正面]}]\n"
    )
    asks.env["COZE_API_BASE"] = serve_script(before()).base_url
    asks.run("record", "coin")
    result = asks.run(
        "compare", "coin", "--repeat", "6", env={"COZE_API_BASE": serve_script(after()).base_url}
    )
    assert result.code == 0, result
    assert len(asks.lines()) == 6
    (coin,) = asks.run_json()["comparison"]["scenarios"]
    assert (coin["before"]["passed"], coin["before"]["trials"]) == (2, 4)
    assert (coin["after"]["passed"], coin["after"]["trials"]) == (3, 6)
    assert coin["flaky"] is True
    assert re.search(r"\bcoin\b.*\bflaky\b", result.out)


def test_six_of_six_before_and_none_now_is_a_real_change(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    asks.write("scenarios/identity.yaml", f"{IDENTITY}repeat: 6\n")
    asks.env["COZE_API_BASE"] = serve_script(before()).base_url
    assert asks.run("record", "identity").code == 0
    result = asks.run("compare", "identity", env={"COZE_API_BASE": serve_script(after()).base_url})
    assert result.code == 1, result
    assert (
        "REGRESSED  identity regressed: the baseline passed 6 of 6, the candidate 0 of"
        in result.out
    )


def test_a_trial_without_a_baseline_is_new(baseline: ProjectFolder) -> None:
    baseline.path("cassettes/city.yaml").unlink()
    result = baseline.run("compare", "city", "hours")
    assert result.code == 0, result
    assert kinds(baseline) == {"city": "new", "hours": "same"}
    assert not baseline.path("cassettes/city.yaml").exists()


def test_a_stale_baseline_is_reported_and_exits_3(baseline: ProjectFolder) -> None:
    baseline.edit("scenarios/city.yaml", "北京?", "北京在哪里?")
    result = baseline.run("compare", "city", "hours")
    assert result.code == 3, result
    assert "city is stale" in result.out
    assert kinds(baseline) == {"city": "new", "hours": "same"}


def test_a_candidate_that_coze_does_not_answer_is_broken_and_exits_4(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    assert baseline.run("compare", "city", "identity").code == 0
    server = serve_script(after())
    server.inject(Fault(kind=FaultKind.FAILED))
    result = baseline.run("compare", "city", "identity", env={"COZE_API_BASE": server.base_url})
    assert result.code == 4, result
    assert kinds(baseline) == {"city": "broken", "identity": "broken"}
    assert "NOT JUDGED  city" in result.out
    # What was asked before is evidence: it would be taken for what was asked now.
    assert waiting(baseline) == []
    assert len(list(baseline.path("cassettes/.candidate/.evidence").rglob("*.yaml"))) == 2


def test_ci_does_not_ask(baseline: ProjectFolder) -> None:
    result = baseline.run("compare", env={"CI": "1"})
    assert result.code == 2
    assert "--force" in result.err
    assert waiting(baseline) == []
    assert baseline.run("compare", "city", "--force", env={"CI": "1"}).code == 0


def test_it_needs_a_token_and_prints_the_expected_calls(baseline: ProjectFolder) -> None:
    result = baseline.run("compare", "city", drop=["COZE_API_TOKEN"])
    assert result.code == 2
    assert "COZE_API_TOKEN" in result.err
    comparison = baseline.run("compare", "city")
    assert re.match(r"About \d calls to Coze", comparison.err)
    assert baseline.run("compare", "city", "-q").err == ""


def test_quiet_is_a_line_a_regression_and_the_last_line(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    result = baseline.run("compare", "-q", env=env)
    first, last = result.out.splitlines()
    assert first.startswith("REGRESSED  identity regressed: ")
    assert last == result.last


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--draft", "--bot-version", "7"), "--bot-version"),
        (("--replay", "--draft"), "--replay"),
        (("nosuch",), '"nosuch"'),
        (("latest", "city"), '"latest" is a run, and "city" is not'),
        (("latest", "latest", "--draft"), "--draft"),
    ],
)
def test_invalid_arguments_are_rejected_by_name(
    baseline: ProjectFolder, arguments: tuple[str, ...], option: str
) -> None:
    result = baseline.run("compare", *arguments)
    assert result.code == 2, result
    assert option in result.err.splitlines()[0]
    assert "  next: " in result.err


def test_nothing_to_replay_is_5(baseline: ProjectFolder) -> None:
    result = baseline.run("compare", "--replay")
    assert result.code == 5
    assert "candidate" in result.err


def test_where_nothing_changed_there_is_nothing_to_accept(baseline: ProjectFolder) -> None:
    result = baseline.run("compare")
    assert result.code == 0, result
    assert set(kinds(baseline).values()) == {"same"}
    assert "coze-harness accept" not in result.out
    assert "nothing to do" in result.out


def test_two_runs_are_compared_offline(
    baseline: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    first = baseline.runs()[-1]
    baseline.run("live", env={"COZE_API_BASE": serve_script(after()).base_url})
    result = baseline.run("compare", first, "latest", drop=["COZE_API_TOKEN"], wrapper=offline)
    assert result.code == 0, result
    assert kinds(baseline) == {
        "city": "same",
        "hours": "reworded",
        "identity": "regressed",
        "sum": "improved",
    }
    assert states(baseline)["identity"] == "undecided"
    assert f"baseline    run {first}" in result.out
    assert "more call" not in result.out
    assert baseline.run("compare", first, baseline.runs()[-2], "--strict").code == 1
    assert "coze-harness accept" not in result.out
    chosen = baseline.run("compare", str(baseline.path(f"reports/{first}")), first, "-k", "city")
    assert (chosen.code, kinds(baseline)) == (0, {"city": "same"})


def test_of_two_runs_what_only_one_has_is_new_or_missing(
    baseline: ProjectFolder,
) -> None:
    assert baseline.run("run", "city", "hours").code == 0
    assert baseline.run("run", "hours", "identity").code == 0
    _record, first, second = baseline.runs()
    result = baseline.run("compare", first, second)
    assert result.code == 0, result
    assert kinds(baseline) == {"city": "missing", "hours": "same", "identity": "new"}


def test_an_interrupted_comparison_goes_on(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    server = serve_script(after())
    server.inject(Fault(kind=FaultKind.FAILED))
    env = {"COZE_API_BASE": server.base_url}
    assert baseline.run("compare", "city", "identity", env=env).code == 4
    server.clear_faults()
    (run,) = baseline.runs()[-1:]
    result = baseline.run("compare", "city", "identity", "--resume", run, env=env)
    assert result.code == 1, result
    assert states(baseline) == {"identity": "regressed", "city": "unchanged"}
    assert first_ones(baseline) == ["city.yaml", "identity.yaml"]


def test_other_commands_leave_candidates_alone(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    baseline.run("compare", env={"COZE_API_BASE": serve_script(after()).base_url})
    assert baseline.run("check").code == 0
    assert baseline.run("run").code == 1
    assert baseline.statuses()["identity"] == "passed"
    assert ".candidate" not in baseline.run("list", "--json").out
    assert Path(baseline.path("cassettes/.candidate/identity.yaml")).exists()


def test_init_keeps_what_is_not_the_baseline_out_of_version_control(tmp_path: Path) -> None:
    project = ProjectFolder(tmp_path / "new", home=tmp_path / "home")
    assert project.run("init").code == 0
    ignored = {
        "reports/latest/run.json", "cassettes/.candidate/a.yaml", "cassettes/.lock",
        "cassettes/.accept-journal.json", "cassettes/.identity.yaml.0a1b2c3d.tmp",
        "cassettes/深/.a.yaml.0a1b2c3d.tmp", "cassettes/..accept-journal.json.0a1b2c3d.tmp",
    }  # fmt: skip
    committed = {"harness.yaml", "cassettes/identity.yaml", "cassettes/a/b.yaml"}
    for command in (("init", "--quiet"), ("check-ignore", "--stdin", "-z")):
        result = subprocess.run(
            ["git", *command],
            cwd=project.root,
            env=project.env,
            input="\0".join(sorted(ignored | committed)),
            capture_output=True,
            text=True,
            check=True,
        )
    assert set(result.stdout.strip("\0").split("\0")) == ignored


def test_a_baselines_drawn_values_are_asked_again(baseline: ProjectFolder) -> None:
    baseline.write(
        "scenarios/lot.yaml", "turns: [{prompt: '号码{{ random_id }}', expect: [不知道]}]\n"
    )
    assert baseline.run("record", "lot").code == 0
    assert baseline.run("compare", "lot").code == 0
    (line,) = baseline.lines().values()
    assert line["turns"][0]["prompt"] in baseline.read("cassettes/lot.yaml")
    assert line["change"]["kind"] == "same"


SAME = "name: held\nturns:\n- {prompt: 几点开门?, expect: [{same_as_baseline: {at_least: 0.95}}]}\n"


def test_same_as_baseline_judges_what_is_asked_now_and_passes_in_replay(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    baseline.write("scenarios/held.yaml", SAME)
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    assert baseline.run("record", "held").code == 0
    first = baseline.lines()["held"]["turns"][0]["verdicts"][0]
    assert first["status"] == "skipped"
    assert first["messages"]["reason"]["id"] == "kind.same_as_baseline.absent"
    assert baseline.run("run", "held").code == 0
    second = baseline.lines()["held"]["turns"][0]["verdicts"][0]
    assert second["status"] == "passed"
    assert second["messages"]["reason"]["id"] == "kind.same_as_baseline.same"
    for command in (("live",), ("compare",), ("compare", "--replay"), ("record", "--all")):
        result = baseline.run(*command, "held", env=env)
        assert result.code == 1, (command, result)
        verdict = baseline.lines()["held"]["turns"][0]["verdicts"][0]
        assert "晚上六点关门" in verdict["reason"], command
    # What was recorded last is the baseline now.
    assert baseline.run("live", "held", env=env).code == 0


KNOWN = "name: known\nknown_failure: 模型不会算\nturns:\n- {prompt: 1加1?, expect: [等于2]}\n"


def test_a_known_failure_fails_quietly_passes_loudly_and_strictly_is_a_fault(
    baseline: ProjectFolder, serve_script: ServeScript
) -> None:
    baseline.write("scenarios/known.yaml", KNOWN)
    assert baseline.run("record", "known", "--strict-known").code == 0
    assert baseline.run("run", "known", "--strict-known").code == 0
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    for command in (
        ("compare",),
        ("compare", "--replay"),
        ("live",),
        ("record", "--all"),
        ("run",),
    ):
        assert baseline.run(*command, "known", env=env).code == 0, command
        assert baseline.statuses() == {"known": "fixed"}
        assert baseline.run(*command, "known", "--strict-known", env=env).code == 1, command
