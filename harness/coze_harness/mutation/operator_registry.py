"""The table of spoilings: the only place that names them all."""

from __future__ import annotations

from typing import Final

from coze_harness.mutation.date_operators import change_date
from coze_harness.mutation.deletion_operators import (
    empty_answer,
    strip_markdown,
    truncate_answer,
    truncate_json,
    wrap_json,
)
from coze_harness.mutation.expectation_suggestions import (
    suggest_fixed,
    suggest_language,
    suggest_limit,
    suggest_lost_text,
    suggest_without,
)
from coze_harness.mutation.leak_operators import (
    break_role,
    leak_prompt,
    leak_tool_call,
    loop_sentence,
    repeat_answer,
)
from coze_harness.mutation.mutation_operator import MutationOperator
from coze_harness.mutation.name_operators import change_name
from coze_harness.mutation.negation_operators import add_hedge, negate_verb
from coze_harness.mutation.number_operators import change_number
from coze_harness.mutation.replacement_operators import (
    prepend_refusal,
    replace_with_refusal,
    swap_answer,
    switch_language,
)

_REFUSING: Final = suggest_without("抱歉", "对不起", "无法", "sorry", "Sorry", "apologize")

OPERATORS: Final[tuple[MutationOperator, ...]] = (
    MutationOperator(
        name="emptied",
        summary="The answer is empty.",
        defect_class="a workflow that ends without output, a plugin that gives nothing",
        change=empty_answer,
        suggest=suggest_fixed("length: {min: 1}"),
    ),
    MutationOperator(
        name="cut",
        summary="The second half is gone.",
        defect_class="the model's limit of tokens, a stream that breaks",
        change=truncate_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="negated",
        summary="A verb is denied, or no longer denied.",
        defect_class="a model that states the opposite of its source",
        change=negate_verb,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="hedged",
        summary="Doubt stands before the answer.",
        defect_class="a bot that lost its knowledge base and guesses",
        change=add_hedge,
        suggest=suggest_without("也许", "可能是", "不太确定", "not sure", "Perhaps", "maybe"),
    ),
    MutationOperator(
        name="number-changed",
        summary="A number is another one.",
        defect_class="wrong prices, sums and quantities",
        change=change_number,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="date-changed",
        summary="A date, weekday or time is another one.",
        defect_class="a model that does not know the calendar, or what day it is",
        change=change_date,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="name-changed",
        summary="A name, a quoted title or a place is another one.",
        defect_class="invented sources, a mixed-up customer or city",
        change=change_name,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="swapped",
        summary="Another scenario's answer.",
        defect_class="a prompt that is answered from the wrong context or intent",
        change=swap_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="other-language",
        summary="A text in the other language, with the numbers and names of the answer.",
        defect_class="a bot that slips from Chinese into English, or back",
        change=switch_language,
        suggest=suggest_language,
    ),
    MutationOperator(
        name="refused",
        summary="A refusal in place of the answer.",
        defect_class="a filter or a prompt that refuses what it should serve",
        change=replace_with_refusal,
        suggest=_REFUSING,
    ),
    MutationOperator(
        name="refused-first",
        summary="A refusal, and then the answer all the same.",
        defect_class="a prompt that contradicts itself",
        change=prepend_refusal,
        suggest=_REFUSING,
    ),
    MutationOperator(
        name="tool-leaked",
        summary="A tool's call or output stands before the answer.",
        defect_class="a plugin whose messages reach the user",
        change=leak_tool_call,
        suggest=suggest_without("plugin", "<|", "tool_call"),
    ),
    MutationOperator(
        name="prompt-leaked",
        summary="A piece of a system prompt stands before the answer.",
        defect_class="a bot that gives its instructions away",
        change=leak_prompt,
        suggest=suggest_without("系统提示", "System prompt"),
    ),
    MutationOperator(
        name="role-broken",
        summary="The model behind the bot introduces itself.",
        defect_class="a bot that leaves its role",
        change=break_role,
        suggest=suggest_without("ChatGPT", "OpenAI"),
    ),
    MutationOperator(
        name="repeated",
        summary="The answer comes twice.",
        defect_class="a workflow with two output nodes, a stream joined wrongly",
        change=repeat_answer,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="looped",
        summary="The last sentence goes on and on.",
        defect_class="a model caught in a loop",
        change=loop_sentence,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="markdown-lost",
        summary="Lists, headings and emphasis are plain text.",
        defect_class="a model or channel that drops the format that a page needs",
        change=strip_markdown,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="json-cut",
        summary="JSON ends in the middle.",
        defect_class="the model's limit of tokens",
        change=truncate_json,
        suggest=suggest_fixed("json: true"),
    ),
    MutationOperator(
        name="json-wrapped",
        summary="JSON stands in a code block, with words before it.",
        defect_class="a model that chats where a program reads",
        change=wrap_json,
        suggest=suggest_fixed("json: true"),
    ),
)
"""Every spoiling, in the order in which they are told to people.

A new one is a function and its entry here; scores, the command and the page on spoilings read this.
"""
