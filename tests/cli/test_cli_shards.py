"""`--shard I/N`, and the shards merged into the run that they are parts of."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from project import (
    CommandResult,
    ProjectFolder,
    chatchat_script,
    empty_project,
    record_from,
    write_trials,
)

CITIES = ["杭州", "北京", "上海", "广州", "西安", "成都", "拉萨"]
RATED = """name: rated
repeat: 5
min_pass_rate: 0.4
turns:
  - prompt: 说点什么
    expect: [绝不会有的话]
"""
# What is another in each run by nature: its id, and the times by the clock on the wall.
_OWN = re.compile(
    r"\d{8}T\d{9}Z-[0-9a-f]{4}|merged|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00| UTC)?"
    r'|(?<=0") time="[\d.]+"(?=>\n<testsuite )|(?<= · )[\d.]+ s(?= · coze-harness| · <span|</p>)'
    r"|(?<=duration</span></dt><dd><bdi>)[\d.]+ s"
)


@pytest.fixture(scope="module")
def cities_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("cities"))
    write_trials(project)
    cases = ", ".join(f"{{city: {city}}}" for city in CITIES)
    project.edit("scenarios/weather.yaml", "[{city: 杭州}, {city: 北京}]", f"[{cases}]")
    project.write("scenarios/rated.yaml", RATED)
    record_from(chatchat_script(), project, "--reports", "recording", code=1)
    return project


@pytest.fixture
def cities(cities_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A recorded project of fourteen trials: five are judged together, six fail."""
    return cities_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def _slower(text: str) -> str:
    """Return a cassette whose last answer took very long to come."""
    slow, count = re.subn(r'("timings_ms": \[.*)\[\d+,(\d+)\]\]', r"\1[700000,\2]]", text)
    assert count == 1
    return slow


def _ids(project: ProjectFolder, *arguments: str) -> list[str]:
    result = project.run("list", "--json", *arguments)
    assert result.code == 0, result
    return [row["id"] for row in json.loads(result.out)]


def _shards(project: ProjectFolder, of: int, *more: str) -> list[str]:
    """Run each shard in a folder of its own, as jobs do; return the runs' folders."""
    folders = []
    for number in range(1, of + 1):
        out = f"out/{number}"
        result = project.run("run", "--shard", f"{number}/{of}", "--reports", out, *more)
        assert result.code in (0, 1, 3), result
        folders.append(f"{out}/latest")
    return folders


def _merge(project: ProjectFolder, folders: Sequence[str], into: str = "merged") -> CommandResult:
    return project.run("report", *folders, "-o", into)


