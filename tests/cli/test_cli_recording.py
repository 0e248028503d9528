"""What `record` keeps, what it refuses, and what is left when it is stopped half-way."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder, chatchat_script

ServeScript = Callable[[ServerScript], RunningServer]


def _wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another process to come to a point; fails where it never does."""
    nap = threading.Event()
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to that point"
        nap.wait(0.01)


def test_missing_records_what_has_no_recording_and_leaves_the_rest(project: ProjectFolder) -> None:
    assert project.run("record", "identity").code == 0
    before = project.path("cassettes/identity.yaml").read_bytes()
    result = project.run("record", "--missing", "identity", "weather")
    assert result.code == 0, result
    assert sorted(project.statuses()) == ["weather[1]", "weather[2]"]
    assert project.path("cassettes/identity.yaml").read_bytes() == before
    again = project.run("record", "--missing", "identity", "weather")
    assert again.code == 0
    assert "--all" in again.out


def test_record_records_what_is_missing_or_stale(project: ProjectFolder) -> None:
    assert project.run("record", "identity", "weather").code == 0
    identity, second = "cassettes/identity.yaml", "cassettes/weather+2.yaml"
    before = {name: project.path(name).read_bytes() for name in (identity, second)}
    assert project.run("record", "identity", "weather").code == 0
    assert {name: project.path(name).read_bytes() for name in before} == before
    project.path(second).write_bytes(before[second].replace(b"interactions", b"interactiom"))
    project.edit("scenarios/identity.yaml", "你是谁?", "你是谁？")
    result = project.run("record", "identity", "weather")
    assert result.code == 1, result  # the server does not know the new question
    assert sorted(project.statuses()) == ["identity", "weather[2]"]
    assert project.path(identity).read_bytes() != before[identity]
    assert project.run("check", "identity", "weather").code == 0


def test_all_records_again_what_is_up_to_date(project: ProjectFolder) -> None:
    assert project.run("record", "identity").code == 0
    assert project.run("record", "--all", "identity").code == 0
    assert sorted(project.statuses()) == ["identity"]
    assert project.run("record", "--all", "--missing").code == 2


def test_ci_replays_and_does_not_record(project: ProjectFolder, server: RunningServer) -> None:
    result = project.run("record", "identity", env={"CI": "true"})
    assert result.code == 2
    assert "--force" in result.err
    assert not server.calls
    assert not project.path("cassettes").exists()
    assert project.run("record", "identity", "--force", env={"CI": "true"}).code == 0
    assert project.run("run", "identity", env={"CI": "true"}).code == 0


def test_live_judges_and_keeps_no_cassette(project: ProjectFolder) -> None:
    result = project.run("live")
    assert result.code == 1
    assert project.run_json()["mode"] == "live"
    assert [path.name for path in project.path("cassettes").iterdir()] == ["evidence.jsonl"]


def test_a_failed_conversation_leaves_the_old_cassette_untouched(
    recorded_project: ProjectFolder, serve_script: ServeScript
) -> None:
    before = recorded_project.path("cassettes/identity.yaml").read_bytes()
    broken = serve_script(chatchat_script("- {prompt: 你是谁?, faults: [failed], answer: x}"))
    env = {"COZE_API_BASE": broken.base_url, "COZE_API_TOKEN": "pat_" + "a" * 20}
    result = recorded_project.run("record", "--all", "identity", env=env)
    assert result.code == 4
    assert recorded_project.path("cassettes/identity.yaml").read_bytes() == before
    assert recorded_project.run("run", "identity").code == 0


def test_a_failed_verdict_is_kept_like_any_other(recorded_project: ProjectFolder) -> None:
    assert recorded_project.path("cassettes/wrong.yaml").exists()
    recorded_project.edit("scenarios/wrong.yaml", "绝不会有的话", "不知道")
    assert recorded_project.run("run", "wrong").code == 0


def test_a_failed_chat_is_kept_where_the_scenario_expects_it(project: ProjectFolder) -> None:
    project.write("scenarios/fail.yaml", "turns: [{prompt: fail, expect: [{status: failed}]}]\n")
    assert project.run("record", "fail").code == 0
    assert project.run("run", "fail").code == 0
    assert project.lines()["fail"]["turns"][0]["status"] == "failed"


