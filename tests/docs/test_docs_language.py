"""What `codespell` cannot check: names in the package, and phrases in texts for users."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import doc_pages
import pytest
from doc_pages import PAGES, ROOT

PACKAGE = ROOT / "harness/coze_harness"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "assets" not in path.parts]
BANNED_NAMES = re.compile(
    "told|held|asked|placed|given|found|opened|planned|wanted|seen|said|beside|ahead|spoilt|glance"
    "|desk|studio|tape|crew|shelf|seal|manner|strangers|remedies|archive|wiring|util|utils|helpers"
    "|manager|base"
)
ARCHAIC = re.compile(
    r"\b(for ever|unless told|told apart|so many|in one go|in its place|in their place"
    r"|cannot be meant|means nothing|as foreseen|lies? ahead|laid (?:over|beside|beneath)"
    r"|what to think|asks nobody|goes? on with|gone on with|does not serve|that serves"
    r"|is no fault|at the (?:most|least)|by what it is|as it came|of its own accord)\b",
    re.IGNORECASE,
)
"""Phrases that the documentation of pytest or Django would not use."""


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _public_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield public classes and functions, with the functions' parameters."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        yield node.lineno, node.name
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                yield one.lineno, one.arg


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield texts that the program can show: strings, and the docstrings of commands."""
    statements = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in statements:
                yield node.lineno, node.value
        elif isinstance(node, ast.FunctionDef) and any(
            "click.command" in ast.unparse(one) for one in node.decorator_list
        ):
            yield node.lineno, ast.get_docstring(node) or ""


def _phrases(text: str) -> list[str]:
    return ARCHAIC.findall(" ".join(text.split()))


def test_public_class_names_are_unique() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in _parse(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("room", sorted(path.name for path in PACKAGE.iterdir() if path.is_dir()))
def test_names_and_texts_of_a_room_are_plain(room: str) -> None:
    found = []
    for path in (one for one in MODULES if one.is_relative_to(PACKAGE / room)):
        tree, place = _parse(path), path.relative_to(ROOT)
        found += [
            f"{place}:{line}: {name}"
            for line, name in _public_names(tree)
            if BANNED_NAMES.fullmatch(name.lower())
        ]
        found += [
            f"{place}:{line}: {phrase}"
            for line, text in _strings(tree)
            for phrase in _phrases(text)
        ]
    assert found == []


def test_messages_are_plain() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in (PACKAGE / "messages").glob("*.json"))
    assert _phrases(texts) == []


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md"])
def test_pages_are_plain(page: str) -> None:
    assert _phrases(doc_pages.source(page)) == []
