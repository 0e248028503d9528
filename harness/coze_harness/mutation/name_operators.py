"""The spoiling of names: somebody, something or somewhere else."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from coze_harness.mutation.date_operators import MONTHS, WEEKDAYS
from coze_harness.mutation.text_language import LATIN, is_chinese, matches

_CITIES: Final = (
    "北京", "上海", "广州", "深圳", "杭州", "南京", "成都", "重庆", "武汉", "西安", "苏州", "天津",
    "长沙", "青岛", "厦门", "昆明", "哈尔滨", "香港", "台北",
)  # fmt: skip
_COUNTRIES: Final = ("中国", "美国", "日本", "英国", "法国", "德国", "俄罗斯", "韩国", "印度")
_PEOPLE: Final = ("小明", "小红", "小李", "小王", "小张", "小刘", "小陈", "小华", "小芳", "小强")
_TITLES_ZH: Final = ("远山来信", "夜航手记", "南方旧事")
_TITLES_EN: Final = ("The Long Harbour", "Night Ferry", "Letters South")
_LATIN: Final = ("Marlowe", "Ashford", "Quillon", "Tessera")
_NO_NAMES: Final = frozenset((
    "OK", "AM", "PM", "AI", "API", "JSON", "URL", "PDF", "https", "http", "www", "com",
    "km", "cm", "mm", "kg", "GB", "MB", "TB", "KB", "true", "false", "null",
    *WEEKDAYS, *MONTHS,
))  # fmt: skip

_QUOTED = re.compile(
    r"《([^《》\n]{1,60})》|「([^「」\n]{1,60})」|『([^『』\n]{1,60})』|“([^“”\n]{1,60})”"
)
_KNOWN = re.compile("|".join((*_CITIES, *_COUNTRIES, *_PEOPLE)))
_WORD = rf"(?<![{LATIN}0-9:/.@])%s(?![{LATIN}0-9@]|://)"
# In English a capital in mid-sentence, or inside a word; in Chinese any Latin word.
_ENGLISH = re.compile(
    _WORD % rf"(?:(?<=[a-z,;] )[A-Z][{LATIN}]+|[{LATIN}]{{1,30}}[a-z][A-Z][{LATIN}]*)"
)
_IN_CHINESE = re.compile(_WORD % rf"[{LATIN}]{{2,40}}")


def change_name(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with its first name, quoted title or place another one throughout."""
    chinese = is_chinese(answer)
    latin = _IN_CHINESE if chinese else _ENGLISH
    found = [
        first
        for pattern in (_QUOTED, _KNOWN, latin)
        if (first := next((m for m in matches(pattern, answer) if m[0] not in _NO_NAMES), None))
    ]
    if not found:
        return None
    first = min(found, key=re.Match.start)
    quoted = next((inner for inner in first.groups() if inner), None)
    if quoted is not None:
        return _replaced(answer, quoted, _TITLES_ZH if chinese else _TITLES_EN, rng)
    for known in (_CITIES, _COUNTRIES, _PEOPLE):
        if first[0] in known:
            return _replaced(answer, first[0], known, rng)
    family = tuple(map(str.lower, _LATIN)) if first[0].islower() else _LATIN
    other = rng.choice([one for one in family if one != first[0]])
    return re.sub(rf"(?<![{LATIN}]){first[0]}(?![{LATIN}])", other, answer)


def _replaced(answer: str, name: str, family: Sequence[str], rng: random.Random) -> str:
    other = rng.choice([one for one in family if one != name])
    return answer.replace(name, other)
