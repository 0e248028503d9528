"""Names that people bring from other tools, and what they are called here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOT_YET: Final = ("judge", "language", "python")
"""Kinds that are planned and that this version does not have."""

_CASELESS: Final = 'contains: {text: "…", ignore_case: true}'
_SEVERAL: Final = 'contains: {any: ["…", "…"]}'
_EVERY: Final = 'contains: {all: ["…", "…"]}'
_SIMILAR: Final = 'similar: {to: "…", at_least: 0.75}'
_FUNCTION: Final = "python: package.module:function"
_JUDGE: Final = 'judge: {rubric: "…", at_least: 0.7}'
_TOOL: Final = "tool_call: {name: …, arguments: {…}}"

HERE: Final[Mapping[str, str]] = {
    # text
    "icontains": _CASELESS,
    "contains-any": _SEVERAL,
    "contains-all": _EVERY,
    "contains-none": 'contains: {none: ["…", "…"]}',
    "icontains-any": 'contains: {any: ["…", "…"], ignore_case: true}',
    "icontains-all": 'contains: {all: ["…", "…"], ignore_case: true}',
    "includes": 'contains: "…"',
    "include": 'contains: "…"',
    "has": 'contains: "…"',
    "in": 'contains: "…"',
    "text": 'contains: "…"',
    "substring": 'contains: "…"',
    "keyword": 'contains: "…"',
    "keywords": _EVERY,
    "excludes": 'not: {contains: "…"}',
    "match": "regex: '…'",
    "matches": "regex: '…'",
    "search": "regex: '…'",
    "pattern": "regex: '…'",
    "regexp": "regex: '…'",
    "re": "regex: '…'",
    "equal": 'equals: "…"',
    "eq": 'equals: "…"',
    "exact": 'equals: "…"',
    "exact-match": 'equals: "…"',
    "is": 'equals: "…"',
    "iequals": 'equals: {text: "…", ignore_case: true}',
    "ne": 'not: {equals: "…"}',
    "not-equal": 'not: {equals: "…"}',
    "startswith": 'starts_with: "…"',
    "begins-with": 'starts_with: "…"',
    "prefix": 'starts_with: "…"',
    "endswith": 'ends_with: "…"',
    "suffix": 'ends_with: "…"',
    "word-count": "length: {max: …, unit: words}",
    "max-length": "length: {max: …}",
    "min-length": "length: {min: …}",
    "len": "length: {max: …}",
    # combinators
    "any": "any_of: [{…}, {…}] or, for texts, " + _SEVERAL,
    "or": "any_of: [{…}, {…}]",
    "one-of": "any_of: [{…}, {…}]",
    "all": "all_of: [{…}, {…}] or, for texts, " + _EVERY,
    "and": "all_of: [{…}, {…}]",
    "assert-set": "all_of: [{…}, {…}]",
    "none": 'contains: {none: ["…", "…"]} or not: {any_of: [{…}, {…}]}',
    "none-of": "not: {any_of: [{…}, {…}]}",
    "nor": "not: {any_of: [{…}, {…}]}",
    # shape
    "is-json": "json: true",
    "contains-json": "json: true",
    "is-valid-json": "json: true",
    "tool-calls": _TOOL,
    "function-call": _TOOL,
    "is-valid-function-call": _TOOL,
    "is-valid-openai-function-call": _TOOL,
    "is-valid-openai-tools-call": _TOOL,
    "tool-call-f1": _TOOL,
    "message-type": "messages: {answer: 1}",
    "follow-up": "follow_ups: 3",
    "suggestions": "follow_ups: 3",
    "reasoning-content": 'reasoning: {contains: "…"}',
    "thinking": 'reasoning: {contains: "…"}',
    # closeness
    "levenshtein": _SIMILAR,
    "similarity": _SIMILAR,
    "fuzzy": _SIMILAR,
    "closest-to": _SIMILAR,
    "semantic-similarity": _SIMILAR,
    "cosine": _SIMILAR,
    "approx": _SIMILAR,
    "rouge-n": 'similar: {to: "…", metric: token_set}',
    "rouge-l": 'similar: {to: "…", metric: ratio}',
    "bleu": 'similar: {to: "…", metric: token_set}',
    "gleu": 'similar: {to: "…", metric: token_set}',
    "meteor": 'similar: {to: "…", metric: token_set}',
    "snapshot": "same_as_baseline: true",
    # cost and state
    "cost": "tokens: {max: …} (Coze counts tokens, not money)",
    "max-tokens": "tokens: {max: …}",
    "max-seconds": "latency: {max: …}",
    "seconds": "latency: {max: …}",
    "duration": "latency: {max: …}",
    "timeout": "latency: {max: …}",
    "response-time": "latency: {max: …}",
    "time-to-first-token": "first_token: {max: …}",
    "ttft": "first_token: {max: …}",
    "finish-reason": "status: completed",
    "state": "status: completed",
    # judgement and own code
    "llm-rubric": _JUDGE,
    "rubric": _JUDGE,
    "g-eval": _JUDGE,
    "factuality": _JUDGE,
    "answer-relevance": _JUDGE,
    "is-refusal": _JUDGE,
    "moderation": _JUDGE,
    "classifier": _JUDGE,
    "pi": _JUDGE,
    "javascript": _FUNCTION,
    "ruby": _FUNCTION,
    "webhook": _FUNCTION,
    "function": _FUNCTION,
    "callable": _FUNCTION,
    "is-language": "language: zh",
    "lang": "language: zh",
}
"""Foreign name (with hyphens) to how it is written here."""

_JUDGED_PREFIXES: Final = ("model-graded", "context-", "conversation-", "search-rubric", "agent-")


def native_spelling(name: str, kinds: frozenset[str]) -> str:
    """Return how a foreign name is written here, or empty text when we do not know it.

    `not-` before a name, known here or foreign, is promptfoo's way to negate it.
    """
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    own = plain.replace("-", "_")
    if own in kinds and own != name:
        return f"{own}: …"
    if found := HERE.get(plain):
        return found
    if plain.startswith(_JUDGED_PREFIXES):
        return _JUDGE
    if plain.startswith("similar:"):
        return _SIMILAR
    if plain.startswith("not-"):
        rest = plain.removeprefix("not-")
        inner = f"{rest.replace('-', '_')}: …" if rest.replace("-", "_") in kinds else ""
        inner = inner or native_spelling(rest, kinds)
        return f"not: {{{inner}}}" if inner else ""
    return ""


def native_kind(written: str) -> str:
    """Return the kind that a way of writing begins with."""
    return written.partition(":")[0]
