"""Every YAML and JSON example in the documentation loads: each page is tried, none is left out."""

from __future__ import annotations

import json
from pathlib import Path

import doc_pages
import pytest
import yaml
from coze_harness.config import load_settings
from coze_harness.model.trial import Trial
from coze_harness.scenarios import ProjectPaths, expand_trials, find_files, load_scenarios
from coze_harness.server.script_reader import parse_script
from doc_pages import ROOT, Block

TRIED_ELSEWHERE = {
    "docs/api.md",
    "docs/cassettes.md",
    "docs/ci.md",
    "docs/expectations.md",  # written from the samples of kinds, which are judged
    "docs/expectations.zh-CN.md",
    "docs/scenarios.md",
    "README.md",
}
CI_STEPS = "- uses: "
SETTINGS = """bots:
  chatchat: "7403315657221079041"
  shop: "7403315657221079041"
  tester: "7403315657221079042"
default_bot: chatchat
judge: {bot: tester}
"""
FUNCTIONS = "def embed(text):\n    return [1.0]\n"
EXAMPLES = [
    block
    for page in doc_pages.PAGES
    if page not in TRIED_ELSEWHERE and not page.startswith("docs/targets/")
    for block in doc_pages.blocks(page, "yaml")
]
SCRIPT_HEAD = 'bots:\n- id: "7403315657221079041"\n  name: chatchat\n  answers:\n'


def _trials(root: Path, scenario: str) -> list[Trial]:
    for name, text in {
        "harness.yaml": SETTINGS,
        "scenarios/example.yaml": scenario,
        "my_model.py": FUNCTIONS,
    }.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = load_settings(root, {})
    paths = ProjectPaths(settings.root, settings.scenarios, settings.user_id)
    scenarios = load_scenarios(find_files((), paths, root).files, paths)
    return expand_trials(
        scenarios, settings.bots, settings.default_bot, judge_bot=settings.judge_bot
    )


def _check_script(text: str) -> None:
    """Load a part of a server script: with its bots, or an answer or fault of one."""
    if text.startswith("    faults:"):
        text = f"{SCRIPT_HEAD}  - prompt: 你好\n{text}"
    elif text.startswith("  - "):
        text = SCRIPT_HEAD + text
    elif "\nbots:" not in f"\n{text}":
        text = f"{SCRIPT_HEAD}  - {{default: true, answer: 好}}\n{text}"
    assert parse_script(text, "bots.yaml").bots


def _check_settings(root: Path, text: str) -> None:
    bots = "" if "bots:" in text else SETTINGS
    (root / "harness.yaml").write_text(bots + text, encoding="utf-8")
    assert load_settings(root, {}).bots


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_an_example_loads(block: Block, tmp_path: Path) -> None:
    data = yaml.safe_load(block.text)
    if block.text.startswith(CI_STEPS):
        assert all(step.keys() <= {"uses", "with", "run"} for step in data)
    elif block.page == "docs/server.md":
        _check_script(block.text)
    elif isinstance(data, list):
        margin = block.text.replace("\n", "\n      ").rstrip()
        trials = _trials(tmp_path, f"turns:\n  - prompt: 你好\n    expect:\n      {margin}\n")
        (turn,) = trials[0].script.turns({})
        assert len(turn.expectations) == len(data)
    elif data.keys() & {"turns", "simulate", "scenarios"}:
        assert _trials(tmp_path, block.text)
    else:
        _check_settings(tmp_path, block.text)


def test_there_are_examples_of_each_kind() -> None:
    pages = {block.page for block in EXAMPLES}
    assert {"README.zh-CN.md", "docs/server.md", "docs/judge.md", "docs/remote.md"} <= pages


@pytest.mark.parametrize(
    "block",
    [block for page in doc_pages.PAGES for block in doc_pages.blocks(page, "json")],
    ids=str,
)
def test_an_example_of_data_is_json(block: Block) -> None:
    assert json.loads(block.text)


def test_both_readmes_show_the_same_scenario() -> None:
    scenarios = [
        yaml.safe_load(next(iter(doc_pages.blocks(page, "yaml"))).text)
        for page in ("README.md", "README.zh-CN.md")
    ]
    assert scenarios[0] == scenarios[1]
    assert (ROOT / "README.zh-CN.md").exists()
