"""Precision and recall of changed facts on labelled pairs of answers.

`python tests/text/facts/fact_measurement.py` prints the table and writes it to docs/facts.md;
with the argument `errors` it prints the pairs of the development set whose result differs.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coze_harness.text.facts import FactKind, compare_facts

PAIRS = Path(__file__).with_name("pairs.jsonl")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "facts.md"
SETS = ("development", "held-out")
LANGUAGES = {"zh": "Chinese", "en": "English", "mixed": "across languages"}
BEGIN, END = "<!-- measured: written by fact_measurement.py -->\n", "<!-- end -->"


@dataclass(frozen=True)
class Pair:
    """Two answers, and what a reviewer says that changed."""

    set: str
    language: str
    before: str
    after: str
    changes: frozenset[str]


@dataclass
class Count:
    """How often a change was detected and expected."""

    both: int = 0
    detected: int = 0
    expected: int = 0

    @property
    def precision(self) -> float:
        return self.both / self.detected if self.detected else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.expected if self.expected else 1.0


@cache
def pairs() -> tuple[Pair, ...]:
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    return tuple(
        Pair(row["set"], row["language"], row["before"], row["after"], frozenset(row["changes"]))
        for row in rows
    )


@cache
def detect_kinds(pair: Pair) -> frozenset[str]:
    return frozenset(kind.value for kind in compare_facts(pair.before, pair.after).kinds)


def count(chosen: Iterable[Pair]) -> dict[str, Count]:
    """Return the counts by kind; `none` counts the pairs without changes."""
    counts: dict[str, Count] = defaultdict(Count)
    for pair in chosen:
        kinds = detect_kinds(pair)
        for kind in (*FactKind, "none"):
            is_detected = kind in kinds or (kind == "none" and not kinds)
            is_expected = kind in pair.changes or (kind == "none" and not pair.changes)
            counts[kind].both += is_detected and is_expected
            counts[kind].detected += is_detected
            counts[kind].expected += is_expected
    return counts


def table() -> str:
    """Return the measured values in Markdown."""
    lines = [
        "| set | texts | pairs | number | unit | date | negation | name | unchanged |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in SETS:
        for language, title in (*LANGUAGES.items(), ("", "all")):
            chosen = [
                pair for pair in pairs() if pair.set == name and language in ("", pair.language)
            ]
            counts = count(chosen)
            cells = [
                f"{counts[kind].precision:.2f} / {counts[kind].recall:.2f} "
                f"({counts[kind].expected})"
                for kind in FactKind
            ]
            none = counts["none"]
            cells.append(f"{none.both} of {none.expected}")
            lines.append(f"| {name} | {title} | {len(chosen)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def with_table() -> str:
    """Return the text of docs/facts.md with its table written again."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


def errors() -> str:
    lines = []
    for pair in pairs():
        kinds = detect_kinds(pair)
        if pair.set == "development" and kinds != pair.changes:
            lines.append(f"expected {sorted(pair.changes)}, found {sorted(kinds)}")
            lines += [f"  {pair.before!r}", f"  {pair.after!r}"]
    return "\n".join(lines)


if __name__ == "__main__":
    if "errors" in sys.argv:
        sys.stdout.write(errors() + "\n")
    else:
        PAGE.write_text(with_table(), "utf-8")
        sys.stdout.write(table())