def test_a_chat_that_never_ends_is_cancelled_at_its_deadline(
    project: ProjectFolder, server: RunningServer
) -> None:
    project.write("scenarios/never.yaml", "turns: [{prompt: never, expect: [x]}]\n")
    project.edit("harness.yaml", "timeout: 2", "timeout: 0.5")
    result = project.run("record", "never", "identity")
    assert result.code == 4
    assert "was canceled" in result.out
    assert server.calls["POST /v3/chat/cancel"] == 1
    trial = project.lines()["never"]
    assert trial["error"]["kind"] == "timeout"
    assert trial["error"]["log_id"]
    assert project.statuses() == {"never": "error", "identity": "passed"}


def test_a_later_turn_that_fails_keeps_the_turns_before_it_in_the_report(
    project: ProjectFolder,
) -> None:
    project.write(
        "scenarios/two.yaml",
        "turns: [{prompt: 天气杭州, expect: [杭州]}, {prompt: fail, expect: [x]}]\n",
    )
    assert project.run("record", "two").code == 4
    first, second = project.lines()["two"]["turns"]
    assert first["answer"] == "杭州天气很好☀️"
    assert second["status"] is None
    assert not project.path("cassettes/two.yaml").exists()


def _many(project: ProjectFolder, serve_script: ServeScript, count: int) -> None:
    """Make a scenario of many trials of which those after the third take very long."""
    server = serve_script(
        chatchat_script(
            "- {regex: '^问题[012]$', answer: 好。}\n- {regex: '^问题', delay: 20, answer: 好。}"
        )
    )
    cases = ", ".join(f"{{n: '{number}'}}" for number in range(count))
    project.write(
        "scenarios/many.yaml",
        f"cases: [{cases}]\nturns: [{{prompt: '问题{{{{ n }}}}', expect: [好]}}]\n",
    )
    project.edit("harness.yaml", "timeout: 2", "timeout: 60")
    project.env["COZE_API_BASE"] = server.base_url


def _lines_so_far(project: ProjectFolder) -> int:
    files = list(project.root.glob("reports/2*/trials.jsonl"))
    return sum(file.read_bytes().count(b"\n") for file in files)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_recording_loses_only_what_is_under_way_and_is_resumed(
    project: ProjectFolder, serve_script: ServeScript, server: RunningServer, how: signal.Signals
) -> None:
    _many(project, serve_script, 5)
    process = project.start("record", "many")
    _wait_until(lambda: _lines_so_far(project) == 3)
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    assert process.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL), err
    assert "Traceback" not in err
    cassettes = sorted(project.path("cassettes").glob("*.yaml"))
    assert [path.name for path in cassettes] == ["many+1.yaml", "many+2.yaml", "many+3.yaml"]
    (run,) = project.runs()
    if how is signal.SIGINT:
        assert out.splitlines()[-1].startswith("Interrupted: ")
        assert project.run_json(run)["interrupted"] is True
        assert project.path("reports/latest/index.html").exists()
        assert "--resume" in err
    # Whatever stopped it, what is there can be replayed and reported.
    assert project.run("run", "-k", "many and not (4 or 5)").code == 0
    assert project.run("report", run).code == 0
    # And the rest can be done: by a server that is quick again.
    result = project.run("record", "many", "--resume", run, env={"COZE_API_BASE": server.base_url})
    assert result.code == 1, result  # the other server does not know the question
    assert server.calls["POST /v3/chat"] == 2
    statuses = project.statuses(run)
    assert list(statuses) == [f"many[{number}]" for number in (1, 2, 3, 4, 5)]
    assert list(statuses.values()) == ["passed"] * 3 + ["failed"] * 2
    assert project.run_json(run)["interrupted"] is False
    assert project.run("check", "many").code == 0


