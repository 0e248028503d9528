"""Reverses the meaning of an answer, or its certainty."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from coze_harness.mutation.text_language import is_chinese, matches

_NEGATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "并不是": "是", "并非": "就是", "不是": "是", "没有": "有", "不会": "会", "不能": "能",
        "不可以": "可以", "无法": "可以", "不可能": "可能", "不需要": "需要", "不应该": "应该",
        "不要": "要", "不用": "要", "不支持": "支持", "不适合": "适合", "不建议": "建议",
        "不推荐": "推荐", "不喜欢": "喜欢", "不允许": "允许", "不叫": "叫", "不正确": "正确",
        "是": "不是", "有": "没有", "会": "不会", "能": "不能", "可以": "不可以", "可能": "不可能",
        "需要": "不需要", "应该": "不应该", "要": "不要", "支持": "不支持", "适合": "不适合",
        "建议": "不建议", "推荐": "不推荐", "喜欢": "不喜欢", "允许": "不允许", "叫": "不叫",
        "请": "请不要", "正确": "不正确", "拥有": "没有", "具有": "没有", "包含": "不包含",
        "包括": "不包括", "属于": "不属于", "位于": "不位于", "来自": "不来自", "知道": "不知道",
        "了解": "不了解", "记住了": "没记住", "完成了": "没完成", "成功": "没有成功",
        "是的": "不是的", "值得": "不值得", "提供": "不提供",
    }
)  # fmt: skip
# Words and questions that contain one of those, but are not negated.
_EXCEPTIONS: Final = (
    "是不是 有没有 会不会 能不能 可不可以 要不要 需不需要 是否 能否 可否 "
    "但是 还是 或是 于是 就是 只是 总是 可是 要是 若是 凡是 正是 不是吗 是非 尤其是 特别是 "
    "所有 只有 还有 有的 有些 有时 有关 有效 有限 有趣 含有 富有 有点 有助 有机 有名 有意 如有 "
    "没有关系 未有 有一些 有一点 "
    "省会 会议 机会 社会 都会 聚会 学会 会员 会计 晚会 宴会 国会 大会 协会 委员会 一会 会话 会见 "
    "能力 功能 智能 性能 能源 能量 只能 才能 技能 职能 万能 效能 可能性 能够 "
    "主要 重要 要求 要点 概要 摘要 必要 只要 简要 要么 将要 次要 要素 纲要 要不 "
    "请问 请求 请假 请客 请教 申请 邀请 聘请 "
    "叫做 大叫 呼叫 可以说 成功率 知道吗 提供商 提供者 有所 拥有者"
)
_CHINESE = re.compile("|".join(sorted({*_NEGATIONS, *_EXCEPTIONS.split()}, key=len, reverse=True)))

_IMPERATIVES = (
    "Add|Ask|Avoid|Bring|Call|Check|Choose|Click|Contact|Enter|Go|Keep|Make|Open|Press|Put|Select|"
    "Send|Take|Try|Turn|Use|Visit|Wait|Wear"
)
_VERBS = "like|love|need|want|know|think|prefer|support|offer|provide|recommend|suggest"
_ENGLISH: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Remove a negation.
        (r"\b(is|are|was|were|am|do|does|did|can|could|will|would|should|must|has|have|had|may)"
         r"\s+not\b", r"\1"),
        (r"\bcannot\b", "can"),
        (r"\b([Cc])an['’]t\b", r"\1an"),
        (r"\b([Ww])on['’]t\b", r"\1ill"),
        (r"\b([Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Dd]oes|[Dd]o|[Dd]id|could|would|should|must|has|have|had)"
         r"n['’]t\b", r"\1"),
        (r"\bfalse\b", "true"),
        (r"\ANo\b", "Yes"),
        # Add a negation.
        (r"\b(is|are|was|were|am|could|will|would|should|must|may|might)\b(?!\s+not\b|['’])",
         r"\1 not"),
        (r"\b(has|have|had)(?=\s+been\b)", r"\1 not"),
        (r"\bcan\b(?!\s+not\b|['’])", "cannot"),
        (r"\b(I['’]m|(?:[Yy]ou|[Ww]e|[Tt]hey)['’]re|(?:[Ii]t|[Tt]hat|[Hh]e|[Ss]he|[Tt]here)['’]s)"
         r"(?=\s)(?!\s+not\b)", r"\1 not"),
        (rf"\b(I|[Yy]ou|[Ww]e|[Tt]hey)\s+({_VERBS})\b", r"\1 do not \2"),
        (rf"(?m:(?:^|(?<=[.!?:]\s))({_IMPERATIVES})(?=\s))", r"Do not \1"),
        (r"\bPlease\b", "Please do not"),
        (r"\btrue\b", "false"),
        (r"\AYes\b", "No"),
    )
)  # fmt: skip

_DOUBTS_ZH = ("我不太确定，也许", "可能是这样吧：", "我猜，也许")
_DOUBTS_EN = ("I'm not sure, but maybe: ", "Perhaps: ", "I could be wrong, maybe: ")


def negate_verb(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with one of its verbs negated, or without a negation."""
    first, second = (_in_chinese, _in_english) if is_chinese(answer) else (_in_english, _in_chinese)
    changes = list(first(answer)) or list(second(answer))
    if not changes:
        return None
    start, end, changed = rng.choice(changes)
    return f"{answer[:start]}{changed}{answer[end:]}"


def _in_chinese(answer: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and replacement of each verb that can be changed."""
    for match in matches(_CHINESE, answer):
        if (changed := _NEGATIONS.get(match[0])) is not None:
            yield match.start(), match.end(), changed


def _in_english(answer: str) -> Iterator[tuple[int, int, str]]:
    for pattern, replacement in _ENGLISH:
        for match in matches(pattern, answer):
            changed = match.expand(replacement)
            if changed.startswith("Do not "):
                changed = f"Do not {changed[7:].lower()}"
            yield match.start(), match.end(), changed


def add_hedge(answer: str, rng: random.Random, _others: Sequence[str]) -> str:
    """Return the answer with an expression of doubt before it."""
    return rng.choice(_DOUBTS_ZH if is_chinese(answer) else _DOUBTS_EN) + answer
