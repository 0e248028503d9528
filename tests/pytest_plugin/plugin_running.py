"""pytest as a user starts it: in a project's folder, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from project import CommandResult, ProjectFolder
from warm_processes import run_module

RunPytest = Callable[..., CommandResult]


# The plugin of a library that the tests need and users need not have: it takes a while to import.
_WITHOUT = ("-p", "no:hypothesispytest")
# A warm process has imported our package, whose assertions pytest would rewrite if there were any.
_WARM = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")


def run_pytest_in(
    project: ProjectFolder,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cold: bool = False,
) -> CommandResult:
    """Run `python -m pytest`.

    Args:
        project: the project in whose folder it runs.
        arguments: those of pytest.
        env: added to an environment without token and network.
        cold: whether it imports everything itself.
    """
    environment = {**project.env, **(env or {})}
    result = run_module(
        "pytest",
        (*_WITHOUT, *(() if cold else _WARM), *arguments),
        cwd=project.root,
        env=environment,
        seconds=120,
        cold=cold,
    )
    return CommandResult(
        result.returncode, result.stdout.decode("utf-8"), result.stderr.decode("utf-8")
    )


def collected_ids(result: CommandResult) -> list[str]:
    """Return the ids that `--collect-only -q` printed, without their files."""
    assert result.code == 0, result.out + result.err
    return [line.partition("::")[2] for line in result.out.splitlines() if "::" in line]
