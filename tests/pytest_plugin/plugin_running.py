"""pytest as a user starts it: in a project's folder, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from project import Done, ProjectFolder
from warm_processes import run_module

RunPytest = Callable[..., Done]


def run_pytest_in(
    project: ProjectFolder, *arguments: str, env: Mapping[str, str] | None = None
) -> Done:
    """Run `python -m pytest`; `env` is added to an environment without token and network."""
    environment = {**project.env, **(env or {})}
    done = run_module("pytest", arguments, cwd=project.root, env=environment, seconds=120)
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def collected(done: Done) -> list[str]:
    """Return the ids that `--collect-only -q` printed, without their files."""
    assert done.code == 0, done.out + done.err
    return [line.partition("::")[2] for line in done.out.splitlines() if "::" in line]
