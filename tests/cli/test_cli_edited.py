"""A recording that was edited since it was recorded is counted and listed, and may be refused."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.model.errors import CassetteUnreadableError
from project import ProjectFolder

EDITED = "cassettes/weather+2.yaml"
REPORTS = ("index.html", "summary.md")


@pytest.fixture
def edited_project(recorded_project: ProjectFolder) -> ProjectFolder:
    """A recorded project; one character of one answer was replaced, and its verdict is the same."""
    recorded_project.edit(EDITED, "北京天气很好☀️", "北京天气很好🌧️")
    return recorded_project


def _run(project: ProjectFolder, *arguments: str) -> tuple[int, str]:
    result = project.run("run", "weather", *arguments)
    return result.code, result.out + result.err


def _line(project: ProjectFolder) -> dict[str, Any]:
    """Return the line of trials.jsonl of the edited recording."""
    return next(line for line in project.lines().values() if line["cassette"] == EDITED)


def test_run_counts_and_lists_an_edited_recording(edited_project: ProjectFolder) -> None:
    code, output = _run(edited_project)
    assert code == 0
    assert "1 recording was edited" in output
    assert EDITED in output
    assert edited_project.run_json()["edited_recordings"] == [EDITED]
    assert _line(edited_project)["edited"] is True
    for name in REPORTS:
        assert EDITED in edited_project.read(f"reports/latest/{name}"), name
    # A report that is written again, and a run that is read again, know it too.
    edited_project.path("reports/latest/index.html").unlink()
    assert edited_project.run("report", "latest").code == 0
    assert EDITED in edited_project.read("reports/latest/index.html")


def test_quiet_output_and_a_killed_run_have_the_count_too(edited_project: ProjectFolder) -> None:
    assert "1 recording was edited" in _run(edited_project, "-q")[1]
    run = edited_project.path("reports/latest/run.json")
    opening = json.loads(run.read_text("utf-8"))
    run.write_text(json.dumps({**opening, "finished_at": "", "trials": []}), "utf-8")
    assert edited_project.run("report", "latest").code == 0
    assert EDITED in edited_project.read("reports/latest/summary.md")


def test_github_shows_an_edited_recording_at_its_scenario(edited_project: ProjectFolder) -> None:
    result = edited_project.run("run", "weather", env={"GITHUB_ACTIONS": "true"})
    assert result.code == 0
    annotations = [line for line in result.out.splitlines() if line.startswith("::warning ")]
    assert len(annotations) == 1
    assert "file=scenarios/weather.yaml" in annotations[0]


def test_strict_makes_an_edit_exit_3(edited_project: ProjectFolder) -> None:
    code, output = _run(edited_project, "--strict")
    assert code == 3
    assert EDITED in output
    assert "coze-harness check --rewrite" in output
    edited_project.write("harness.yaml", edited_project.read("harness.yaml") + "strict: true\n")
    assert _run(edited_project)[0] == 3
    # One that fails as well is still an edit first.
    edited_project.edit("scenarios/weather.yaml", "天气很好", "天气很坏")
    assert _run(edited_project)[0] == 3


def test_an_edit_is_accepted_as_check_says(edited_project: ProjectFolder) -> None:
    checked = edited_project.run("check")
    assert checked.code == 0
    assert f"note: {EDITED}: " in checked.err
    assert "edited since it was recorded" in checked.err
    assert "coze-harness check --rewrite" in checked.err
    rewritten = edited_project.run("check", "--rewrite")
    assert (rewritten.code, EDITED in rewritten.out) == (0, True)
    code, output = _run(edited_project, "--strict")
    assert (code, "edited" in output) == (0, False)
    assert edited_project.run_json().get("edited_recordings", []) == []
    assert "🌧️" in _line(edited_project)["turns"][0]["answer"]


def test_what_was_not_edited_is_not_reported(recorded_project: ProjectFolder) -> None:
    cassette = recorded_project.path(EDITED)
    content = cassette.read_bytes()
    # Another recorder's file has no checksum that could be wrong.
    plain = content.partition(b"interactions:\n")
    cassette.write_bytes(b"version: 1\n" + plain[1] + plain[2])
    code, output = _run(recorded_project, "--strict")
    assert (code, "edited" in output) == (0, False)
    assert "edited since" not in recorded_project.run("check").err
    # Git may write a working copy with the line ends of Windows.
    cassette.write_bytes(content.replace(b"\n", b"\r\n"))
    code, output = _run(recorded_project, "--strict")
    assert (code, "edited" in output) == (0, False), output
    assert "edited since" not in recorded_project.run("check").err


def test_a_flipped_bit_is_an_error_or_reported(recorded_project: ProjectFolder) -> None:
    path = recorded_project.path(EDITED)
    whole = path.read_bytes()
    rng = Random(11)
    begin = whole.index(b"content")
    for _ in range(200):
        at = rng.randrange(begin, len(whole) - 1)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            recording = read_cassette(path)
        except CassetteUnreadableError:
            continue
        assert recording.edited, (at, bytes(damaged[at - 20 : at + 20]))
