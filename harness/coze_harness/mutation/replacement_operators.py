"""Replaces an answer: by a refusal, another scenario's answer, or another language."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from coze_harness.mutation.mutation_operator import is_same_text
from coze_harness.mutation.text_language import LATIN, is_chinese, matches

_REFUSALS_ZH = (
    "抱歉，我无法回答这个问题。",
    "对不起，这个问题我暂时无法回答。",
    "很抱歉，我无法提供相关的信息。",
)
_REFUSALS_EN = (
    "I'm sorry, but I can't help with that.",
    "Sorry, I am unable to answer that question.",
    "I apologize, but I cannot assist with this request.",
)
_REFUSAL = re.compile(
    r"抱歉|对不起|不好意思|无法|不能(?:回答|提供|帮|透露|告诉)|不便|拒绝"
    r"|(?i:\bsorry\b|\bapologi[sz]e|\bunable to\b|\b(?:can['’]?t|cannot|can not|won['’]t)"
    r" (?:help|assist|answer|provide|share|tell|do|discuss))"
)
_REFUSAL_PLACE = 120
_UNRELATED_ZH = (
    "您的快递已放在一楼的前台，请凭取件码领取。",
    "这款耳机充满电后可以连续使用八小时。",
)
_UNRELATED_EN = (
    "Your parcel is waiting at the front desk; please bring the pickup code.",
    "These headphones play for eight hours on a full charge.",
)
_FILLER_ZH = (
    "以下是关于这个问题的说明。",
    "希望这些内容对您有所帮助。",
    "如果还想了解更多细节，可以继续告诉我。",
    "具体情况请以实际为准。",
)
_FILLER_EN = (
    "Here is what I can tell you about this.",
    "I hope that it is of some use to you.",
    "Let me know if you would like to hear more.",
    "The details may differ from case to case.",
)
_NUMBER = "[0-9０-９]+(?:[.,:/-][0-9０-９]+)*"
_KEPT_IN_ENGLISH = re.compile(rf"{_NUMBER}|[{LATIN}][{LATIN}0-9-]+")
_KEPT_IN_CHINESE = re.compile(rf"{_NUMBER}|(?<=[a-z,] )[A-Z][{LATIN}0-9-]+")
_MAX_KEPT = 12


def swap_answer(answer: str, _rng: random.Random, others: Sequence[str]) -> str:
    """Return another scenario's answer; without one, an answer to an unrelated question."""
    unrelated = _UNRELATED_ZH if is_chinese(answer) else _UNRELATED_EN
    return next(
        other
        for other in (*others, *unrelated)
        if other.strip() and not is_same_text(answer, other)
    )


def is_refusal(answer: str) -> bool:
    """Return whether an answer begins with a refusal or an apology."""
    return _REFUSAL.search(answer, 0, _REFUSAL_PLACE) is not None


def replace_with_refusal(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return a refusal instead of the answer; none if the answer itself refuses."""
    return None if is_refusal(answer) else _refuse(answer, rng)


def prepend_refusal(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return a refusal, followed by the answer; none if the answer itself refuses."""
    if is_refusal(answer):
        return None
    return f"{_refuse(answer, rng)}{'' if is_chinese(answer) else ' '}{answer}"


def _refuse(answer: str, rng: random.Random) -> str:
    return rng.choice(_REFUSALS_ZH if is_chinese(answer) else _REFUSALS_EN)


def switch_language(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return a text of about the same length in the other language, with the numbers and names.

    It is not a translation, because mutation works offline. A Chinese answer becomes English, any
    other Chinese.
    """
    if not any(map(str.isalpha, answer)):
        return None
    if is_chinese(answer):
        return _fill(answer, rng, _FILLER_EN, _KEPT_IN_ENGLISH, " ", "{}.", ", ")
    return _fill(answer, rng, _FILLER_ZH, _KEPT_IN_CHINESE, "", "{}。", "、")


def _fill(
    answer: str,
    rng: random.Random,
    filler: Sequence[str],
    kept_parts: re.Pattern[str],
    separator: str,
    sentence: str,
    comma: str,
) -> str:
    """Return a sentence with the kept words, and filler sentences up to the answer's length."""
    words = list(dict.fromkeys(match[0] for match in matches(kept_parts, answer)))[:_MAX_KEPT]
    sentences = [sentence.format(comma.join(words))] if words else []
    first = rng.randrange(len(filler))
    cycle = [*filler[first:], *filler[:first]]
    cycle_length = len(separator.join(cycle)) + len(separator)
    length = max(len(answer) - sum(map(len, sentences)), 1)
    sentences += cycle * (length // cycle_length)
    remaining = length % cycle_length
    for one in cycle:
        if remaining <= 0:
            break
        sentences.append(one)
        remaining -= len(one) + len(separator)
    return separator.join(sentences)
