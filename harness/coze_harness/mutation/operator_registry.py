"""The list of all mutation operators."""

from __future__ import annotations

from typing import Final

from coze_harness.messages import message
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
        summary=message("mutation.emptied"),
        defect_class=message("mutation.emptied.defect"),
        change=empty_answer,
        suggest=suggest_fixed("length: {min: 1}"),
    ),
    MutationOperator(
        name="cut",
        summary=message("mutation.cut"),
        defect_class=message("mutation.cut.defect"),
        change=truncate_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="negated",
        summary=message("mutation.negated"),
        defect_class=message("mutation.negated.defect"),
        change=negate_verb,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="hedged",
        summary=message("mutation.hedged"),
        defect_class=message("mutation.hedged.defect"),
        change=add_hedge,
        suggest=suggest_without("也许", "可能是", "不太确定", "not sure", "Perhaps", "maybe"),
    ),
    MutationOperator(
        name="number-changed",
        summary=message("mutation.number_changed"),
        defect_class=message("mutation.number_changed.defect"),
        change=change_number,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="date-changed",
        summary=message("mutation.date_changed"),
        defect_class=message("mutation.date_changed.defect"),
        change=change_date,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="name-changed",
        summary=message("mutation.name_changed"),
        defect_class=message("mutation.name_changed.defect"),
        change=change_name,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="swapped",
        summary=message("mutation.swapped"),
        defect_class=message("mutation.swapped.defect"),
        change=swap_answer,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="other-language",
        summary=message("mutation.other_language"),
        defect_class=message("mutation.other_language.defect"),
        change=switch_language,
        suggest=suggest_language,
    ),
    MutationOperator(
        name="refused",
        summary=message("mutation.refused"),
        defect_class=message("mutation.refused.defect"),
        change=replace_with_refusal,
        suggest=_NO_REFUSAL,
    ),
    MutationOperator(
        name="refused-first",
        summary=message("mutation.refused_first"),
        defect_class=message("mutation.refused_first.defect"),
        change=prepend_refusal,
        suggest=_NO_REFUSAL,
    ),
    MutationOperator(
        name="tool-leaked",
        summary=message("mutation.tool_leaked"),
        defect_class=message("mutation.tool_leaked.defect"),
        change=leak_tool_call,
        suggest=suggest_without("plugin", "<|", "tool_call"),
    ),
    MutationOperator(
        name="prompt-leaked",
        summary=message("mutation.prompt_leaked"),
        defect_class=message("mutation.prompt_leaked.defect"),
        change=leak_prompt,
        suggest=suggest_without("系统提示", "System prompt"),
    ),
    MutationOperator(
        name="role-broken",
        summary=message("mutation.role_broken"),
        defect_class=message("mutation.role_broken.defect"),
        change=break_role,
        suggest=suggest_without("ChatGPT", "OpenAI"),
    ),
    MutationOperator(
        name="repeated",
        summary=message("mutation.repeated"),
        defect_class=message("mutation.repeated.defect"),
        change=repeat_answer,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="looped",
        summary=message("mutation.looped"),
        defect_class=message("mutation.looped.defect"),
        change=loop_sentence,
        suggest=suggest_limit,
    ),
    MutationOperator(
        name="markdown-lost",
        summary=message("mutation.markdown_lost"),
        defect_class=message("mutation.markdown_lost.defect"),
        change=strip_markdown,
        suggest=suggest_lost_text,
    ),
    MutationOperator(
        name="json-cut",
        summary=message("mutation.json_cut"),
        defect_class=message("mutation.json_cut.defect"),
        change=truncate_json,
        suggest=suggest_fixed("json: true"),
    ),
    MutationOperator(
        name="json-wrapped",
        summary=message("mutation.json_wrapped"),
        defect_class=message("mutation.json_wrapped.defect"),
        change=wrap_json,
        suggest=suggest_fixed("json: true"),
    ),
)
"""All mutation operators, in the order of reports. A new one needs a function and an entry here."""
