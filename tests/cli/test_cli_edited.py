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
def edited(recorded: ProjectFolder) -> ProjectFolder:
    """A recorded project; one character of one answer was replaced, and its verdict is the same."""
    recorded.edit(EDITED, "北京天气很好☀️", "北京天气很好🌧️")
    return recorded


def _run(project: ProjectFolder, *arguments: str) -> tuple[int, str]:
    done = project.run("run", "weather", *arguments)
    return done.code, done.out + done.err


def _line(project: ProjectFolder) -> dict[str, Any]:
    """Return the line of trials.jsonl of the edited recording."""
    return next(line for line in project.lines().values() if line["cassette"] == EDITED)


def test_run_counts_and_lists_an_edited_recording(edited: ProjectFolder) -> None:
    code, shown = _run(edited)
    assert code == 0
    assert "1 recording was edited" in shown
    assert EDITED in shown
    assert edited.run_json()["edited_recordings"] == [EDITED]
    assert _line(edited)["edited"] is True
    for name in REPORTS:
        assert EDITED in edited.read(f"reports/latest/{name}"), name
    # A report that is written again, and a run that is read again, know it too.
    edited.path("reports/latest/index.html").unlink()
    assert edited.run("report", "latest").code == 0
    assert EDITED in edited.read("reports/latest/index.html")


def test_quiet_output_and_a_killed_run_have_the_count_too(edited: ProjectFolder) -> None:
    assert "1 recording was edited" in _run(edited, "-q")[1]
    run = edited.path("reports/latest/run.json")
    opening = json.loads(run.read_text("utf-8"))
    run.write_text(json.dumps({**opening, "finished_at": "", "trials": []}), "utf-8")
    assert edited.run("report", "latest").code == 0
    assert EDITED in edited.read("reports/latest/summary.md")


def test_github_shows_an_edited_recording_at_its_scenario(edited: ProjectFolder) -> None:
    done = edited.run("run", "weather", env={"GITHUB_ACTIONS": "true"})
    assert done.code == 0
    shown = [line for line in done.out.splitlines() if line.startswith("::warning ")]
    assert len(shown) == 1
    assert "file=scenarios/weather.yaml" in shown[0]


def test_strict_makes_an_edit_exit_3(edited: ProjectFolder) -> None:
    code, shown = _run(edited, "--strict")
    assert code == 3
    assert EDITED in shown
    assert "coze-harness check --rewrite" in shown
    edited.write("harness.yaml", edited.read("harness.yaml") + "strict: true\n")
    assert _run(edited)[0] == 3
    # One that fails as well is still an edit first.
    edited.edit("scenarios/weather.yaml", "天气很好", "天气很坏")
    assert _run(edited)[0] == 3


def test_an_edit_is_accepted_as_check_says(edited: ProjectFolder) -> None:
    checked = edited.run("check")
    assert checked.code == 0
    assert f"note: {EDITED}: " in checked.err
    assert "edited since it was recorded" in checked.err
    assert "coze-harness check --rewrite" in checked.err
    rewritten = edited.run("check", "--rewrite")
    assert (rewritten.code, EDITED in rewritten.out) == (0, True)
    code, shown = _run(edited, "--strict")
    assert (code, "edited" in shown) == (0, False)
    assert edited.run_json().get("edited_recordings", []) == []
    assert "🌧️" in _line(edited)["turns"][0]["answer"]


def test_what_was_not_edited_is_not_reported(recorded: ProjectFolder) -> None:
    cassette = recorded.path(EDITED)
    content = cassette.read_bytes()
    # Another recorder's file has no checksum that could be wrong.
    plain = content.partition(b"interactions:\n")
    cassette.write_bytes(b"version: 1\n" + plain[1] + plain[2])
    code, shown = _run(recorded, "--strict")
    assert (code, "edited" in shown) == (0, False)
    assert "edited since" not in recorded.run("check").err
    # Git may write a working copy with the line ends of Windows.
    cassette.write_bytes(content.replace(b"\n", b"\r\n"))
    code, shown = _run(recorded, "--strict")
    assert (code, "edited" in shown) == (0, False), shown
    assert "edited since" not in recorded.run("check").err


def test_a_flipped_bit_is_an_error_or_reported(recorded: ProjectFolder) -> None:
    path = recorded.path(EDITED)
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
