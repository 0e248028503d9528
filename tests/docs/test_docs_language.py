"""What `codespell` cannot check: names in the package, and phrases in texts for users."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import doc_pages
import pytest
from doc_pages import PAGES, ROOT

PACKAGE = ROOT / "harness/coze_harness"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "assets" not in path.parts]
# Metaphors and drawers for everything: banned as names of what other modules use.
BANNED_NAMES = re.compile(
    "desk|studio|tape|crew|shelf|seal|manner|strangers|remedies|archive|wiring|util|utils|helpers"
    "|manager|base"
)
# Such a name says how a value came about, not what it is: banned everywhere.
PARTICIPLES = re.compile(
    "told|tells|held|asked|placed|given|found|opened|planned|wanted|seen|said|heard|spoken|meant"
    "|kept|made|taken|drawn|shown|looked|laid|put|got|gone|grown|begun|ended|served|hurried|listed"
    "|named|written|printed|answered|replied|offered|posted|polled|cleaned|planted|watched|viewed"
    "|scored|turned|padded|zipped|spoilt|foreseen|beside|ahead|there|here|glance"
)
# A function does something (`record_trial`, not `recorded`). Kinds of a user's own return
# `self.passed(…)`, `self.failed(…)` or `self.skipped(…)`.
PARTICIPLE_OF_FUNCTION = re.compile(
    "(?!(seed|feed|need|embed|exceed|proceed|succeed|passed|failed|skipped)$)[a-z]+ed"
)
ARCHAIC = re.compile(
    r"\b(for ever|unless told|told apart|so many|in one go|in its place|in their place"
    r"|cannot be meant|means nothing|as foreseen|lies? ahead|laid (?:over|beside|beneath)"
    r"|what to think|asks nobody|goes? on with|gone on with|does not serve|that serves"
    r"|is no fault|at the (?:most|least)|by what it is|as it came|of its own accord)\b",
    re.IGNORECASE,
)
"""Phrases that the documentation of pytest or Django would not use."""


@cache
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


def _bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield classes, functions, parameters, variables and attributes where they get a value."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


def _functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node):
            yield node.lineno, node.name


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(one) for one in node.decorator_list)


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


@pytest.mark.parametrize("folder", ["harness/coze_harness", "benchmarks", "tests"])
def test_names_say_what_they_are(folder: str) -> None:
    names = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "assets" in path.parts:
            continue
        tree = _parse(path)
        for bound, banned in (
            (_bound_names(tree), PARTICIPLES),
            (_functions(tree), PARTICIPLE_OF_FUNCTION),
            (_public_names(tree) if folder != "tests" else (), BANNED_NAMES),
        ):
            names += [
                f"{path.relative_to(ROOT)}:{line}: {name}"
                for line, name in bound
                if banned.fullmatch(name.strip("_").lower())
            ]
    assert names == []


def test_texts_of_the_package_are_plain() -> None:
    phrases = [
        f"{path.relative_to(ROOT)}:{line}: {phrase}"
        for path in MODULES
        for line, text in _strings(_parse(path))
        for phrase in _phrases(text)
    ]
    assert phrases == []


def test_messages_are_plain() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in (PACKAGE / "messages").glob("*.json"))
    assert _phrases(texts) == []


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md"])
def test_pages_are_plain(page: str) -> None:
    assert _phrases(doc_pages.source(page)) == []
