"""What an author reads who wrote something that is no expectation: place, sentence, next step."""

from __future__ import annotations

import pytest
from coze_harness.expectations import KINDS
from declaring import FILE, declare, refusal

KNOWN = ", ".join(kind.kind for kind in KINDS)

FAULTS = {
    # YAML read something else than text
    "contains: 12:30": (
        '1:13: "contains" wants text, but YAML read 12:30 as the number 750.',
        'put quotes around it: contains: "12:30"',
    ),
    "contains: no": (
        '1:13: "contains" wants text, but YAML read no as the boolean false.',
        'put quotes around it: contains: "no"',
    ),
    "equals: 42": (
        '1:11: "equals" wants text, but YAML read 42 as a number.',
        'put quotes around it: equals: "42"',
    ),
    "contains: {any: [北京, yes]}": (
        '1:24: "contains.any[1]" wants text, but YAML read yes as the boolean true.',
        'put quotes around it: "yes"',
    ),
    "similar: {to: 3.0, at_least: 1}": (
        '1:17: "similar.to" wants text, but YAML read 3.0 as a number.',
        'put quotes around it: to: "3.0"',
    ),
    "not: {contains: ~}": (
        '1:19: "contains" wants text, but YAML read ~ as nothing.',
        'put quotes around it: contains: "~"',
    ),
    "contains:": (
        '1:12: "contains" wants text; nothing is written.',
        'write the text: contains: "…"',
    ),
    "42": (
        '1:3: "this expectation" wants text or a mapping, but YAML read 42 as a number.',
        'put quotes around it: "42"',
    ),
    "contains: [a, b]": (
        '1:13: "contains" wants text, or a mapping; this is a list.',
        "write contains: {all: […]} or {any: […]}",
    ),
    "equals: {text: [a]}": (
        '1:18: "equals.text" wants text; this is a list.',
        'write one text: text: "…"',
    ),
    # what would always hold
    'contains: ""': (
        '1:13: "contains" is empty, and so would hold for every answer.',
        "write the text that is expected, or delete this expectation",
    ),
    '""': (
        "1:3: an empty text is expected, and every answer contains it.",
        "write the text, or delete the item",
    ),
    "contains: {any: []}": (
        '1:19: "contains.any" is an empty list.',
        "name at least one text, or delete it",
    ),
    "messages: {}": ('1:13: "messages" names no type.', "write messages: {answer: 1}"),
    "any_of: []": ('1:11: "any_of" is an empty list.', "name one expectation or more"),
    # names
    "contians: x": (
        '1:3: "contians" is no kind of expectation; did you mean "contains"?',
        f"use one of: {KNOWN}",
    ),
    "天气: x": ('1:3: "天气" is no kind of expectation.', f"use one of: {KNOWN}"),
    "Contains: x": ('1:3: "Contains" is called "contains" here.', "write contains: …"),
    "icontains: x": (
        '1:3: "icontains" is called "contains" here.',
        'write contains: {text: "…", ignore_case: true}',
    ),
    "not-contains: x": ('1:3: "not-contains" is called "not" here.', "write not: {contains: …}"),
    "not-icontains-any: x": (
        '1:3: "not-icontains-any" is called "not" here.',
        'write not: {contains: {any: ["…", "…"], ignore_case: true}}',
    ),
    "max_seconds: 3": (
        '1:3: "max_seconds" is called "latency" here.',
        "write latency: {max: …}",
    ),
    "matches: x": ('1:3: "matches" is called "regex" here.', "write regex: '…'"),
    "is-json:": ('1:3: "is-json" is called "json" here.', "write json: true"),
    "model-graded-closedqa: x": (
        '1:3: "model-graded-closedqa" is called "judge" here, and that is not available in this '
        "version.",
        f"use one of: {KNOWN}",
    ),
    "language: zh": ('1:3: "language" is not available in this version.', f"use one of: {KNOWN}"),
    "type: icontains\nvalue: x": (
        '1:3: an expectation is written "kind: value", without type and value.',
        'write contains: {text: "…", ignore_case: true}',
    ),
    # the item's own shape
    "{}": ("1:3: this expectation names no kind; it is empty.", 'write contains: "…"'),
    "{weight: 2}": (
        "1:3: this expectation names no kind; it has only weight.",
        'write contains: "…"',
    ),
    "contains: a\nregex: b": (
        "2:3: one item holds several kinds: contains, regex.",
        'begin a new item for it: "- regex: …"',
    ),
    "contains: a\nweigth: 2": (
        '2:3: "weigth" is no key of an expectation; did you mean "weight"?',
        "use one of: name, weight, severity, ignore_case, normalize",
    ),
    "similar: {to: a}\nat_least: 0.6": (
        '2:3: "at_least" belongs into "similar" and stands beside it.',
        "indent it, or write similar: {…, at_least: …}",
    ),
    "[a]": (
        "1:3: an expectation is a text or a mapping; this is a list.",
        "take the extra dash away, or write any_of: […]",
    ),
    "contains: a\nseverity: info": (
        '2:13: "severity" cannot be "info".',
        "write one of: error, warning",
    ),
    "contains: a\nweight: 0": (
        '2:11: "weight" is 0; it must be more than 0.',
        "write a number that is more than 0",
    ),
    "contains: a\nweight: yes": (
        '2:11: "weight" wants a number, but YAML read yes as the boolean true.',
        "write weight: 1",
    ),
    "contains: a\nnormalize: widht": (
        '2:14: "normalize" cannot be "widht"; did you mean "width"?',
        "write one of: width",
    ),
    "contains: {text: a, ignore_case: true}\nignore_case: false": (
        '2:16: "ignore_case" is written beside the kind and in its mapping.',
        "delete one of them",
    ),
    "latency: 3\nignore_case: true": (
        '2:3: "ignore_case" means nothing beside "latency".',
        'delete it, or write it with a text: contains: {text: "…", ignore_case: …}',
    ),
    "not: {contains: a, weight: 2}": (
        '1:22: "weight" means nothing for an expectation inside another one.',
        "move it to the outer expectation",
    ),
    "not: [a, b]": (
        '1:8: "not" wants one expectation; this is a list.',
        "to rule out several, write not: {any_of: […]}",
    ),
    "any_of: a": (
        '1:11: "any_of" wants a list of expectations; this is text.',
        "write any_of: [{contains: …}, {regex: …}]",
    ),
    "any_of:\n  - a\n  - contians: b": (
        '3:7: "contians" is no kind of expectation; did you mean "contains"?',
        f"use one of: {KNOWN}",
    ),
    # arguments
    "contains: {any: [a], none: [b]}": (
        '1:13: "contains" wants one of text, all, any and none; it has any and none.',
        "write one; for several, write several expectations",
    ),
    "contains: {ignore_case: true}": (
        '1:13: "contains" wants one of text, all, any and none; it has none of them.',
        "write one; for several, write several expectations",
    ),
    "starts_with: {normalize: width}": (
        '1:16: "starts_with" does not say which text.',
        'write starts_with: {text: "…"}',
    ),
    "similar: {to: 你好,世界, at_least: 0.6}": (
        '1:20: "similar" has no key "世界".',
        "the keys of similar are: to, at_least, metric, ignore_case, normalize; "
        "a text with a comma needs quotes inside {…}",
    ),
    "similar: {to: a, atleast: 0.6}": (
        '1:20: "similar" has no key "atleast"; did you mean "at_least"?',
        "the keys of similar are: to, at_least, metric, ignore_case, normalize",
    ),
    "similar: {at_least: 0.6}": (
        '1:12: "similar" does not say to what.',
        'write similar: {to: "…", at_least: 0.6}',
    ),
    "similar: {to: a, at_least: 60}": (
        '1:30: "similar.at_least" is 60; it must be at most 1.',
        "write a number up to 1",
    ),
    "similar: {to: a, metric: bleu}": (
        '1:28: the metric "bleu" is not available in this version.',
        "use one of: ratio, token_set",
    ),
    "similar: {to: a, metric: tokenset}": (
        '1:28: "similar.metric" cannot be "tokenset"; did you mean "token_set"?',
        "write one of: ratio, token_set",
    ),
    "regex: '(a'": (
        '1:10: "regex" is not a regular expression: missing ) at position 2.',
        "correct it; to look for a text as it is, write contains:",
    ),
    "length: 120": (
        '1:11: "length" wants a mapping, but YAML read 120 as a number.',
        "write length: {max: 120}",
    ),
    "length: {unit: words}": ('1:11: "length" sets no limit.', "write length: {max: 1}"),
    "length: {max: 5, unit: word}": (
        '1:26: "length.unit" cannot be "word"; did you mean "words"?',
        "write one of: chars, words, lines",
    ),
    "tokens: {min: 9, max: 3}": (
        '1:11: "tokens" asks for at least 9 and at most 3, which nothing can meet.',
        "exchange min and max",
    ),
    "tokens: 1.5": ('1:11: "tokens" is 1.5; it counts whole things.', "round it"),
    "polls: -1": (
        '1:10: "polls" is -1; it must be 0 or more.',
        "write a number that is 0 or more",
    ),
    'latency: "3"': (
        '1:12: "latency" wants a number; this is text.',
        "take the quotes away, or correct the number",
    ),
    "latency: {most: 3}": (
        '1:13: "latency" has no key "most".',
        "the keys of latency are: min, max",
    ),
    "status: cancelled": (
        '1:11: Coze has no status "cancelled"; did you mean "canceled"?',
        "write one of: completed, failed, requires_action, canceled, in_progress, created",
    ),
    "messages: {awnser: 1}": (
        '1:14: Coze has no message type "awnser"; did you mean "answer"?',
        "the types are: question, answer, function_call, tool_output, tool_response, follow_up, "
        "verbose, knowledge, card, audio, object_string",
    ),
    "messages: 2": (
        '1:13: "messages" wants a mapping, but YAML read 2 as a number.',
        "write messages: {answer: 1}",
    ),
    "tool_call: {arguments: {a: 1}}": (
        '1:14: "tool_call" does not name the tool.',
        "write tool_call: {name: …}",
    ),
    "tool_call: {name: f, arguments: [1]}": (
        '1:35: "tool_call.arguments" wants a mapping; this is a list.',
        "write arguments: {city: 北京}",
    ),
    "json: {schema: {type: object}}": (
        '1:10: "json.schema" is not available in this version.',
        "write json: true",
    ),
    "json: {where: {}}": (
        '1:17: "json.where" is empty.',
        'write where: {"items[0].name": 北京}',
    ),
    "json: {where: [a]}": (
        '1:17: "json.where" wants a mapping; this is a list.',
        'write where: {"items[0].name": 北京}',
    ),
    "reasoning: {status: failed}": (
        '1:14: "status" is not about a text, and reasoning is one.',
        "write a kind of text inside: reasoning: {contains: …}",
    ),
    "reasoning: {not: {any_of: [a, {tokens: 3}]}}": (
        '1:14: "tokens" is not about a text, and reasoning is one.',
        "write a kind of text inside: reasoning: {contains: …}",
    ),
    "reasoning: [a]": (
        '1:14: "reasoning" wants one expectation; this is a list.',
        "for several, write reasoning: {all_of: […]}",
    ),
    "json: false": ('1:9: "json" cannot be false.', "write not: {json: true}"),
}


