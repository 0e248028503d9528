"""What an author reads who wrote something that is not an expectation: place, what, next step."""

from __future__ import annotations

import pytest
from answer_kind_rows import FAULTS as FAULTS_OF_ANSWER_KINDS
from coze_harness.expectations import KINDS
from coze_harness.messages import message
from declaring import FILE, declare, refusal

KNOWN = ", ".join(KINDS)

FAULTS = {
    # item: place, what the sentence says, what the next step says
    # YAML read something else than text
    "contains: 12:30": ("1:13", "`12:30` as the number 750", 'contains: "12:30"'),
    "contains: no": ("1:13", "`no` as false", 'contains: "no"'),
    "equals: 42": ("1:11", "`42` as the number 42", 'equals: "42"'),
    # arguments
    "contains: {any: [北京, yes]}": ("1:24", "`yes` as true", '"yes"'),
    "similar: {to: 3.0, at_least: 1}": ("1:17", "`3.0` as the number 3.0", 'to: "3.0"'),
    "not: {contains: ~}": ("1:19", "`~` as nothing", 'contains: "~"'),
    "contains:": ("1:12", "nothing is written", 'contains: "…"'),
    "42": ("1:3", "`42` as the number 42", '"42"'),
    "contains: [a, b]": ("1:13", "this is a list", "contains: {all: […]}"),
    "equals: {text: [a]}": ("1:18", "this is a list", 'text: "…"'),
    # what would always hold
    'contains: ""': ("1:13", "is empty", "Write the expected text"),
    '""': ("1:3", "every answer would pass", "Write the text"),
    "contains: {any: []}": ("1:19", "empty list", "Write at least one text"),
    "date: 20260305": ("1:9", "must be one date", "date: 2026-03-05"),
    "language: no": ("1:13", 'no language "no"', "Write nb"),
    "not:": ("1:7", "nothing is written", 'not: {contains: "…"}'),
    "asks:": ("1:8", "nothing is written", 'asks: {contains: "…"}'),
    "regex: 'x*'": ("1:10", "matches every answer", "`a+` in place of `a*`"),
    "regex: {pattern: '(?i)a|', ignore_case: true}": ("1:20", "matches every answer", "`a+`"),
    "not: {regex: '.*'}": ("1:16", "matches every answer", "`a+`"),
    "regex: '(?!.*ChatGPT)'": ("1:10", "matches every answer", "`a+`"),
    "length: {min: 0}": ("1:11", "always true", "a `max`"),
    "messages: {answer: {min: 0}}": ("1:22", "always true", "a `max`"),
    "turns: {min: 0}": ("1:10", "always true", "a `max`"),
    "tool_call: {name: a, arguments: {}}": ("1:35", "any arguments", "delete the key"),
    "contains: {none: [ChatGPT，GPT-4]}": ("1:21", "full-width", "[ChatGPT, GPT-4]"),
    "one_of: [退款，换货]": ("1:12", "full-width", "[退款, 换货]"),
    "any_of: [退款，换货]": ("1:12", "full-width", "[退款, 换货]"),
    # what could never hold
    "date: 2026-02-30": ("1:9", "no day 2026-02-30", "2026-02-28"),
    "not: {date: 4月31日}": ("1:15", "no day 4月31日", "2026-02-28"),
    "contains: 学\u200b术": ("1:13", "U+200B", r"\u200b"),
    "messages: {}": ("1:13", "names no type", "messages: {answer: 1}"),
    "any_of: []": ("1:11", "empty list", "Write at least one expectation"),
    # names
    "contians: x": ("1:3", 'Did you mean "contains"?', "`contains: …`"),
    "天气: x": ("1:3", "not a kind of expectation", KNOWN),
    "Contains: x": ("1:3", 'is called "contains" here', "contains: …"),
    "icontains: x": (
        "1:3",
        'is called "contains" here',
        'contains: {text: "…", ignore_case: true}',
    ),
    "not-contains: x": ("1:3", 'is called "not" here', "not: {contains: …}"),
    "not-icontains-any: x": (
        "1:3",
        'is called "not" here',
        'not: {contains: {any: ["…", "…"], ignore_case: true}}',
    ),
    "max_seconds: 3": ("1:3", 'is called "latency" here', "latency: {max: …}"),
    "matches: x": ("1:3", 'is called "regex" here', "regex: '…'"),
    "is-json:": ("1:3", 'is called "json" here', "json: true"),
    "model-graded-closedqa: x": (
        "1:3",
        'is called "judge" here',
        'judge: {question: "…"}',
    ),
    "type: icontains\nvalue: x": (
        "1:3",
        "without type",
        'contains: {text: "…", ignore_case: true}',
    ),
    # the item's own shape
    "{}": ("1:3", "no kind; it is empty", 'contains: "…"'),
    "{weight: 2}": ("1:3", "only weight", 'contains: "…"'),
    "contains: a\nregex: b": ("2:3", "several kinds: contains, regex", "- regex: …"),
    "contains: a\nweigth: 2": (
        "2:3",
        'Did you mean "weight"?',
        "name, weight, severity, ignore_case, normalize",
    ),
    "similar: {to: a}\nat_least: 0.6": ("2:3", "belongs inside", "similar: {…, at_least: …}"),
    "[a]": ("1:3", "this is a list", "any_of: […]"),
    "contains: a\nseverity: info": ("2:13", 'has no value "info"', "error, warning"),
    "contains: a\nweight: 0": ("2:11", "must be more than 0", "Correct the number"),
    "contains: a\nweight: yes": ("2:11", "`yes` as true", "weight: 1"),
    "contains: a\nnormalize: widht": ("2:14", 'has no value "widht"', "width"),
    "contains: {text: a, ignore_case: true}\nignore_case: false": (
        "2:16",
        "next to the kind",
        "Delete one of them",
    ),
    "latency: 3\nignore_case: true": ("2:3", "no effect", 'contains: {text: "…", ignore_case: …}'),
    "not: {contains: a, weight: 2}": ("1:22", "no effect", "Move it to the outer expectation"),
    "not: [a, b]": ("1:8", "this is a list", "not: {any_of: […]}"),
    "any_of: a": ("1:11", "this is text", "any_of: [{contains: …}, {regex: …}]"),
    "any_of:\n  - a\n  - contians: b": ("3:7", "not a kind of expectation", "`contains: …`"),
    "contains: {any: [a], none: [b]}": ("1:13", "it has any, none", "Write one"),
    "contains: {ignore_case: true}": ("1:13", "it has none of them", "Write one"),
    "starts_with: {normalize: width}": ("1:16", 'has no "text"', "starts_with: 我是chatchat"),
    "similar: {to: 你好,世界, at_least: 0.6}": (
        "1:20",
        'has no key "世界"',
        "to, at_least, metric, ignore_case, normalize. Text with a comma needs quotes inside {…}",
    ),
    "similar: {to: a, atleast: 0.6}": (
        "1:20",
        'has no key "atleast"',
        "to, at_least, metric, ignore_case, normalize",
    ),
    "similar: {at_least: 0.6}": (
        "1:12",
        'has no "to"',
        'similar: {to: "我是chatchat,一个虚拟的学术助手。", at_least: 0.6}',
    ),
    "similar: {to: a, at_least: 60}": ("1:30", "must be at most 1", "Write 0.6"),
    "similar: {to: a, metric: embedding}": (
        "1:28",
        "not available in this version",
        "ratio, token_set, rouge_l, chrf, bleu",
    ),
    "similar: {to: a, metric: tokenset}": ("1:28", 'has no value "tokenset"', "ratio, token_set"),
    "regex: '(a'": ("1:10", "not a regular expression", "contains:"),
    "length: 120": ("1:11", "`120` as the number 120", "length: {max: 120}"),
    "length: {unit: words}": ("1:11", "sets no limit", "length: {max: 1}"),
    "length: {max: 5, unit: word}": ("1:26", 'has no value "word"', "chars, words, lines"),
    "tokens: {min: 9, max: 3}": ("1:11", "no number is both", "Swap min and max"),
    "tokens: 1.5": ("1:11", "must be a whole number", "Round the number"),
    "polls: -1": ("1:10", "must be at least 0", "Correct the number"),
    'latency: "3"': ("1:12", "this is text", "Write 3, without quotes"),
    "latency: {most: 3}": ("1:13", 'has no key "most"', "min, max"),
    "status: cancelled": (
        "1:11",
        'Did you mean "canceled"?',
        "completed, failed, asks, requires_action, canceled, in_progress, created",
    ),
    "messages: {awnser: 1}": (
        "1:14",
        'Did you mean "answer"?',
        "question, answer, function_call, tool_output",
    ),
    "messages: 2": ("1:13", "`2` as the number 2", "messages: {answer: 1}"),
    "tool_call: {arguments: {a: 1}}": (
        "1:14",
        'has no "name"',
        "tool_call: {name: get_weather, arguments: {city: 北京}}",
    ),
    "tool_call: {name: f, arguments: [1]}": ("1:35", "this is a list", "arguments: {city: 北京}"),
    "json: {schema: 1}": ("1:18", "must be a mapping", "schema: {type: object, required: [name]}"),
    "json: {schema: {type: objekt}}": ("1:18", "not a JSON Schema", "Correct the schema"),
    "json: {fenced: yes please}": ("1:18", "true or false", "fenced: true"),
    "json: {where: {}}": ("1:17", "is empty", 'where: {"items[0].name": 北京}'),
    "json: {where: [a]}": ("1:17", "this is a list", 'where: {"items[0].name": 北京}'),
    "reasoning: {status: failed}": ("1:14", "judges more", "reasoning: {contains: …}"),
    "reasoning: {not: {any_of: [a, {tokens: 3}]}}": (
        "1:14",
        "judges more",
        "reasoning: {contains: …}",
    ),
    "reasoning: [a]": ("1:14", "this is a list", "reasoning: {all_of: […]}"),
    "json: false": ("1:9", "must not be false", "not: {json: true}"),
    **FAULTS_OF_ANSWER_KINDS,
}


