"""Names that people bring from other tools, and how they are written here."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

_JUDGE: Final = 'judge: {rubric: "…", at_least: 0.7}'
_QUESTION: Final = 'judge: {question: "…"}'
_SIMILAR: Final = 'similar: {to: "…", at_least: 0.75}'

_SPELLINGS: Final = {
    # text
    'contains: {text: "…", ignore_case: true}': "icontains",
    'contains: {any: ["…", "…"]}': "contains-any",
    'contains: {all: ["…", "…"]}': "contains-all keywords",
    'contains: {none: ["…", "…"]}': "contains-none",
    'contains: {any: ["…", "…"], ignore_case: true}': "icontains-any",
    'contains: {all: ["…", "…"], ignore_case: true}': "icontains-all",
    'contains: "…"': "includes include has in text substring keyword",
    'not: {contains: "…"}': "excludes",
    "regex: '…'": (
        "match matches search pattern regexp re contains-html is-html contains-sql is-sql "
        "contains-xml is-xml"
    ),
    'equals: "…"': "equal eq exact exact-match is",
    'equals: {text: "…", ignore_case: true}': "iequals",
    'not: {equals: "…"}': "ne not-equal",
    'starts_with: "…"': "startswith begins-with prefix",
    'ends_with: "…"': "endswith suffix",
    "length: {max: …, unit: words}": "word-count",
    "length: {max: …}": "max-length len",
    "length: {min: …}": "min-length",
    # combinators
    'any_of: ["…", {…}]': "any or",
    'all_of: ["…", {…}]': "all and assert-set",
    'not: {any_of: ["…", {…}]}': "none none-of nor",
    # the reply
    "json: true": "is-json is-valid-json",
    "json: {fenced: true}": "contains-json",
    "json: {schema: {…}}": "json-schema jsonschema matches-schema",
    "tool_call: {name: …, arguments: {…}}": (
        "tool-calls function-call is-valid-function-call is-valid-openai-function-call "
        "is-valid-openai-tools-call tool-call-f1"
    ),
    "messages: {answer: 1}": "message-type",
    "follow_ups: 3": "follow-up suggestions",
    'reasoning: {contains: "…"}': "reasoning-content thinking",
    "status: completed": "finish-reason state",
    # similarity
    _SIMILAR: "levenshtein similarity fuzzy closest-to approx",
    'meaning: "…"': "semantic-similarity cosine embedding paraphrase",
    'similar: {to: "…", metric: rouge_l}': "rouge-l rouge-n rouge",
    'similar: {to: "…", metric: bleu}': "bleu gleu sacrebleu",
    'similar: {to: "…", metric: chrf}': "chrf meteor",
    "same_as_baseline: true": "snapshot",
    # cost
    "tokens: {max: …}": "cost max-tokens",
    "latency: {max: …}": "max-seconds seconds duration timeout response-time",
    "first_token: {max: …}": "time-to-first-token ttft",
    # judgement and own code
    _JUDGE: "llm-rubric rubric g-eval answer-relevance pi",
    _QUESTION: (
        "factuality moderation classifier model-graded-closedqa model-graded-factuality closed-qa"
    ),
    'judge: {better_than: baseline, criteria: "…"}': "select-best pairwise better-than",
    "python: package.module:function": "javascript ruby webhook function callable",
    "language: zh": "is-language lang",
    "refusal: true": "is-refusal refuses",
}
"""How something is written here, and its names (with hyphens) elsewhere."""

_BY_NAME: Final = {
    name: spelling for spelling, names in _SPELLINGS.items() for name in names.split()
}
_JUDGE_PREFIXES: Final = ("model-graded", "context-", "conversation-", "search-rubric", "agent-")


_UNMISTAKABLE_PREFIXES: Final = (
    "is-", "contains-", "icontains", "iequals", "starts", "ends", "begins-", "llm-", "g-eval",
    "model-graded", "rouge-", "tool-call-f1",
)  # fmt: skip


def unmistakable_names() -> tuple[str, ...]:
    """Return the foreign names that are no words of ordinary texts, such as `is-json`."""
    return tuple(name for name in _BY_NAME if name.startswith(_UNMISTAKABLE_PREFIXES))


def native_spelling(name: str, kinds: Container[str]) -> str:
    """Return how a foreign name is written here; empty text when it is unknown.

    `not-` before a name, known here or foreign, is promptfoo's way to negate it.
    """
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    own = plain.replace("-", "_")
    if own in kinds and own != name:
        return f"{own}: …"
    if spelling := _BY_NAME.get(plain):
        return spelling
    if plain.startswith(_JUDGE_PREFIXES):
        return _JUDGE
    if plain.startswith("similar:"):
        return 'meaning: "…"'
    if plain.startswith("not-"):
        rest = plain.removeprefix("not-")
        own = rest.replace("-", "_")
        operand = f"{own}: …" if own in kinds else native_spelling(rest, kinds)
        return f"not: {{{operand}}}" if operand else ""
    return ""
