"""Spoilings that put another text in the answer's place: refusals, another language."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from coze_harness.mutation.mutation_operator import is_same_text
from coze_harness.mutation.text_language import LATIN, has_words, is_chinese, matches

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
_STRANGERS_ZH = (
    "您的快递已放在一楼的前台，请凭取件码领取。",
    "这款耳机充满电后可以连续使用八小时。",
)
_STRANGERS_EN = (
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
_KEPT = re.compile(rf"[0-9０-９]+(?:[.,:/-][0-9０-９]+)*|[{LATIN}][{LATIN}0-9-]+")
_KEPT_NAMES = re.compile(rf"[0-9０-９]+(?:[.,:/-][0-9０-９]+)*|(?<=[a-z,] )[A-Z][{LATIN}0-9-]+")
_MOST_KEPT = 12


def swap_answer(answer: str, _rng: random.Random, others: Sequence[str]) -> str | None:
    """Return what another scenario was answered; a stranger's answer where there is none."""
    if not answer.strip():
        return None
    strangers = _STRANGERS_ZH if is_chinese(answer) else _STRANGERS_EN
    return next(
        other
        for other in (*others, *strangers)
        if other.strip() and not is_same_text(answer, other)
    )


def replace_with_refusal(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return a refusal in the answer's place."""
    return _refusal(answer, rng) if answer.strip() else None


def prepend_refusal(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer behind a refusal."""
    if not answer.strip():
        return None
    return f"{_refusal(answer, rng)}{'' if is_chinese(answer) else ' '}{answer}"


def _refusal(answer: str, rng: random.Random) -> str:
    return rng.choice(_REFUSALS_ZH if is_chinese(answer) else _REFUSALS_EN)


def switch_language(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return a text of about the same length in the other language, with numbers and names kept.

    Nothing is translated: offline there is nobody to ask. Chinese gives English, all else Chinese.
    """
    if not has_words(answer):
        return None
    if is_chinese(answer):
        return _filled(answer, rng, _FILLER_EN, _KEPT, " ", "{}.", ", ")
    return _filled(answer, rng, _FILLER_ZH, _KEPT_NAMES, "", "{}。", "、")


def _filled(
    answer: str,
    rng: random.Random,
    filler: Sequence[str],
    kept: re.Pattern[str],
    between: str,
    sentence: str,
    comma: str,
) -> str:
    found = dict.fromkeys(match[0] for match in matches(kept, answer))
    names = [sentence.format(comma.join(list(found)[:_MOST_KEPT]))] if found else []
    first = rng.randrange(len(filler))
    cycle = [*filler[first:], *filler[:first]]
    whole = len(between.join(cycle)) + len(between)
    rest = max(len(answer) - sum(map(len, names)), 1)
    sentences = [*names, *(cycle * (rest // whole))]
    left = rest % whole
    for one in cycle:
        if left <= 0:
            break
        sentences.append(one)
        left -= len(one) + len(between)
    return between.join(sentences)