@pytest.mark.parametrize("item", FAULTS)
def test_an_error_has_its_place_and_the_next_step(item: str) -> None:
    place, what, step = FAULTS[item]
    sentence, next_step = refusal(item).split("\n  next: ")
    assert sentence.startswith(f"{FILE}:{place}: ")
    assert what in sentence
    assert step in next_step
    for text in (sentence, next_step):
        assert text.endswith((".", "?"))
        assert not text.endswith("..")


FOREIGN = {
    # promptfoo, every deterministic and model-graded assertion of its manual
    "contains-all": "contains",
    "contains-any": "contains",
    "contains-json": "json",
    "cost": "tokens",
    "finish-reason": "status",
    "icontains-all": "contains",
    "icontains-any": "contains",
    "is-json": "json",
    "is-refusal": "refusal",
    "is-valid-function-call": "tool_call",
    "javascript": "python",
    "levenshtein": "similar",
    "rouge-n": "similar",
    "starts-with": "starts_with",
    "webhook": "python",
    "word-count": "length",
    "classifier": "judge",
    "context-recall": "judge",
    "factuality": "judge",
    "g-eval": "judge",
    "llm-rubric": "judge",
    "not-llm-rubric": "not",
    "assert-set": "all_of",
    # Python and pytest
    "eq": "equals",
    "equal": "equals",
    "startswith": "starts_with",
    "endswith": "ends_with",
    "in": "contains",
    "match": "regex",
    "any": "any_of",
    "all": "all_of",
    "approx": "similar",
    "timeout": "latency",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_name_of_another_tool_is_rejected_with_the_name_used_here(name: str) -> None:
    assert f'"{name}" is called "{FOREIGN[name]}" here' in refusal(f"{name}: 1")


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_misspelt_kind_finds_the_kind(kind: str) -> None:
    for wrong in (kind[:-1], kind + "s", kind.upper(), kind.replace("_", ""), kind.title()):
        # YAML reads no as false, which is refused before; pi is a name of another tool.
        if wrong not in {kind, "no", "pi"}:
            assert f'"{kind}"' in refusal(f"{wrong}: x"), wrong


def test_a_number_that_yaml_reads_in_another_base_is_shown_as_both() -> None:
    assert refusal("contains: 010").startswith(
        f'{FILE}:1:13: "contains" must be text, but YAML read `010` as the number 8.'
    )


def test_a_date_is_text() -> None:
    assert declare("contains: 2024-10-01").expected == message(
        "kind.contains.expected", text="2024-10-01"
    )


def test_an_expression_that_cannot_be_read_is_rejected_at_its_key() -> None:
    error = refusal('json: {where: {"items[": 1}}')
    assert error.startswith(f'{FILE}:1:18: "items[" is not a JMESPath expression: ')
