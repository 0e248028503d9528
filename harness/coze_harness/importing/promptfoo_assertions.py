"""promptfoo's assertions as items of `expect:`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from coze_harness.expectations import KINDS
from coze_harness.expectations.foreign_kind_names import native_spelling
from coze_harness.importing.imported_scenario import NotImportableError
from coze_harness.importing.simple_conditions import javascript_condition, python_condition
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.yaml_source import read_yaml

_COMBINATORS: Final = ("not", "any_of", "all_of", "some_of", "of")
_MAX_DEPTH: Final = 10
_GAP: Final = "…"

RED_TEAM: Final = "promptfoo:redteam:"
"""The beginning of the types that promptfoo's red team generates."""

# Each has a spelling in `foreign_kind_names` that expects the same, or is a kind of that name.
_SAME: Final = frozenset(
    {
        "contains", "contains-all", "contains-any", "ends-with", "equals", "icontains",
        "icontains-all", "icontains-any", "regex", "starts-with",
    }
)  # fmt: skip
_WHITE_SPACE_IGNORED: Final = _SAME - {"equals", "regex", "starts-with", "ends-with"} | {"is-json"}
_OF_JUDGE: Final = MappingProxyType(
    {
        "llm-rubric": "Is this true of the answer? {}",
        "model-graded-closedqa": "Does the answer meet this criterion? {}",
        "factuality": "Does the answer agree with these facts? {}",
        "model-graded-factuality": "Does the answer agree with these facts? {}",
        "answer-relevance": "Is the answer relevant to the prompt?",
    }
)
"""Questions to the judge: a text for a model, in the language of promptfoo's own prompts."""

_REASONS: Final = MappingProxyType(
    {
        **dict.fromkeys(("cost", "perplexity", "perplexity-score"), "import.reason.not_recorded"),
        **dict.fromkeys(("select-best", "max-score"), "import.reason.several_answers"),
        **dict.fromkeys(("moderation", "guardrails", "classifier"), "import.reason.service"),
        **dict.fromkeys(("webhook",), "import.reason.service"),
        **dict.fromkeys(
            (
                "is-valid-function-call",
                "is-valid-openai-function-call",
                "is-valid-openai-tools-call",
                "tool-call-f1",
            ),
            "import.reason.tool_schema",
        ),
        **dict.fromkeys(
            ("context-recall", "context-relevance", "context-faithfulness"),
            "import.reason.retrieval",
        ),
    }
)


class ConvertedAssertion(Struct, frozen=True):
    """An item of `expect:`; `note` says in what it differs from the assertion, if it does."""

    item: JSON
    note: LocalizedText | None = None


class ForeignAssertion(Struct, frozen=True):
    """An assertion as promptfoo has it, with files read and references followed.

    `value` is data; a scalar is text as it is written.
    """

    type: str
    value: JSON = None
    threshold: float | None = None
    weight: float | None = None
    metric: str = ""
    transform: str = ""
    children: tuple[ForeignAssertion, ...] = ()


def convert_assertion(one: ForeignAssertion) -> ConvertedAssertion:
    """Return the item for an assertion, its weight and its metric's name included.

    Raises:
        NotImportableError: there is none.
    """
    converted = _converted(one, 0)
    item = converted.item
    if isinstance(item, dict):
        if one.metric:
            item = {**item, "name": one.metric}
        if one.weight == 0:
            # promptfoo counts it for nothing: it cannot fail the test.
            item = {**item, "severity": "warning"}
        elif one.weight is not None and one.weight != 1:
            item = {**item, "weight": one.weight}
    return ConvertedAssertion(item, converted.note)


def _converted(one: ForeignAssertion, depth: int) -> ConvertedAssertion:
    name = one.type.removeprefix("not-")
    if one.transform and not (one.transform == "output.trim()" and name in _WHITE_SPACE_IGNORED):
        raise NotImportableError(message("import.reason.transform"))
    is_negated = name != one.type
    if name.startswith("similar:"):
        name = "similar"
    if name == "assert-set":
        converted = _assertion_set(one, depth)
    elif convert := _SPECIAL.get(name):
        converted = convert(one)
    elif name in _SAME:
        converted = ConvertedAssertion(_filled(name, one))
    elif name in _OF_JUDGE or name in ("g-eval", "pi"):
        converted = _of_judge(name, one)
    else:
        raise NotImportableError(_reason(name))
    if is_negated:
        return ConvertedAssertion({"not": converted.item}, converted.note)
    return converted


