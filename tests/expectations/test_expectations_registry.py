"""Kinds of other packages: how they are defined and registered, and what is rejected."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import coze_harness.expectations
import pytest
from coze_harness.expectations import (
    KINDS,
    ExpectationKind,
    ItemArgument,
    ItemContext,
    KindRegistry,
    item_schema,
    kind_schemas,
    register_kind,
)
from coze_harness.expectations import kind as kind_module
from coze_harness.expectations.parameter import choice, required_text
from coze_harness.messages import Catalogue
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from declaring import declare, judge, refusal
from warm_processes import PACKAGES

_WORD = required_text("word")
_PLACE = choice("place", ("anywhere", "first"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Says(ExpectationKind):
    kind = "says"
    summary = "The answer says a word."
    example = "says: {word: 好}"
    parameters = (_WORD, _PLACE)
    short_form = "word"

    word: str
    place: str

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        arguments = cls.read_arguments(argument)
        word, place = _WORD.read(arguments), _PLACE.read(arguments)
        return cls(**item.common, word=word, place=place)

    @property
    def expected(self) -> str:
        return f"says {self.word} {self.place}"

    def evaluate(self, context: EvaluationContext) -> Verdict:
        at = context.reply.answer.find(self.word)
        is_met = at == 0 or (at > 0 and self.place == "anywhere")
        if is_met:
            return self.passed(f"The answer says {self.word}.", self.word)
        return self.failed("The answer does not say it.", "")


@pytest.fixture
def says() -> Iterator[None]:
    """Register `says` for one test."""
    register_kind(Says)
    yield
    KINDS.unregister("says")


@pytest.mark.usefixtures("says")
def test_a_registered_kind_is_declared_and_judged_like_any_other() -> None:
    assert judge("says: 好", "你好").status.value == "passed"
    assert judge("says: {word: 好, place: first}", "你好").status.value == "failed"
    negated = judge("not: {says: 好}", "你好")
    assert negated.reason.id == "kind.not.failed"
    assert str(negated.expected) == "not: says 好 anywhere"
    assert Catalogue("zh").text(negated.expected) == "不应：says 好 anywhere"
    assert judge("says: 好\nname: greets\nweight: 2", "你好").weight == 2
    expectation = declare("any_of: [says: 好]")
    assert pickle.loads(pickle.dumps(expectation)) == expectation  # noqa: S301


@pytest.mark.usefixtures("says")
def test_a_registered_kind_is_in_schema_and_messages() -> None:
    assert kind_schemas()["says"] == {
        "description": "The answer says a word.",
        "type": ["string", "object"],
        "minLength": 1,
        "properties": {
            "word": {"type": "string", "minLength": 1},
            "place": {"enum": ["anywhere", "first"], "default": "anywhere"},
        },
        "required": ["word"],
        "additionalProperties": False,
    }
    assert '"says"' in str(item_schema()).replace("'", '"')
    assert 'Did you mean "says"?' in refusal("sayz: x")
    assert 'has no "word"' in refusal("says: {place: first}")
    assert 'Did you mean "place"?' in refusal("says: {word: a, plaec: first}")
    assert 'belongs inside "says"' in refusal("says: a\nplace: first")


def test_the_example_in_the_documentation_is_a_kind() -> None:
    text = inspect.cleandoc(ExpectationKind.__doc__ or "").partition("\n\nA kind that")[0]
    code = "\n".join(line for line in text.split("\n") if line.startswith("    "))
    names = {**vars(kind_module), **vars(coze_harness.expectations)}
    exec("from __future__ import annotations\n" + textwrap.dedent(code), names)  # noqa: S102
    try:
        assert judge("polite: [请, 您]", "请进").status.value == "passed"
        assert judge("polite: [请, 您]", "进来").status.value == "failed"
        assert declare("polite: [请, 您]").expected == "uses 请 or 您"
    finally:
        KINDS.unregister("polite")


@pytest.mark.parametrize("name", ["Two Words", "two-words", "weight", "ignore_case", "not"])
def test_a_name_that_is_not_free_is_rejected(name: str) -> None:
    registry = KindRegistry(*KINDS.values())
    other = type("Other", (Says,), {"kind": name})
    with pytest.raises(ValueError, match=name):
        registry.register(other)
    assert dict(registry) == dict(KINDS)


WITHOUT_PLUGINS = """
import sys
from coze_harness.expectations import build_expectation
from coze_harness.model.errors import ScenarioError
from coze_harness.yaml_source import read_yaml

def declare(item):
    document = read_yaml("- " + item, "a.yaml", ScenarioError)
    build_expectation(document.data[0], document.positions.below(0))

for item in ("学术助手", "I do not know.", "Rain", "{contains: a, severity: warning}",
             "any_of: [{not: 猫}, {length: {max: 5}}]"):
    declare(item)
print("importlib.metadata" in sys.modules)
declare('"Total: 12"')
print("importlib.metadata" in sys.modules)
"""


def test_what_is_installed_is_not_read_for_built_in_kinds_and_ordinary_texts() -> None:
    """Reading it takes 40 ms, a quarter of a small run."""
    command = [sys.executable, "-c", WITHOUT_PLUGINS]
    env = {"PYTHONPATH": PACKAGES}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_a_class_may_be_registered_again() -> None:
    registry = KindRegistry(Says)
    assert registry.register(Says) is Says
    assert list(registry) == ["says"]
