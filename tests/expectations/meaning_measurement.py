"""What the kind `meaning` accepts of labelled pairs of a text and an answer.

`python tests/expectations/meaning_measurement.py` prints the table and writes it to
docs/meaning.md; with the argument `errors` it prints the pairs whose verdict differs from their
label.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.model import Message, Reply, Verdict, VerdictStatus
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import EvaluationContext
from coze_harness.yaml_source import read_yaml

PAIRS = Path(__file__).with_name("meaning_pairs.jsonl")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "meaning.md"
SETS = ("development", "held-out")
LANGUAGES = {"zh": "Chinese", "en": "English"}
FACTS = ("number", "unit", "date", "negation", "name", "other")
BEGIN, END = "<!-- measured: written by meaning_measurement.py -->\n", "<!-- end -->"


@dataclass(frozen=True)
class MeaningPair:
    """A text and an answer. `label`: same, wrong_fact or unrelated; `fact`: what is wrong."""

    set: str
    id: str
    label: str
    fact: str
    reference: str
    answer: str

    @property
    def language(self) -> str:
        return self.id[:2]


@cache
def pairs() -> tuple[MeaningPair, ...]:
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    return tuple(
        MeaningPair(
            row["set"],
            row["id"],
            row["label"],
            row.get("fact", ""),
            row["reference"],
            row["answer"],
        )
        for row in rows
    )


def judge_pair(pair: MeaningPair, **keys: object) -> Verdict:
    """Judge an answer by the text of its pair; `keys` are further keys of the kind's mapping."""
    expectation = meaning({"to": pair.reference, **keys})
    message = Message(id="1", role="assistant", type="answer", content=pair.answer)
    reply = Reply(
        chat_id="1", conversation_id="2", log_id="3", status="completed", messages=(message,)
    )
    return expectation.judge(EvaluationContext("", reply))


def meaning(keys: object) -> ExpectationKind:
    document = read_yaml(json.dumps({"meaning": keys}), "pairs.yaml", ScenarioError)
    return build_expectation(document.data, document.positions)


@cache
def is_accepted(pair: MeaningPair) -> bool:
    return judge_pair(pair).status is VerdictStatus.PASSED


def accuracy(of: Iterable[MeaningPair]) -> float:
    right = [is_accepted(pair) == (pair.label == "same") for pair in of]
    return sum(right) / len(right)


def table() -> str:
    """Return how many pairs of each label are accepted, in Markdown."""
    facts = " | ".join(FACTS)
    lines = [
        f"| set | texts | accuracy | same | {facts} | unrelated |",
        f"| --- |{' --- |' * (len(FACTS) + 4)}",
    ]
    for name in SETS:
        for language, heading in LANGUAGES.items():
            of = [pair for pair in pairs() if (pair.set, pair.language) == (name, language)]
            cells = [name, heading, f"{accuracy(of):.2f}", *_cells(of)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cells(of: list[MeaningPair]) -> Iterator[str]:
    groups = [("same", ""), *(("wrong_fact", fact) for fact in FACTS), ("unrelated", "")]
    for label, fact in groups:
        group = [pair for pair in of if (pair.label, pair.fact) == (label, fact)]
        yield f"{sum(map(is_accepted, group))} of {len(group)}" if group else "–"


def with_table() -> str:
    """Return the text of the page with its table measured again."""
    before, marker, rest = PAGE.read_text("utf-8").partition(BEGIN)
    assert marker
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


def main() -> None:
    if sys.argv[1:] == ["errors"]:
        for pair in pairs():
            if is_accepted(pair) != (pair.label == "same"):
                cells = (
                    pair.id,
                    pair.label,
                    pair.reference,
                    pair.answer,
                    str(judge_pair(pair).reason),
                )
                sys.stdout.write(f"{' | '.join(cells)}\n")
        return
    sys.stdout.write(table())
    PAGE.write_text(with_table(), "utf-8")


if __name__ == "__main__":
    main()
