"""`view`: decisions on a page change recordings on disk as `accept` does; its start and end."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from comparing_scripts import after
from coze_harness.baseline.applied_decisions import AppliedDecisions
from coze_harness.cli.view_command import answering
from coze_harness.messages import Catalogue
from coze_harness.server.report_app import PostedDecisions
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from coze_harness.storage.file_lock import FileLock, LockHolder
from lifetime import wait_until
from project import TOKEN, ProjectFolder, chatchat_script, interrupt
from viewing import Address, address_in, started_view, viewing

ServeScript = Callable[[ServerScript], RunningServer]
NAMES = ("city", "hours", "identity", "sum")


def tracked_files(project: ProjectFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.path("cassettes").glob("*.yaml")}


def waiting(project: ProjectFolder) -> list[str]:
    """Return the candidates that can be accepted, without further trials of suspects."""
    folder = project.path("cassettes/.candidate")
    paths = (path for path in folder.rglob("*.yaml") if ".evidence" not in path.parts)
    return sorted(path.stem for path in paths if "~" not in path.stem)


def decisions(project: ProjectFolder, *decided: tuple[str, str], run: str = "") -> bytes:
    entries = [{"scenario": name, "bot": "chatchat", "decision": one} for name, one in decided]
    run = run or str(project.run_json()["run_id"])
    return json.dumps({"format_version": 1, "run_id": run, "decisions": entries}).encode()


def names(entries: Sequence[dict[str, str]]) -> list[str]:
    assert all(one["bot"] == "chatchat" for one in entries)
    return [one["scenario"] for one in entries]


def test_decisions_are_applied_on_disk(
    compared_project: ProjectFolder, offline: tuple[str, ...]
) -> None:
    was = tracked_files(compared_project)
    decided = ("sum", "accept"), ("hours", "reject"), ("identity", "edit")
    with viewing(compared_project) as page:
        response = page.ask(page.at("latest/"))
        assert response.body == compared_project.path("reports/latest/index.html").read_bytes()
        answer = page.post(decisions(compared_project, *decided))
        assert (answer.status, answer.json["errors"]) == (200, []), answer
        lists = ("accepted", "rejected", "to_edit")
        assert [names(answer.json[one]) for one in lists] == [["sum"], ["hours"], ["identity"]]
        now = tracked_files(compared_project)
        assert [name for name in was if now[name] != was[name]] == ["sum.yaml"]
        assert waiting(compared_project) == ["city", "identity"]
        evidence = compared_project.path("cassettes/.candidate/.evidence")
        assert [path.name for path in evidence.rglob("candidate/*.yaml")] == ["hours.yaml"]
        again = page.post(decisions(compared_project, ("sum", "accept")))
        assert again.status == 409
        assert again.json["accepted"] == []
        (error,) = again.json["errors"]
        assert error["message"].startswith("There is no candidate")
        assert "coze-harness compare sum" in error["next_step"]
    assert compared_project.run("run", "sum", wrapper=offline).code == 0
    assert compared_project.run("check").code == 0


def test_a_candidate_that_fails_is_accepted_only_on_demand(compared_project: ProjectFolder) -> None:
    was = tracked_files(compared_project)
    body = decisions(compared_project, ("identity", "accept"), ("sum", "accept"))
    with viewing(compared_project) as page:
        english = page.post(body)
        chinese = page.post(body, headers={"Accept-Language": "zh-CN"})
        assert (english.status, chinese.status) == (409, 409)
        for answer in (english, chinese):
            (error,) = answer.json["errors"]
            assert error["message"].startswith("scenarios/identity.yaml:1: ")
            assert "identity" in error["message"]
            assert error["next_step"]
        assert english.json["errors"] != chinese.json["errors"]
        assert (tracked_files(compared_project), waiting(compared_project)) == (was, list(NAMES))
        assert page.post(body, "?failing=1").status == 200
    assert waiting(compared_project) == ["city", "hours"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"[" * 900_000, "nested"),
        (b"\xff", "UTF-8"),
        (b'{"format_version": 1, "run_id": "../x", "decisions": []}', "../x"),
        (b'{"format_version": 1, "run_id": "x", "decisions": []}', "x"),
        (b'{"format_version": 1, "format_version": 1, "run_id": "x"}', "twice"),
    ],
)
def test_what_are_no_decisions_is_refused(
    project_and_page: tuple[ProjectFolder, Address], body: bytes, word: str
) -> None:
    answer = project_and_page[1].post(body)
    assert answer.status == 409
    (error,) = answer.json["errors"]
    assert word in error["message"]
    assert not error["message"].startswith("decisions:"), "a page has no file"
    assert error["next_step"]


@pytest.fixture(scope="module")
def viewed_project(
    compared_once: ProjectFolder, tmp_path_factory: pytest.TempPathFactory
) -> ProjectFolder:
    folder = tmp_path_factory.mktemp("viewed")
    return compared_once.copy_to(folder / "project", home=folder / "home")


@pytest.fixture(scope="module")
def project_and_page(viewed_project: ProjectFolder) -> Iterator[tuple[ProjectFolder, Address]]:
    with viewing(viewed_project) as page:
        yield viewed_project, page


def test_every_decision_that_cannot_be_applied_is_named_and_nothing_changes(
    project_and_page: tuple[ProjectFolder, Address],
) -> None:
    project, page = project_and_page
    was = tracked_files(project)
    answer = page.post(decisions(project, ("sun", "accept"), ("none", "edit"), ("sum", "accept")))
    assert answer.status == 409
    assert [error["message"].count("sun") for error in answer.json["errors"]] == [1, 0]
    assert (tracked_files(project), waiting(project)) == (was, list(NAMES))


def test_the_lock_of_another_process_is_named(
    project_and_page: tuple[ProjectFolder, Address],
) -> None:
    project, page = project_and_page
    holder = LockHolder.current("coze-harness record", "2026-11-26T09:00:00+00:00")
    lock = FileLock.acquire(project.path("cassettes/.lock"), holder)
    assert lock is not None
    with lock:
        answer = page.post(decisions(project, ("sum", "accept")))
    assert answer.status == 409
    (error,) = answer.json["errors"]
    assert "coze-harness record (process " in error["message"]
    assert "--wait" not in error["next_step"]
    assert waiting(project) == list(NAMES)


def test_errors_of_scenario_files_are_listed(
    project_and_page: tuple[ProjectFolder, Address],
) -> None:
    project, page = project_and_page
    project.write("scenarios/wrong.yaml", "turns: [{promt: x}]\n")
    try:
        answer = page.post(decisions(project, ("sum", "accept")))
    finally:
        project.path("scenarios/wrong.yaml").unlink()
    assert answer.status == 409
    assert answer.json["errors"][0]["message"].startswith("scenarios/wrong.yaml:1:")


def test_decisions_about_other_answers_are_refused(
    compared_project: ProjectFolder, serve_script: ServeScript
) -> None:
    body = decisions(compared_project, ("sum", "accept"))
    server = serve_script(after(instead=("等于2", "结果等于2")))
    env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    with viewing(compared_project) as page:
        assert compared_project.run("compare", "sum", env=env).code == 0
        was = tracked_files(compared_project)
        answer = page.post(body)
        assert answer.status == 409
        assert "recorded again" in answer.json["errors"][0]["message"]
        assert (tracked_files(compared_project), waiting(compared_project)) == (was, list(NAMES))
        assert page.post(decisions(compared_project, ("sum", "accept"))).status == 200


def test_decisions_posted_at_once_are_applied_one_after_the_other(
    compared_project: ProjectFolder,
) -> None:
    statuses: dict[str, int] = {}
    with viewing(compared_project) as page:

        def post(name: str) -> None:
            statuses[name] = page.post(decisions(compared_project, (name, "accept"))).status

        threads = [threading.Thread(target=post, args=(name,)) for name in ("sum", "hours", "city")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == {"sum": 200, "hours": 200, "city": 200}
    assert waiting(compared_project) == ["identity"]


def test_an_accept_that_was_killed_is_finished_first(compared_project: ProjectFolder) -> None:
    journal = compared_project.path("cassettes/.accept-journal.json")
    journal.write_text("{", "utf-8")
    with viewing(compared_project) as page:
        answer = page.post(decisions(compared_project, ("sum", "accept")))
        assert answer.status == 409
        assert "cassettes/.accept-journal.json" in answer.json["errors"][0]["message"]
        journal.unlink()
        assert page.post(decisions(compared_project, ("sum", "accept"))).status == 200


def test_an_error_of_the_program_is_shown_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: PostedDecisions) -> AppliedDecisions:
        raise ValueError("of secret")

    for is_debugging in (False, True):
        decide = answering(
            fail, Catalogue(), lambda t: t.replace("secret", "***"), is_debugging=is_debugging
        )
        status, answer = decide(PostedDecisions(body=b"", failing=False, language="en"))
        assert status == 500
        assert isinstance(answer, dict)
        assert "ValueError: of ***" in str(answer["errors"])
        assert "--debug" in str(answer["errors"])
        output = capsys.readouterr()
        assert output.out == ""
        assert ("Traceback" in output.err) is is_debugging
        assert "secret" not in output.err


# --- a run in progress ---------------------------------------------------------------------------


def test_a_run_is_followed_while_it_records(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    for name, prompt in (("first", "你是谁?"), ("second", "never")):
        empty.write(f"scenarios/{name}.yaml", f"turns: [{{prompt: '{prompt}', expect: [我]}}]\n")
    empty.edit("harness.yaml", "timeout: 2", "timeout: 60")
    env = {"COZE_API_BASE": serve_script(chatchat_script()).base_url, "COZE_API_TOKEN": TOKEN}
    recording = empty.start("record", "--no-progress", env=env)
    wait_until(lambda: empty.path("reports/latest/run.json").exists())
    with viewing(empty) as page, page.events("&waiting=1") as events:
        command = f"coze-harness report {empty.run_json()['run_id']}"
        assert command in page.ask(page.at("latest/")).text
        while (event := events.next())["done"] == 0:
            pass
        assert (event["type"], event["done"]) == ("progress", 1)
        interrupt(recording)
        assert events.next() == {"type": "finished"}
        body = page.ask(page.at("latest/")).body
    assert recording.wait(30) == 130
    recording.communicate()
    assert body == empty.path("reports/latest/index.html").read_bytes()


# --- how it starts and ends ----------------------------------------------------------------------


def test_the_address_and_what_was_done_are_printed(
    compared_project: ProjectFolder, tmp_path: Path
) -> None:
    opened_file = tmp_path / "opened_file"
    compared_project.env["BROWSER"] = f"sh -c 'echo \"$0\" > {opened_file}' %s"
    with started_view(compared_project, "--port", "0", "--lang", "zh", "--open") as (started, line):
        assert line.startswith("报告：http://127.0.0.1:")
        page = address_in(line)
        assert len(page.token) == 48
        url = line.removeprefix("报告：")
        wait_until(lambda: opened_file.exists() and opened_file.read_text("utf-8") == url)
        assert (
            page.post(decisions(compared_project, ("sum", "accept"), ("hours", "edit"))).status
            == 200
        )
        with page.events() as events:
            started.send(signal.SIGTERM)
            process_end = started.end(5)
            assert events.ends()
    assert (process_end.code, process_end.err, process_end.left) == (130, "", ())
    assert "已接受  cassettes/sum.yaml\n需修改  scenarios/hours.yaml:1\n" in process_end.out


def test_a_port_in_use_is_reported_and_the_default_one_replaced(
    compared_project: ProjectFolder,
) -> None:
    with (
        started_view(compared_project) as (first, one),
        started_view(compared_project) as (second, other),
    ):
        ports = {address_in(line).port for line in (one, other)}
        assert len(ports) == 2
        result = compared_project.run("view", "--port", str(min(ports)))
        assert (result.code, result.out) == (2, "")
        assert f"127.0.0.1:{min(ports)}" in result.err
        assert "--host" not in result.err
        for started, number in ((first, signal.SIGINT), (second, signal.SIGHUP)):
            started.send(number)
            process_end = started.end()
            assert (process_end.code, process_end.err, process_end.left) == (130, "", ())


def test_a_run_that_does_not_exist_is_reported(empty: ProjectFolder) -> None:
    result = empty.run("view")
    assert (result.code, result.out) == (2, "")
    assert "reports" in result.err


def test_a_run_is_named_by_its_folder(compared_project: ProjectFolder, tmp_path: Path) -> None:
    run = str(compared_project.run_json()["run_id"])
    with viewing(compared_project, f"reports/{run}") as page:
        assert page.ask(f"/?token={page.token}").headers["location"].startswith(page.at(f"{run}/"))
        assert page.ask(page.at(f"{run}/")).status == 200
    copy = tmp_path / "a run"
    compared_project.path(f"reports/{run}").rename(copy)
    refused = compared_project.run("view", str(copy))
    assert refused.code == 2
    assert "a run" in refused.err


def test_a_page_of_another_version_is_named(compared_project: ProjectFolder) -> None:
    page = compared_project.path("reports/latest/index.html")
    before, policy, after = page.read_text("utf-8").partition("script-src")
    page.write_text(before + policy + after.replace("sha256-", "sha256-x", 1), "utf-8")
    with started_view(compared_project, "--port", "0") as (started, _line):
        started.send(signal.SIGINT)
        assert "coze-harness report latest" in started.end().err


def test_without_the_extra_it_is_named(compared_project: ProjectFolder, tmp_path: Path) -> None:
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "uvicorn.py").write_text("raise ModuleNotFoundError(name='uvicorn')\n", "utf-8")
    env = {"PYTHONPATH": f"{stub}:{compared_project.env['PYTHONPATH']}"}
    result = compared_project.run("view", env=env)
    assert (result.code, result.out) == (2, "")
    assert "pip install 'coze-harness[serve]'" in result.err
