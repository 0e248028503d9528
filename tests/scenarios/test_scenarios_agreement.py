"""What the loader takes and what the JSON Schema takes, on some hundred small files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schema_samples as samples
import yaml
from coze_harness.model.errors import ScenarioErrors
from coze_harness.scenarios import expand_trials, scenario_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from scenario_project import BOTS, load_all

HEAD = "turns:\n  - prompt: 你好\n    expect:\n      - "
NESTED = f"{HEAD}not:\n          any_of:\n            - "


class _PlainLoader(yaml.SafeLoader):
    """Dates stay text, as everywhere in scenario files."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _data(text: str) -> Any:
    return yaml.load(text, _PlainLoader)  # noqa: S506 (a safe loader)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(scenario_schema())


def _find_rejected(folder: Path, texts: list[str]) -> set[str]:
    """Return those of some files that the loader refuses, their bots included."""
    names = {f"scenarios/{number:03}.yaml": text for number, text in enumerate(texts)}
    try:
        bots = {**BOTS, "chatchat": BOTS["chat"]}
        expand_trials(load_all(folder, names), bots, "chatchat", judge_bot="chatchat")
    except ScenarioErrors as errors:
        located = [error for error in errors.errors if error.where and error.next_step]
        return {names[error.where.path] for error in located if error.where}
    return set()


def _one_by_one(folder: Path, lines: list[str]) -> tuple[list[str], set[str]]:
    """Return whole files, which may have the same names, and those that are refused."""
    texts = [line.replace("⏎", "\n") + "\n" for line in lines]
    rejected = [_find_rejected(folder / str(number), [text]) for number, text in enumerate(texts)]
    return texts, set().union(*rejected)


def _around(folder: Path, items: list[str]) -> tuple[list[str], set[str]]:
    """Return files with an item, alone and inside of others, and those that are refused."""
    texts = [f"{head}{item}\n" for item in items for head in (HEAD, NESTED)]
    return texts, _find_rejected(folder, texts)


def test_there_are_some_hundred_of_them() -> None:
    groups = (samples.VALID_ITEMS, samples.INVALID_ITEMS, samples.VALID_FILES)
    assert sum(map(len, (*groups, samples.INVALID_FILES))) > 250


def test_what_the_loader_takes_is_valid(tmp_path: Path, validator: Draft202012Validator) -> None:
    for texts, refused in (
        _around(tmp_path / "items", samples.VALID_ITEMS),
        _one_by_one(tmp_path, samples.VALID_FILES),
    ):
        assert refused == set()
        assert [text for text in texts if not validator.is_valid(_data(text))] == []


def test_what_the_schema_refuses_the_loader_refuses(
    tmp_path: Path, validator: Draft202012Validator
) -> None:
    for texts, refused in (
        _around(tmp_path / "items", samples.INVALID_ITEMS),
        _one_by_one(tmp_path, samples.INVALID_FILES),
    ):
        assert refused == set(texts)
        assert [text for text in texts if validator.is_valid(_data(text))] == []


def test_what_a_schema_cannot_see_the_loader_refuses(
    tmp_path: Path, validator: Draft202012Validator
) -> None:
    for texts, refused in (
        _around(tmp_path / "items", samples.ITEMS_OF_THE_LOADER),
        _one_by_one(tmp_path, samples.FILES_OF_THE_LOADER),
    ):
        assert refused == set(texts)
        assert [text for text in texts if not validator.is_valid(_data(text))] == []
