"""The list of all mutation operators."""

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

_NO_REFUSAL: Final = suggest_without("抱歉", "对不起", "无法", "sorry", "Sorry", "apologize")

OPERATORS: Final[tuple[MutationOperator, ...]] = (
    MutationOperator(
        name="emptied",
        summary="The answer is empty.",
        defect_class="a workflow that ends without output, a plugin that returns nothing",
        change=empty_answer,
        suggest=suggest_fixed("length: {min: 1}"),
    ),
    MutationOperator(
        name="cut",
        summary="The second half is missing.",
        defect_class="the model's token limit, a stream that breaks off",
        change=truncate_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="negated",
        summary="A verb is negated, or a negation is removed.",
        defect_class="a model that states the opposite of its source",
        change=negate_verb,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="hedged",
        summary="An expression of doubt before the answer.",
        defect_class="a bot that lost its knowledge base and guesses",
        change=add_hedge,
        suggest=suggest_without("也许", "可能是", "不太确定", "not sure", "Perhaps", "maybe"),
    ),
    MutationOperator(
        name="number-changed",
        summary="A number is different.",
        defect_class="wrong prices, sums and quantities",
        change=change_number,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="date-changed",
        summary="A date, weekday or time is different.",
        defect_class="a model that does not know the calendar or the current date",
        change=change_date,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="name-changed",
        summary="A name, a quoted title or a place is different.",
        defect_class="invented sources, confused customers or cities",
        change=change_name,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="swapped",
        summary="Another scenario's answer.",
        defect_class="a prompt that is answered with the wrong context or intent",
        change=swap_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="other-language",
        summary="A text in the other language, with the numbers and names of the answer.",
        defect_class="a bot that switches between Chinese and English",
        change=switch_language,
        suggest=suggest_language,
    ),
    MutationOperator(
        name="refused",
        summary="A refusal instead of the answer.",
        defect_class="a filter or a prompt that refuses a valid request",
        change=replace_with_refusal,
        suggest=_NO_REFUSAL,
    ),
    MutationOperator(
        name="refused-first",
        summary="A refusal, followed by the answer.",
        defect_class="a prompt that contradicts itself",
        change=prepend_refusal,
        suggest=_NO_REFUSAL,
    ),
    MutationOperator(
        name="tool-leaked",
        summary="A tool's call or output before the answer.",
        defect_class="a plugin whose messages reach the user",
        change=leak_tool_call,
        suggest=suggest_without("plugin", "<|", "tool_call"),
    ),
    MutationOperator(
        name="prompt-leaked",
        summary="A part of a system prompt before the answer.",
        defect_class="a bot that reveals its instructions",
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
        summary="The answer is given twice.",
        defect_class="a workflow with two output nodes, a stream that is joined incorrectly",
        change=repeat_answer,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="looped",
        summary="The last sentence is repeated several times.",
        defect_class="a model in a loop",
        change=loop_sentence,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="markdown-lost",
        summary="Lists, headings and emphasis become plain text.",
        defect_class="a model or channel that drops the format that a page needs",
        change=strip_markdown,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="json-cut",
        summary="JSON is cut off.",
        defect_class="the model's token limit",
        change=truncate_json,
        suggest=suggest_fixed("json: true"),
    ),
    MutationOperator(
        name="json-wrapped",
        summary="JSON in a code block, with an introduction.",
        defect_class="a model that chats although a program reads the answer",
        change=wrap_json,
        suggest=suggest_fixed("json: true"),
    ),
)
"""All mutation operators, in the order of reports. A new one needs a function and an entry here."""