def test_every_trial_is_in_one_shard_and_the_trials_of_a_rate_in_the_same(
    cities: ProjectFolder,
) -> None:
    whole = _ids(cities)
    assert len(whole) == 14
    parts = [_ids(cities, "--shard", f"{number}/3") for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(whole)
    assert all([name for name in whole if name in part] == part for part in parts)
    rated = [[name for name in part if name.startswith("rated")] for part in parts]
    assert sorted(len(rates) for rates in rated) == [0, 0, 5]
    assert [_ids(cities, "--shard", f"{number}/3") for number in (1, 2, 3)] == parts


def test_the_longest_conversation_weighs_most(cities: ProjectFolder) -> None:
    cities.write("cassettes/identity.yaml", _slower(cities.read("cassettes/identity.yaml")))
    parts = [_ids(cities, "--shard", f"{number}/2") for number in (1, 2)]
    assert ["identity"] in parts


def test_merged_shards_are_the_unsharded_run(cities: ProjectFolder) -> None:
    cities.path("cassettes/weather+4.yaml").unlink()
    assert cities.run("run", "--reports", "whole").code == 3
    result = _merge(cities, _shards(cities, 3))
    assert (result.code, result.err) == (0, ""), result
    for name in ("run.json", "junit.xml", "summary.md", "index.html"):
        whole, merged = (
            _OWN.sub("…", cities.read(f"{folder}/{name}")) for folder in ("whole/latest", "merged")
        )
        assert merged == whole, name
    lines = [sorted(cities.path(f"{folder}/trials.jsonl").read_bytes().splitlines())
             for folder in ("whole/latest", "merged")]  # fmt: skip
    assert lines[0] == lines[1]
    rows = [row["id"] for row in _run(cities, "merged")["trials"]]
    ordered = cities.path("merged/trials.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["id"] for line in ordered] == rows


def _run(project: ProjectFolder, folder: str) -> dict[str, Any]:
    record = json.loads(project.read(f"{folder}/run.json"))
    assert isinstance(record, dict)
    return record


def test_a_shards_run_says_which_it_is_and_its_report_is_rendered_by_itself(
    cities: ProjectFolder,
) -> None:
    first, *_ = _shards(cities, 3)
    shard = _run(cities, first)["shard"]
    rows = _run(cities, first)["trials"]
    whole = _ids(cities)
    assert (shard["number"], shard["of"], shard["trials"]) == (1, 3, len(whole))
    assert [whole[place] for place in shard["places"]] == [row["id"] for row in rows]
    before = (
        cities.path(
            first,
        )
        .joinpath("index.html")
        .read_bytes()
    )
    assert cities.run("report", first).code == 0
    assert cities.path(first).joinpath("index.html").read_bytes() == before
    merged = _merge(cities, [first])
    assert merged.code == 2
    assert "Shards 2/3, 3/3 are missing" in merged.err
    assert not cities.path("merged").exists()


def test_an_empty_shard_is_no_failure_and_the_merge_is_complete_with_it(
    recorded_project: ProjectFolder,
) -> None:
    folders = _shards(recorded_project, 3, "weather", "-q")
    result = recorded_project.run("run", "weather", "--shard", "3/3", "--reports", "again", "-q")
    assert result.code == 0
    assert result.out.startswith("Shard 3/3 is empty: ")
    assert result.last.endswith("/index.html")
    listing = recorded_project.run("list", "weather", "--shard", "3/3")
    assert (listing.code, listing.out) == (0, "Shard 3/3 is empty.\n")
    assert _ids(recorded_project, "weather", "--shard", "3/3") == []
    assert _merge(recorded_project, folders).code == 0
    assert _run(recorded_project, "merged")["summary"]["passed"] == 2
    # Where nothing at all is chosen, a word was misspelt: that is another matter.
    assert recorded_project.run("run", "-k", "nothing", "--shard", "1/3").code == 5


def _merge_error(project: ProjectFolder, folders: Sequence[str]) -> str:
    result = _merge(project, folders)
    assert result.code == 2, result
    assert "next: " in result.err
    assert not project.path("merged").exists()
    return result.err


def test_shards_that_are_not_a_whole_are_refused_with_words(cities: ProjectFolder) -> None:
    one, two, three = _shards(cities, 3)
    assert "Shard 2/3 is missing" in _merge_error(cities, [three, one])
    assert "Shard 1/3 is given twice" in _merge_error(cities, [one, two, one])
    cities.run("run", "wrong")
    assert "not a shard, but another one is shard 1/3" in _merge_error(
        cities, [one, two, three, "reports/latest"]
    )
    cities.run("run", "--shard", "2/2", "--reports", "half")
    assert "3 shards there, 2 here" in _merge_error(cities, [one, "half/latest", three])
    cities.run("run", "--shard", "2/3", "--reports", "fewer", "-k", "not identity")
    assert "14 trials there, 13 here" in _merge_error(cities, [one, "fewer/latest", three])
    cities.edit("scenarios/identity.yaml", "name: identity", "# newer\nname: identity")
    cities.run("run", "--shard", "2/3", "--reports", "newer")
    assert "but not the same ones" in _merge_error(cities, [one, "newer/latest", three])


def test_shards_that_were_dealt_from_other_recordings_are_refused(cities: ProjectFolder) -> None:
    one, _, three = _shards(cities, 3)
    ids = _ids(cities, "--shard", "2/3")
    for name in ("identity", "weather+1", "weather+2"):
        cities.write(f"cassettes/{name}.yaml", _slower(cities.read(f"cassettes/{name}.yaml")))
    assert _ids(cities, "--shard", "2/3") != ids
    cities.run("run", "--shard", "2/3", "--reports", "other")
    assert "not split from the same trials" in _merge_error(cities, [one, "other/latest", three])


def test_an_unfinished_shard_is_rejected_and_can_be_resumed(cities: ProjectFolder) -> None:
    one, two, three = _shards(cities, 3)
    run = cities.path(two).resolve().name
    cities.edit(f"out/2/{run}/run.json", '"finished_at": "20', '"finished_at": "", "was": "20')
    lines = cities.path(f"{two}/trials.jsonl").read_bytes().splitlines(keepends=True)
    cities.path(f"{two}/trials.jsonl").write_bytes(b"".join(lines[:1]))
    error = _merge_error(cities, [one, two, three])
    assert f"Shard 2/3 is not complete: 1 of its {len(lines)} trials" in error
    assert f"coze-harness run --shard 2/3 --resume {run}" in error
    for wrong in (["--shard", "1/3"], ["identity"]):
        assert cities.run("run", *wrong, "--resume", run, "--reports", "out/2").code == 2
    # A recording that has become longer since would deal otherwise: what is dealt stays.
    cities.write("cassettes/identity.yaml", _slower(cities.read("cassettes/identity.yaml")))
    assert cities.run("run", "--resume", run, "--reports", "out/2").code in (0, 1)
    assert _merge(cities, [one, two, three]).code == 0
    whole = cities.run("run")
    refused = cities.run("run", "--shard", "1/3", "--resume", "latest")
    assert (whole.code, refused.code) == (1, 2)
    assert "not a shard" in refused.err


@pytest.mark.parametrize("shard", ["3", "0/3", "4/3", "1/0", "a/b", "1/2/3"])
def test_an_invalid_shard_is_a_usage_error(recorded_project: ProjectFolder, shard: str) -> None:
    for command in ("run", "list"):
        result = recorded_project.run(command, "--shard", shard)
        assert result.code == 2
        assert "--shard 2/4 is the second of four" in result.err


def test_shards_are_recorded_and_held_live_too(project: ProjectFolder) -> None:
    for number in (1, 2):
        result = project.run("live", "--shard", f"{number}/2", "--reports", f"live/{number}")
        assert result.code in (0, 1), result
    assert _merge(project, ["live/1/latest", "live/2/latest"]).code == 0
    assert _run(project, "merged")["summary"]["trials"] == 4
    parts = [_ids(project, "--shard", f"{number}/2") for number in (1, 2)]
    assert project.run("record", "--shard", "1/2").code in (0, 1)
    assert [row["id"] for row in project.run_json()["trials"]] == parts[0]
    names = {path.name for path in Path(project.path("cassettes")).glob("*.yaml")}
    assert len(names) == len(parts[0])
