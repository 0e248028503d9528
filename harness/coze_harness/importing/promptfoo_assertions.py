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
        **dict.fromkeys(
            ("moderation", "guardrails", "classifier", "webhook"), "import.reason.service"
        ),
        **dict.fromkeys(
            ("is-valid-function-call", "is-valid-openai-function-call",
             "is-valid-openai-tools-call", "tool-call-f1"),
            "import.reason.tool_schema",
        ),
        **dict.fromkeys(
            ("context-recall", "context-relevance", "context-faithfulness"),
            "import.reason.retrieval",
        ),
    }
)  # fmt: skip


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


def convert_assertion(one: ForeignAssertion, *, has_judge: bool = True) -> ConvertedAssertion:
    """Return the item for an assertion, its weight and its metric's name included.

    Raises:
        NotImportableError: there is none, or it needs a judge and the project has none.
    """
    item = _with_name(_item(one), one.metric)
    if not has_judge and _has_kind(item, "judge"):
        raise NotImportableError(message("import.reason.no_judge"))
    if isinstance(item, dict):
        if one.weight == 0:
            # promptfoo counts it for nothing: it cannot fail the test.
            item = {**item, "severity": "warning"}
        elif one.weight is not None and one.weight != 1:
            item = {**item, "weight": one.weight}
    return ConvertedAssertion(item, _note(one))


def _base_type(one: ForeignAssertion) -> str:
    name = one.type.removeprefix("not-")
    return "similar" if name.startswith("similar:") else name


def _item(one: ForeignAssertion) -> JSON:
    name = _base_type(one)
    if one.transform and not (one.transform == "output.trim()" and name in _WHITE_SPACE_IGNORED):
        raise NotImportableError(message("import.reason.transform"))
    if name not in _CONVERTERS:
        raise NotImportableError(_reason(name))
    item = _CONVERTERS[name](one)
    return {"not": item} if one.type.startswith("not-") else item


def _note(one: ForeignAssertion) -> LocalizedText | None:
    """Return in what the item differs; of a set, the first difference."""
    name = _base_type(one)
    if name == "assert-set":
        return next(filter(None, map(_note, one.children)), None)
    return _NOTES.get(name)


def _reason(name: str) -> LocalizedText:
    if name in _REASONS:
        return message(_REASONS[name])
    if name.startswith(RED_TEAM):
        return message("import.reason.redteam")
    if nearest := native_spelling(name, KINDS):
        return message("import.reason.unlike", nearest=nearest)
    return message("import.reason.unknown", type=name)


def _fill_spelling(one: ForeignAssertion) -> JSON:
    """Return the spelling of a foreign name with the assertion's value in its gaps."""
    name = _base_type(one)
    spelling = native_spelling(name, KINDS) or f"{name.replace('-', '_')}: {_GAP}"
    return _with_value(read_yaml(spelling, name, ScenarioError).data, one)


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


def _equal(one: ForeignAssertion) -> JSON:
    if isinstance(one.value, dict | list):
        return {"json": {"schema": {"const": one.value}}}
    if not isinstance(one.value, str):
        raise NotImportableError(message("import.reason.value"))
    return {"equals": one.value}