@pytest.mark.parametrize("item", FAULTS)
def test_a_fault_is_told_with_its_place_and_the_next_step(item: str) -> None:
    what, step = FAULTS[item]
    assert refusal(item) == f"{FILE}:{what}\n  next: {step}"


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
    "is-refusal": "judge",
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
def test_a_name_of_another_tool_is_refused_with_the_name_used_here(name: str) -> None:
    assert f'"{name}" is called "{FOREIGN[name]}" here' in refusal(f"{name}: 1")


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS])
def test_a_misspelt_kind_finds_the_kind(kind: str) -> None:
    for wrong in (kind[:-1], kind + "s", kind.upper(), kind.replace("_", ""), kind.title()):
        if wrong not in {kind, "no"}:  # YAML reads no as false, which is refused before
            assert f'"{kind}"' in refusal(f"{wrong}: x"), wrong


def test_a_number_that_yaml_reads_in_another_base_is_shown_as_both() -> None:
    assert refusal("contains: 010").startswith(
        f'{FILE}:1:13: "contains" wants text, but YAML read 010 as the number 8.'
    )


def test_a_date_is_text() -> None:
    assert declare("contains: 2024-10-01").expected == 'contains "2024-10-01"'


def test_an_expression_that_cannot_be_read_is_refused_at_its_key() -> None:
    told = refusal('json: {where: {"items[": 1}}')
    assert told.startswith(f'{FILE}:1:18: "items[" is no JMESPath expression: ')
    assert "next: correct it" in told