def test_what_a_killed_recording_left_is_ignored_and_the_next_one_deletes_it(
    recorded_project: ProjectFolder, server: RunningServer
) -> None:
    whole = recorded_project.read("cassettes/identity.yaml")
    left = recorded_project.write("cassettes/.identity.yaml.0a1b2c3d.tmp", whole[:700])
    recorded_project.write("cassettes/.candidate/.who.yaml.0a1b2c3d.tmp", whole[:700])
    other = recorded_project.write("cassettes/.notes.tmp", "mine")
    assert recorded_project.run("run", "identity").code == 0
    assert recorded_project.run("check").code == 0
    assert left.exists()
    environment = {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": server.base_url}
    assert recorded_project.run("record", "identity", env=environment).code == 0
    assert list(recorded_project.path("cassettes").rglob("*.tmp")) == [other]


def test_two_recordings_at_once_do_not_disturb_each_other(project: ProjectFolder) -> None:
    project.write("scenarios/more.yaml", "repeat: 4\nturns: [{prompt: 天气上海, expect: [上海]}]\n")
    names = ("weather", "more", "identity")
    processes = [project.start("record", name, "--wait") for name in names]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, (out, err)
    assert len(project.runs()) == 3
    assert project.run("run", "weather", "more", "identity").code == 0
    assert project.run("check", "weather", "more", "identity").code == 0


def test_recording_prints_the_expected_number_of_calls_before_it_starts(
    project: ProjectFolder,
) -> None:
    project.write("scenarios/more.yaml", "repeat: 4\nturns: [{prompt: 天气上海, expect: [上海]}]\n")
    first = project.run("record", "more")
    assert first.err.startswith("About 21 calls to Coze")
    calls = project.run_json()["calls"]
    again = project.run("record", "--all", "more")
    assert again.err.startswith(f"About {calls + 1} calls to Coze")
    assert project.run("record", "--all", "more", "-q").err == ""


def test_a_shared_rate_limit_spaces_the_calls(project: ProjectFolder) -> None:
    settings = project.read("harness.yaml")
    project.write("harness.yaml", f"{settings}rate_limit: 10\n")
    project.write("scenarios/more.yaml", "repeat: 4\nturns: [{prompt: 天气上海, expect: [上海]}]\n")
    began = time.monotonic()
    assert project.run("record", "more").code == 0
    calls = project.run_json()["calls"]
    assert calls >= 12
    assert time.monotonic() - began >= (calls - 1) / 10


def test_two_replays_at_once_do_not_disturb_each_other(recorded_project: ProjectFolder) -> None:
    processes = [recorded_project.start("run") for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (1, ""), out
    assert len(recorded_project.runs()) == 4
    assert recorded_project.run_json()["summary"]["passed"] == 3


def test_the_old_name_of_the_token_works_with_a_hint(project: ProjectFolder) -> None:
    token = project.env.pop("COZE_API_TOKEN")
    result = project.run("record", "identity", env={"COZE_APE_KEY": token})
    assert result.code == 0
    assert "COZE_API_TOKEN" in result.err
    reply = project.run("ask", "你是谁?", env={"COZE_APE_KEY": token})
    assert reply.code == 0
    assert "call it COZE_API_TOKEN" in reply.err
    assert project.run("run", "identity", env={"COZE_APE_KEY": token}).err == ""


def test_a_bot_that_does_not_say_what_it_is_gets_a_warning(
    serve_script: ServeScript, project: ProjectFolder
) -> None:
    script = parse_script(
        "bots:\n- id: '7403315657221079041'\n  name: x\n"
        "  faults: [{code: 4101, at: bot}]\n  answers: [{default: true, answer: 学术助手}]\n",
        "script.yaml",
    )
    result = project.run("record", "identity", env={"COZE_API_BASE": serve_script(script).base_url})
    assert result.code == 0, result
    assert "warning: bot chatchat: " in result.err
    assert '"warning"' in project.read("cassettes/identity.yaml")
    assert project.run("run", "identity").code == 0


def test_x_stops_at_the_first_trial_that_does_not_pass(recorded_project: ProjectFolder) -> None:
    recorded_project.path("cassettes/identity.yaml").unlink()
    result = recorded_project.run("run", "-x")
    assert result.code == 3
    assert recorded_project.statuses() == {"identity": "error"}


def test_recordings_have_the_public_address_where_one_is_given(
    project: ProjectFolder, server: RunningServer
) -> None:
    result = project.run("record", "identity", "--public-address", "https://api.coze.com/")
    assert result.code == 0, result
    text = project.path("cassettes/identity.yaml").read_text("utf-8")
    assert 'uri: "https://api.coze.com/v3/chat"' in text
    assert server.base_url not in text
    assert project.run("run", "identity").code == 0


def test_a_public_address_that_is_none_is_refused(project: ProjectFolder) -> None:
    result = project.run("record", "identity", "--public-address", "api.coze.com")
    assert result.code == 2
    assert "--public-address" in result.err
    assert not project.path("cassettes").exists()


def test_a_public_address_is_checked_with_nothing_to_record(
    recorded_project: ProjectFolder,
) -> None:
    assert recorded_project.run("record", "--public-address", "api.coze.com").code == 2