def _regex(one: ForeignAssertion) -> JSON:
    # JavaScript has named groups without the P, and \d for ASCII only.
    return {"regex": re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", _text(one.value))}


def _json(one: ForeignAssertion) -> JSON:
    value = one.value
    if isinstance(value, str) and value.strip():
        value = read_yaml(value, one.type, ScenarioError).data
    keys: dict[str, JSON] = {"fenced": True} if _base_type(one) == "contains-json" else {}
    if isinstance(value, dict):
        keys["schema"] = value
    elif value not in (None, ""):
        raise NotImportableError(message("import.reason.value"))
    return {"json": keys or True}


def _latency(one: ForeignAssertion) -> JSON:
    if one.threshold is None or one.threshold < 0:
        raise NotImportableError(message("import.reason.threshold"))
    seconds = one.threshold / 1000
    return {"latency": {"max": int(seconds) if seconds % 1 == 0 else seconds}}


def _word_count(one: ForeignAssertion) -> JSON:
    if isinstance(one.value, str) and one.value.isdecimal():
        limits: dict[str, JSON] = {"min": int(one.value), "max": int(one.value)}
    elif isinstance(one.value, dict) and one.value.keys() <= {"min", "max"}:
        limits = dict(one.value)
    else:
        raise NotImportableError(message("import.reason.value"))
    return {"length": {**limits, "unit": "words"}}


def _levenshtein(one: ForeignAssertion) -> JSON:
    text = _text(one.value)
    edits = 5 if one.threshold is None else one.threshold
    least = max(math.floor((1 - edits / max(len(text), 1)) * 100) / 100, 0.01)
    return {"similar": {"to": text, "at_least": least}}


def _similar(one: ForeignAssertion, metric: str, default: float) -> JSON:
    least = default if one.threshold is None else one.threshold
    return {"similar": {"to": _text(one.value), "metric": metric, "at_least": least}}


def _meaning(one: ForeignAssertion) -> JSON:
    # A threshold is one of promptfoo's model: ours has its own default.
    if isinstance(one.value, list):
        return {"any_of": [{"meaning": text} for text in _texts(one.value)]}
    return {"meaning": _text(one.value)}


def _judge(one: ForeignAssertion) -> JSON:
    name, value = _base_type(one), one.value
    if isinstance(value, list):
        value = "\n".join(str(text) for text in _texts(value))
    if name in _OF_JUDGE and one.threshold is None:
        question = _OF_JUDGE[name]
        if "{}" in question:
            question = question.format(_text(value))
        return {"judge": {"question": question}}
    text = "The answer is relevant to the prompt." if name == "answer-relevance" else _text(value)
    least = 0.7 if one.threshold is None else one.threshold
    return {"judge": {"rubric": text, "at_least": least}}


def _code(one: ForeignAssertion) -> JSON:
    if one.threshold is not None:
        raise NotImportableError(message("import.reason.code"))
    read = python_condition if _base_type(one) == "python" else javascript_condition
    return read(_text(one.value))


def _assertion_set(one: ForeignAssertion) -> JSON:
    if not one.children:
        raise NotImportableError(message("import.reason.value"))
    items: list[JSON] = [_with_name(_item(child), child.metric) for child in one.children]
    if len({1.0 if child.weight is None else child.weight for child in one.children}) > 1:
        raise NotImportableError(message("import.reason.set_weights"))
    if one.threshold is None or one.threshold >= 1:
        return {"all_of": items}
    least = max(math.ceil(one.threshold * len(items) - 1e-9), 1)
    return {"some_of": {"at_least": least, "of": items}}


def _with_name(item: JSON, metric: str) -> JSON:
    return {**item, "name": metric} if metric and isinstance(item, dict) else item


_JUDGED: Final = (*_OF_JUDGE, "g-eval", "pi")
_CONVERTERS: Final[Mapping[str, Callable[[ForeignAssertion], JSON]]] = MappingProxyType(
    {
        **dict.fromkeys(_SAME, _fill_spelling),
        **dict.fromkeys(_JUDGED, _judge),
        "assert-set": _assertion_set,
        "equals": _equal,
        "regex": _regex,
        "is-json": _json,
        "contains-json": _json,
        "latency": _latency,
        "word-count": _word_count,
        "levenshtein": _levenshtein,
        "rouge-n": lambda one: _similar(one, "rouge_l", 0.75),
        "bleu": lambda one: _similar(one, "bleu", 0.5),
        "similar": _meaning,
        "is-refusal": lambda _one: {"refusal": True},
        "javascript": _code,
        "python": _code,
    }
)
_NOTES: Final[Mapping[str, LocalizedText]] = MappingProxyType(
    {
        **dict.fromkeys(_JUDGED, message("import.note.judge")),
        "levenshtein": message("import.note.levenshtein"),
        "rouge-n": message("import.note.metric", metric="rouge_l"),
        "bleu": message("import.note.metric", metric="bleu"),
        "similar": message("import.note.meaning"),
    }
)


def _has_kind(item: JSON, kind: str) -> bool:
    """Return whether an item of `expect:` is of a kind, or has one inside its combinators."""
    if isinstance(item, dict):
        return kind in item or any(_has_kind(item.get(one), kind) for one in _COMBINATORS)
    return isinstance(item, list) and any(_has_kind(one, kind) for one in item)


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
        *_CONVERTERS.keys() - {"assert-set"}, *_REASONS, "gleu", "meteor",
        *(f"{verb}-{form}" for verb in ("is", "contains") for form in ("html", "sql", "xml")),
    )
)  # fmt: skip
"""What a cell can begin with; a text with any other word before its colon is a text."""
