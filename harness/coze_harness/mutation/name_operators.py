"""Changes the name of a person, a product, a work or a place."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final

from coze_harness.mutation.date_operators import MONTHS, WEEKDAYS
from coze_harness.mutation.mutation_operator import choose_other
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
# In English a word with a capital in mid-sentence or inside the word, in Chinese any Latin word.
_ENGLISH = re.compile(
    _WORD % rf"(?:(?<=[a-z,;] )[A-Z][{LATIN}]+|[{LATIN}]{{1,30}}[a-z][A-Z][{LATIN}]*)"
)
_IN_CHINESE = re.compile(_WORD % rf"[{LATIN}]{{2,40}}")


def find_names(answer: str) -> Iterator[re.Match[str]]:
    """Yield quoted titles, places, people and Latin names, in reading order."""
    latin = _IN_CHINESE if is_chinese(answer) else _ENGLISH
    done = 0
    for match in merge(
        *(matches(pattern, answer) for pattern in (_QUOTED, _KNOWN, latin)), key=re.Match.start
    ):
        if match.start() >= done and match[0] not in _NO_NAMES:
            done = match.end()
            yield match


def change_name(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with its first name, quoted title or place changed throughout."""
    chinese = is_chinese(answer)
    first = next(find_names(answer), None)
    if first is None:
        return None
    name = first[0]
    quoted = next((inner for inner in first.groups() if inner), None)
    if quoted is not None:
        titles = _TITLES_ZH if chinese else _TITLES_EN
        return answer.replace(quoted, choose_other(titles, quoted, rng))
    for known in (_CITIES, _COUNTRIES, _PEOPLE):
        if name in known:
            return answer.replace(name, choose_other(known, name, rng))
    names = tuple(map(str.lower, _LATIN)) if name.islower() else _LATIN
    other = choose_other(names, name, rng)
    return re.sub(rf"(?<![{LATIN}]){name}(?![{LATIN}])", other, answer)
