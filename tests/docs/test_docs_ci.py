"""Examples on the page about CI are valid: YAML, existing commands, the hook that we offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import doc_pages
import pytest
import yaml
from coze_harness.cli.command_table import coze_harness
from coze_harness.config import load_settings
from doc_pages import ROOT, Block

PAGE = "docs/ci.md"
EXAMPLES = doc_pages.blocks(PAGE, "yaml")


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the commands of ours, with a number for whatever a server puts in."""
    plain = re.sub(r"\$\{\{ [\w.]+ \}\}|\$CI_NODE_INDEX", "2", text.replace("$CI_NODE_TOTAL", "4"))
    for line in re.findall(
        r"(?:coze-harness|python -m coze_harness) (\w.*?)'?$", plain, re.MULTILINE
    ):
        yield line.split()


@pytest.mark.parametrize("block", [*EXAMPLES, *doc_pages.blocks(PAGE, "groovy")], ids=str)
def test_commands_in_examples_exist_with_their_options(block: Block) -> None:
    for name, *rest in _commands(block.text):
        command = coze_harness.get_command(click.Context(coze_harness), name)
        if command is None:
            assert block.text.splitlines()[0].startswith("# .pre-commit"), name
        else:
            command.make_context(name, rest)


def test_the_page_shows_shards_and_their_merge_for_both_servers() -> None:
    commands = [words for block in EXAMPLES for words in _commands(block.text)]
    assert sum("--shard" in words and "2/4" in words for words in commands) == 2
    assert sum(words[0] == "report" for words in commands) == 2


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_examples_are_yaml(block: Block) -> None:
    assert isinstance(yaml.safe_load(block.text), dict)


def test_actions_have_the_versions_that_init_writes() -> None:
    starter = (ROOT / "harness/coze_harness/starter/workflow.yml").read_text("utf-8")
    ours = dict(re.findall(r"uses: (actions/[\w-]+)@(\S+)", starter))
    actions = re.findall(r"uses: (actions/[\w-]+)@(\S+)", doc_pages.source(PAGE))
    assert {name: version for name, version in actions if name in ours} == ours


def test_the_hook_that_is_shown_is_the_one_that_is_offered() -> None:
    (block,) = (one for one in EXAMPLES if one.name == ".pre-commit-config.yaml")
    (hook,) = yaml.safe_load(block.text)["repos"][0]["hooks"]
    (ours,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    del ours["description"], hook["additional_dependencies"]
    assert hook == ours


def test_the_setting_for_jenkins_is_one(tmp_path: Path) -> None:
    (block,) = (one for one in EXAMPLES if one.text.startswith("report:"))
    (tmp_path / "harness.yaml").write_text(block.text, "utf-8")
    assert load_settings(tmp_path, {}).report.layout == "folder"