def _reason(name: str) -> LocalizedText:
    if name in _REASONS:
        return message(_REASONS[name])
    if name.startswith(RED_TEAM):
        return message("import.reason.redteam")
    if here := native_spelling(name, KINDS):
        return message("import.reason.unlike", nearest=here)
    return message("import.reason.unknown", type=name)


def _filled(name: str, one: ForeignAssertion) -> JSON:
    """Return the spelling of a foreign name with the assertion's value in its gaps."""
    spelling = native_spelling(name, KINDS) or f"{name.replace('-', '_')}: {_GAP}"
    spelled = read_yaml(spelling, name, ScenarioError).data
    return _with_value(spelled, one)


def _with_value(spelled: JSON, one: ForeignAssertion) -> JSON:
    if spelled == _GAP:
        return _text(one.value)
    if spelled == [_GAP, _GAP]:
        return _texts(one.value)
    if isinstance(spelled, dict):
        return {key: _with_value(inner, one) for key, inner in spelled.items()}
    return spelled


def _text(value: JSON) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str) or not value:
        raise NotImportableError(message("import.reason.value"))
    return value


def _texts(value: JSON) -> list[JSON]:
    """Return a list of texts; promptfoo also takes one text with commas."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list) or not value:
        raise NotImportableError(message("import.reason.value"))
    return [_text(one) for one in value]


def _equal(one: ForeignAssertion) -> ConvertedAssertion:
    if isinstance(one.value, dict | list):
        return ConvertedAssertion({"json": {"schema": {"const": one.value}}})
    if not isinstance(one.value, str):
        raise NotImportableError(message("import.reason.value"))
    return ConvertedAssertion({"equals": one.value})


def _regex(one: ForeignAssertion) -> ConvertedAssertion:
    # JavaScript has named groups without the P, and \d for ASCII only.
    pattern = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", _text(one.value))
    return ConvertedAssertion({"regex": pattern})


def _json(one: ForeignAssertion, *, fenced: bool) -> ConvertedAssertion:
    value = one.value
    if isinstance(value, str) and value.strip():
        value = read_yaml(value, one.type, ScenarioError).data
    keys: dict[str, JSON] = {"fenced": True} if fenced else {}
    if isinstance(value, dict):
        keys["schema"] = value
    elif value not in (None, ""):
        raise NotImportableError(message("import.reason.value"))
    return ConvertedAssertion({"json": keys or True})


def _latency(one: ForeignAssertion) -> ConvertedAssertion:
    if one.threshold is None or one.threshold < 0:
        raise NotImportableError(message("import.reason.threshold"))
    seconds = one.threshold / 1000
    return ConvertedAssertion({"latency": {"max": int(seconds) if seconds % 1 == 0 else seconds}})


def _word_count(one: ForeignAssertion) -> ConvertedAssertion:
    if isinstance(one.value, str) and one.value.isdecimal():
        limits: dict[str, JSON] = {"min": int(one.value), "max": int(one.value)}
    elif isinstance(one.value, dict) and one.value.keys() <= {"min", "max"}:
        limits = dict(one.value)
    else:
        raise NotImportableError(message("import.reason.value"))
    return ConvertedAssertion({"length": {**limits, "unit": "words"}})


def _levenshtein(one: ForeignAssertion) -> ConvertedAssertion:
    text = _text(one.value)
    edits = 5 if one.threshold is None else one.threshold
    least = max(math.floor((1 - edits / max(len(text), 1)) * 100) / 100, 0.01)
    return ConvertedAssertion(
        {"similar": {"to": text, "at_least": least}}, message("import.note.levenshtein")
    )


def _of_metric(metric: str) -> Callable[[ForeignAssertion], ConvertedAssertion]:
    default = 0.5 if metric == "bleu" else 0.75

    def convert(one: ForeignAssertion) -> ConvertedAssertion:
        least = default if one.threshold is None else one.threshold
        item: JSON = {"similar": {"to": _text(one.value), "metric": metric, "at_least": least}}
        return ConvertedAssertion(item, message("import.note.metric", metric=metric))

    return convert


def _meaning(one: ForeignAssertion) -> ConvertedAssertion:
    # A threshold is one of promptfoo's model: ours has its own default.
    if isinstance(one.value, list):
        items: list[JSON] = [{"meaning": text} for text in _texts(one.value)]
        return ConvertedAssertion({"any_of": items}, message("import.note.meaning"))
    return ConvertedAssertion({"meaning": _text(one.value)}, message("import.note.meaning"))


def _refusal(_one: ForeignAssertion) -> ConvertedAssertion:
    return ConvertedAssertion({"refusal": True})


def _of_judge(name: str, one: ForeignAssertion) -> ConvertedAssertion:
    note = message("import.note.judge")
    value = one.value
    if isinstance(value, list):
        value = "\n".join(str(text) for text in _texts(value))
    if name in _OF_JUDGE and one.threshold is None:
        question = _OF_JUDGE[name]
        if "{}" in question:
            question = question.format(_text(value))
        return ConvertedAssertion({"judge": {"question": question}}, note)
    text = "The answer is relevant to the prompt." if name == "answer-relevance" else _text(value)
    least = 0.7 if one.threshold is None else one.threshold
    return ConvertedAssertion({"judge": {"rubric": text, "at_least": least}}, note)


def _code(one: ForeignAssertion) -> ConvertedAssertion:
    if one.threshold is not None:
        raise NotImportableError(message("import.reason.code"))
    read = python_condition if one.type.removeprefix("not-") == "python" else javascript_condition
    return ConvertedAssertion(read(_text(one.value)))


def _assertion_set(one: ForeignAssertion, depth: int) -> ConvertedAssertion:
    if depth >= _MAX_DEPTH or not one.children:
        raise NotImportableError(message("import.reason.value"))
    converted = [_converted(child, depth + 1) for child in one.children]
    items: list[JSON] = [
        _named(c.item, a.metric) for c, a in zip(converted, one.children, strict=True)
    ]
    notes = [inner.note for inner in converted if inner.note]
    weights = {1.0 if child.weight is None else child.weight for child in one.children}
    if len(weights) > 1:
        raise NotImportableError(message("import.reason.set_weights"))
    note = notes[0] if notes else None
    if one.threshold is None or one.threshold >= 1:
        return ConvertedAssertion({"all_of": items}, note)
    least = max(math.ceil(one.threshold * len(items) - 1e-9), 1)
    return ConvertedAssertion({"some_of": {"at_least": least, "of": items}}, note)


def _named(item: JSON, metric: str) -> JSON:
    return {**item, "name": metric} if metric and isinstance(item, dict) else item


_SPECIAL: Final[Mapping[str, Callable[[ForeignAssertion], ConvertedAssertion]]] = MappingProxyType(
    {
        "equals": _equal,
        "regex": _regex,
        "is-json": lambda one: _json(one, fenced=False),
        "contains-json": lambda one: _json(one, fenced=True),
        "latency": _latency,
        "word-count": _word_count,
        "levenshtein": _levenshtein,
        "rouge-n": _of_metric("rouge_l"),
        "bleu": _of_metric("bleu"),
        "similar": _meaning,
        "is-refusal": _refusal,
        "javascript": _code,
        "python": _code,
    }
)


def has_kind(item: JSON, kind: str) -> bool:
    """Return whether an item of `expect:` is of a kind, or has one inside its combinators."""
    if isinstance(item, dict):
        return kind in item or any(has_kind(item.get(one), kind) for one in _COMBINATORS)
    return isinstance(item, list) and any(has_kind(one, kind) for one in item)


def assertion_from_text(text: str) -> ForeignAssertion:
    """Return the assertion that a cell of a column `__expected` declares.

    `type:value`, `type(threshold):value`, `not-type:value`, or a plain text, which is `equals`.
    """
    text = text.strip()
    for prefix, name in _PREFIXES:
        if text.startswith(prefix):
            return ForeignAssertion(name, text.removeprefix(prefix).strip())
    match = _CELL.fullmatch(text)
    if match is None or match["name"].removeprefix("not-") not in _TYPES:
        return ForeignAssertion("equals", text)
    threshold = float(match["threshold"]) if match["threshold"] else None
    value = match["value"]
    return ForeignAssertion(match["name"], value.strip() if value else None, threshold)


_PREFIXES: Final[Sequence[tuple[str, str]]] = (
    ("javascript:", "javascript"), ("fn:", "javascript"), ("eval:", "javascript"),
    ("python:", "python"), ("grade:", "llm-rubric"), ("llm-rubric:", "llm-rubric"),
)  # fmt: skip
_CELL: Final = re.compile(
    r"(?P<name>[a-z][a-z-]*)(?:\((?P<threshold>\d+(?:\.\d+)?)\))?(?::(?P<value>.*))?", re.DOTALL
)
_TYPES: Final = frozenset(
    (
        *_SAME, *_SPECIAL, *_OF_JUDGE, *_REASONS, "g-eval", "pi", "gleu", "meteor",
        *(f"{verb}-{form}" for verb in ("is", "contains") for form in ("html", "sql", "xml")),
    )
)  # fmt: skip
"""What a cell can begin with; a text with any other word before its colon is a text."""
