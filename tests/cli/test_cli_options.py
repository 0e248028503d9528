"""Commands offer the options that they support, and reject the others."""

from __future__ import annotations

import click
import pytest
from coze_harness.cli.command_table import coze_harness
from project import ProjectFolder

SELECTION = {"-k", "--tag", "--bot", "--last-failed", "--repeat"}
RUN = {"-x", "--strict-known", "--resume", "--workers"}
SCREEN = {"--json", "--quiet", "--no-progress", "--open"}
FOLDERS = {"--cassettes", "--reports"}
TALKING = FOLDERS | {"--base-url", "--layout", "--allow-weak-judge"}

# Besides --lang and --debug, which every command has.
SUPPORTED: dict[str, set[str]] = {
    "init": set(),
    "run": SELECTION | {"--watch", "--shard", "--cluster", "--strict", "--layout", "--verbose"}
    | {"--allow-weak-judge"} | RUN | FOLDERS | SCREEN,
    "record": SELECTION | {"--all", "--missing", "--shard", "--force", "--wait", "--verbose"}
    | {"--public-address", "--judge-only"} | RUN | TALKING | SCREEN,
    "live": SELECTION | {"--shard"} | RUN | TALKING | SCREEN | {"--verbose"},
    "compare": SELECTION | {"--draft", "--bot-version", "--replay", "--force", "--wait"} | RUN
    | {"--budget", "--thorough", "--strict"} | TALKING | SCREEN,
    "accept": {"--failing", "--from", "--interactive", "--wait", "--cassettes"},
    "view": {"--port", "--open"} | FOLDERS,
    "check": SELECTION | {"--rewrite", "--no-recordings", "--json"} | FOLDERS,
    "mutate": SELECTION - {"--repeat"} | {"--seed", "--fail-under", "--layout"} | FOLDERS | SCREEN
    | {"--allow-weak-judge"},
    "suggest": SELECTION | {"--seed", "--write", "--json"} | FOLDERS,
    "judge-check": SELECTION | {"--labels", "--operator", "--bound", "--seed", "--budget", "--all"}
    | {"--force", "--wait", "--cassettes", "--base-url", "--json", "--no-progress"},
    "ask": {"--bot", "--conversation", "--stream", "--save", "--quiet", "--base-url"},
    "new": {"--prompt", "--bot", "--tag"},
    "import": {"--name", "--force"},
    "try": {"--file", "--prompt", "--json"},
    "list": SELECTION | {"--shard", "--json"} | FOLDERS,
    "schema": set(),
    "report": {"--output", "--reports", "--layout"},
    "history": {"-n", "--json", "--reports"},
    "prune": {"--keep", "--older-than", "--dry-run", "--reports"},
    "serve": {"--demo", "--script", "--port", "--host"},
    "completion": set(),
}  # fmt: skip


def test_each_command_offers_the_options_that_it_supports() -> None:
    context = click.Context(coze_harness)
    options_by_command = {}
    for name in coze_harness.list_commands(context):
        command = coze_harness.get_command(context, name)
        assert command is not None
        options = {
            max(one.opts, key=len) for one in command.params if isinstance(one, click.Option)
        }
        assert options >= {"--lang", "--debug"}
        options_by_command[name] = options - {"--lang", "--debug"}
    assert options_by_command == SUPPORTED


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--base-url", "http://x"),
        ("run", "--force"),
        ("live", "--wait"),
        ("compare", "--shard", "1/2"),
        ("compare", "--cluster", "tcp://x"),
        ("mutate", "--repeat", "2"),
        ("mutate", "--resume", "latest"),
        ("history", "--cassettes", "x"),
        ("accept", "--reports", "x"),
    ],
)
def test_an_option_of_another_command_is_rejected(
    empty: ProjectFolder, arguments: tuple[str, ...]
) -> None:
    result = empty.run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert arguments[1] in result.err
    assert f"coze-harness {arguments[0]} --help" in result.err


@pytest.mark.parametrize(
    "option",
    [("--force",), ("--wait",), ("--base-url", "http://x"), ("--draft",), ("--bot-version", "1")],
)
def test_compare_rejects_options_of_a_candidate_where_none_is_recorded(
    recorded_project: ProjectFolder, option: tuple[str, ...]
) -> None:
    recorded_project.run("run")
    for arguments in (("--replay",), tuple(recorded_project.runs())):
        result = recorded_project.run("compare", *arguments, *option)
        assert result.code == 2, result
        assert option[0] in result.err


def test_options_change_what_is_printed_or_written(recorded_project: ProjectFolder) -> None:
    recorded_project.edit(
        "scenarios/wrong.yaml", "- 绝不会有的话", "- 绝不会有的话\n      - 不知道"
    )
    assert '不知道"' not in recorded_project.run("run").out
    assert '不知道"' in recorded_project.run("run", "--verbose").out
    assert len(recorded_project.run("run", "--quiet", "identity").out.splitlines()) == 1
    assert recorded_project.run("run", "-x", "wrong", "identity").code == 1
    assert recorded_project.run("run", "--layout", "folder", "identity").code == 0
    assert list(recorded_project.path("reports/latest").glob("*.js"))
    assert recorded_project.run("mutate", "--layout", "folder", "identity").code == 0
    assert list(recorded_project.path("reports/latest").glob("*.js"))
    assert recorded_project.run("run", "identity", "--reports", "elsewhere").code == 0
    assert recorded_project.path("elsewhere/latest/run.json").is_file()
    assert "elsewhere" not in recorded_project.run("history").out
    assert len(recorded_project.run("history", "--reports", "elsewhere").out.splitlines()) == 2
