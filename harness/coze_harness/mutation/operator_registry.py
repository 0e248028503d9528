"""The list of all mutation operators."""

from __future__ import annotations

from typing import Final

from coze_harness.model import MutationClass
from coze_harness.mutation.date_operators import change_date
from coze_harness.mutation.deletion_operators import (
    append_to_json,
    cut_in_word,
    drop_item,
    empty_answer,
    strip_markdown,
    truncate_answer,
    truncate_json,
    wrap_json,
)
from coze_harness.mutation.fact_operators import (
    change_unit,
    drop_fact,
    exchange_names,
    exchange_numbers,
    invent_fact,
)
from coze_harness.mutation.leak_operators import (
    break_role,
    leak_prompt,
    leak_thoughts,
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

OPERATORS: Final[tuple[MutationOperator, ...]] = (
    MutationOperator("emptied", MutationClass.OMISSION, empty_answer),
    MutationOperator("cut", MutationClass.OMISSION, truncate_answer),
    MutationOperator("cut-in-word", MutationClass.OMISSION, cut_in_word),
    MutationOperator("item-dropped", MutationClass.OMISSION, drop_item),
    MutationOperator("fact-dropped", MutationClass.OMISSION, drop_fact),
    MutationOperator("number-changed", MutationClass.NUMBER, change_number),
    MutationOperator("unit-changed", MutationClass.NUMBER, change_unit),
    MutationOperator("numbers-exchanged", MutationClass.NUMBER, exchange_numbers),
    MutationOperator("date-changed", MutationClass.DATE, change_date),
    MutationOperator("name-changed", MutationClass.NAME, change_name),
    MutationOperator("names-exchanged", MutationClass.NAME, exchange_names),
    MutationOperator("negated", MutationClass.NEGATION, negate_verb),
    MutationOperator("fact-invented", MutationClass.INVENTION, invent_fact),
    MutationOperator("hedged", MutationClass.FORM, add_hedge),
    MutationOperator("swapped", MutationClass.RELEVANCE, swap_answer),
    MutationOperator("other-language", MutationClass.LANGUAGE, switch_language),
    MutationOperator("refused", MutationClass.REFUSAL, replace_with_refusal),
    MutationOperator("refused-first", MutationClass.REFUSAL, prepend_refusal),
    MutationOperator("tool-leaked", MutationClass.LEAK, leak_tool_call),
    MutationOperator("prompt-leaked", MutationClass.LEAK, leak_prompt),
    MutationOperator("think-leaked", MutationClass.LEAK, leak_thoughts),
    MutationOperator("role-broken", MutationClass.SPEAKER, break_role),
    MutationOperator("repeated", MutationClass.FORM, repeat_answer),
    MutationOperator("looped", MutationClass.FORM, loop_sentence),
    MutationOperator("markdown-lost", MutationClass.FORM, strip_markdown),
    MutationOperator("json-cut", MutationClass.FORM, truncate_json),
    MutationOperator("json-wrapped", MutationClass.FORM, wrap_json),
    MutationOperator("json-followed", MutationClass.FORM, append_to_json),
)
"""All mutation operators, in the order of reports. A new one needs a function and an entry here."""
