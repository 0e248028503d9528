"""The table of spoilings: the only place that names them all."""

from __future__ import annotations

from typing import Final

from coze_harness.mutation.date_operators import date_changed
from coze_harness.mutation.deletion_operators import (
    cut,
    emptied,
    json_cut,
    json_wrapped,
    markdown_lost,
)
from coze_harness.mutation.expectation_suggestions import (
    a_limit,
    always,
    the_language,
    what_was_lost,
    without,
)
from coze_harness.mutation.leak_operators import (
    looped,
    prompt_leaked,
    repeated,
    role_broken,
    tool_leaked,
)
from coze_harness.mutation.mutation_operator import Spoiling
from coze_harness.mutation.name_operators import name_changed
from coze_harness.mutation.negation_operators import hedged, negated
from coze_harness.mutation.number_operators import number_changed
from coze_harness.mutation.replacement_operators import (
    other_language,
    refused,
    refused_first,
    swapped,
)

_REFUSING: Final = without("抱歉", "对不起", "无法", "sorry", "Sorry", "apologize")

SPOILINGS: Final[tuple[Spoiling, ...]] = (
    Spoiling(
        name="emptied",
        summary="The answer is empty.",
        fault="a workflow that ends without output, a plugin that gives nothing",
        change=emptied,
        remedy=always("length: {min: 1}"),
    ),
    Spoiling(
        name="cut",
        summary="The second half is gone.",
        fault="the model's limit of tokens, a stream that breaks",
        change=cut,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="negated",
        summary="A verb is denied, or no longer denied.",
        fault="a model that states the opposite of its source",
        change=negated,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="hedged",
        summary="Doubt stands before the answer.",
        fault="a bot that lost its knowledge base and guesses",
        change=hedged,
        remedy=without("也许", "可能是", "不太确定", "not sure", "Perhaps", "maybe"),
    ),
    Spoiling(
        name="number-changed",
        summary="A number is another one.",
        fault="wrong prices, sums and quantities",
        change=number_changed,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="date-changed",
        summary="A date, weekday or time is another one.",
        fault="a model that does not know the calendar, or what day it is",
        change=date_changed,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="name-changed",
        summary="A name, a quoted title or a place is another one.",
        fault="invented sources, a mixed-up customer or city",
        change=name_changed,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="swapped",
        summary="Another scenario's answer.",
        fault="a prompt that is answered from the wrong context or intent",
        change=swapped,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="other-language",
        summary="A text in the other language, with the numbers and names of the answer.",
        fault="a bot that slips from Chinese into English, or back",
        change=other_language,
        remedy=the_language,
    ),
    Spoiling(
        name="refused",
        summary="A refusal in place of the answer.",
        fault="a filter or a prompt that refuses what it should serve",
        change=refused,
        remedy=_REFUSING,
    ),
    Spoiling(
        name="refused-first",
        summary="A refusal, and then the answer all the same.",
        fault="a prompt that contradicts itself",
        change=refused_first,
        remedy=_REFUSING,
    ),
    Spoiling(
        name="tool-leaked",
        summary="A tool's call or output stands before the answer.",
        fault="a plugin whose messages reach the user",
        change=tool_leaked,
        remedy=without("plugin", "<|", "tool_call"),
    ),
    Spoiling(
        name="prompt-leaked",
        summary="A piece of a system prompt stands before the answer.",
        fault="a bot that gives its instructions away",
        change=prompt_leaked,
        remedy=without("系统提示", "System prompt"),
    ),
    Spoiling(
        name="role-broken",
        summary="The model behind the bot introduces itself.",
        fault="a bot that leaves its role",
        change=role_broken,
        remedy=without("ChatGPT", "OpenAI"),
    ),
    Spoiling(
        name="repeated",
        summary="The answer comes twice.",
        fault="a workflow with two output nodes, a stream joined wrongly",
        change=repeated,
        remedy=a_limit,
    ),
    Spoiling(
        name="looped",
        summary="The last sentence goes on and on.",
        fault="a model caught in a loop",
        change=looped,
        remedy=a_limit,
    ),
    Spoiling(
        name="markdown-lost",
        summary="Lists, headings and emphasis are plain text.",
        fault="a model or channel that drops the format that a page needs",
        change=markdown_lost,
        remedy=what_was_lost,
    ),
    Spoiling(
        name="json-cut",
        summary="JSON ends in the middle.",
        fault="the model's limit of tokens",
        change=json_cut,
        remedy=always("json: true"),
    ),
    Spoiling(
        name="json-wrapped",
        summary="JSON stands in a code block, with words before it.",
        fault="a model that chats where a program reads",
        change=json_wrapped,
        remedy=always("json: true"),
    ),
)
"""Every spoiling, in the order in which they are told to people.

A new one is a function and its entry here; scores, the command and the page on spoilings read this.
"""
