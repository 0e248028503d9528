"""A project of six trials with a candidate for each, before and after they are accepted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import serve
from kill_points import CommandEnd, Runner, warm_runner
from project import CHATCHAT, SETTINGS, TOKEN, ProjectFolder

_SCRIPT = """
defaults: {{delay: 0.0}}
bots:
- id: "{bot}"
  name: chatchat
  answers: [{{default: true, answer: "{answer}"}}]
"""
_CASES = "cases: [{n: 1}, {n: 2}, {n: 3}]\n"
_TURN = "turns: [{prompt: '问{{ n }}', expect: [答]}]\n"

LEFTOVER_NAMES = (".lock", ".accept-journal.json")


@dataclass(frozen=True)
class ComparedProject:
    """The project, and the answers of its recordings before and after an accept."""

    project: ProjectFolder

    def copy(self, folder: Path) -> Path:
        shutil.copytree(self.project.root, folder, symlinks=True)
        return folder


def recording_states(folder: Path) -> str:
    """Return one letter for each recording: old, new or missing; or ? for a broken one."""
    names = [f"{part}{n}" for part in ("deep/b+", "a+") for n in (1, 2, 3)]
    letters = ""
    for name in names:
        path = folder / "cassettes" / f"{name}.yaml"
        text = path.read_text("utf-8") if path.is_file() else ""
        is_whole = text.startswith("# coze-cassette 1 crc32=") and text.endswith("\n")
        letters += (
            "." if not text else
            "?" if not is_whole or "candidate" in text else
            "o" if "旧答" in text else "n" if "新答" in text else "?"
        )  # fmt: skip
    return letters


OLD, NEW = "ooo.oo", "nnnnnn"


def leftover_files(folder: Path) -> list[str]:
    """Return the files that commands leave only if they are killed."""
    files = (path for path in (folder / "cassettes").rglob("*") if path.is_file())
    return sorted(one.name for one in files if one.suffix == ".tmp" or one.name in LEFTOVER_NAMES)


@contextmanager
def scripted_answer(answer: str) -> Iterator[str]:
    """Serve a bot with one answer; yield the server's address."""
    server = serve(parse_script(_SCRIPT.format(bot=CHATCHAT, answer=answer), "script.yaml"))
    try:
        yield server.base_url
    finally:
        server.stop()


def compared_project(folder: Path) -> ComparedProject:
    project = ProjectFolder(folder / "project", home=folder / "home")
    project.write("harness.yaml", SETTINGS)
    project.write("scenarios/a.yaml", "name: a\nstream: true\n" + _CASES + _TURN)
    project.write("scenarios/deep/b.yaml", "name: b\nstream: true\n" + _CASES + _TURN)
    project.env["COZE_API_TOKEN"] = TOKEN
    for command, answer in (("record", "旧答"), ("compare", "新答")):
        with (
            scripted_answer(answer) as url,
            warm_runner({**project.env, "COZE_API_BASE": url}) as runner,
        ):
            result = runner.run(project.root, command)
        assert result.code == 0, result
    # One has no baseline yet.
    project.path("cassettes/a+1.yaml").unlink()
    shutil.rmtree(project.path("reports"))
    del project.env["COZE_API_TOKEN"]
    return ComparedProject(project)


def accept_killed_at(
    compared: ComparedProject, runner: Runner, number: int, folder: Path
) -> tuple[Path, CommandEnd]:
    """Return a copy of the project in which `accept` was killed, and how it ended."""
    copy = compared.copy(folder)
    return copy, runner.run(copy, "accept", kill_at=number)


@contextmanager
def recording_runner(compared: ComparedProject) -> Iterator[Runner]:
    """Run commands that can be killed, with a server that answers recordings."""
    with scripted_answer("新答") as url:
        env = {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": url}
        with warm_runner(compared.project.env | env) as runner:
            yield runner
