"""Dates, times of day, weekdays, relative dates and holidays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from coze_harness.text.facts.anchored_search import search_at
from coze_harness.text.facts.fact import Fact, FactKind
from coze_harness.text.facts.numerals import parse_chinese

_DAY: Final = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTH: Final = r"""(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?
    |Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"""
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HALF_DAYS: Final = {
    **dict.fromkeys(("凌晨", "清晨", "早上", "早晨", "上午", "今早", "明早", "早"), "am"),
    **dict.fromkeys(("下午", "午后", "傍晚", "晚上", "晚间", "夜里", "今晚", "明晚", "晚"), "pm"),
    "中午": "noon",
}
_DAYS: Final = {
    "大后天": 3,
    "后天": 2,
    **dict.fromkeys(("明天", "明日", "明早", "明晚", "次日", "tomorrow"), 1),
    **dict.fromkeys(("今天", "今日", "今早", "今晚", "today", "tonight"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "yesterday"), -1),
    "前天": -2,
}
_YEARS: Final = {"今年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2}
_OFFSETS: Final = {
    "下下": 2,
    "下": 1,
    "本": 0,
    "这": 0,
    "上": -1,
    "next": 1,
    "this": 0,
    "last": -1,
}
_HOLIDAYS: Final = {
    **dict.fromkeys(("元旦", "New Year's Day"), "new year"),
    "除夕": "new year's eve",
    **dict.fromkeys(("春节", "Spring Festival"), "spring festival"),
    "清明节": "qingming",
    **dict.fromkeys(("五一", "劳动节"), "labour day"),
    "端午": "dragon boat",
    "中秋": "mid-autumn",
    **dict.fromkeys(("国庆", "National Day"), "national day"),
    **dict.fromkeys(("双十一", "双11"), "11.11"),
    **dict.fromkeys(("圣诞", "Christmas"), "christmas"),
    "Thanksgiving": "thanksgiving",
    "Easter": "easter",
}
_RANGE: Final = r"\s?(?:[-–—~～至到]|to\s|through\s|until\s)\s?"
_HALF_DAY: Final = rf"(?:{'|'.join(_HALF_DAYS)})"
_CLOCK: Final = r"[ap]\.?m\b\.?|[AP]\.?M\b\.?"

_SUFFIX: Final = r"(?:st|nd|rd|th)?"
_YEAR: Final = "(?:1[0-9]|2[01])[0-9]{2}"
_RECENT_YEAR: Final = "(?:1[5-9]|20)[0-9]{2}"
# Nouns that make 3号 a number, as 3号楼 and 3号线.
_NUMBERED: Final = "楼线院门店馆厅桌房台库机柜车口航公出文令码选球路"

_CALENDAR_PATTERN: Final = rf"""
 (?<![0-9A-Za-z./-])
    (?P<iso>{_YEAR}(?P<sep>[-/.])[01]?[0-9](?P=sep)[0-3]?[0-9])
    (?![0-9]|[./-][0-9])
|(?:(?P<year>(?:1[5-9]|2[01])[0-9]{{2}}|[一二][〇零一二三四五六七八九]{{3}}|[0-9]{{2}}(?=年{_DAY}月))\s?年
    (?:\s?(?P<ymonth>{_DAY})\s?月份?
        (?:\s?(?P<yday>{_DAY})\s?[日号](?:{_RANGE}(?P<yto>{_DAY})\s?[日号])?)?)?)
|(?P<month>{_DAY})\s?月
    (?:\s?(?P<day>{_DAY})\s?[日号]?(?:{_RANGE}(?P<to>{_DAY})\s?[日号])?|份|(?![0-9]))
|(?P<monthly>每月|本月|当月|下个?月)\s?(?P<mday>{_DAY})\s?[日号]
|(?:(?<=[于在])|公元(?:前\s?)?)(?P<early>[1-9][0-9]{{1,3}})\s?年(?![代级])
|(?<![0-9.第])(?P<nday>[12]?[0-9]|3[01])号(?![0-9{_NUMBERED}])
|(?<![0-9.])(?P<oday>[0-9]{{1,2}})\s?[日号]
    (?=之?前|以前|起|开始|上午|下午|早|晚|中午|当天|截止|[（(]|\s?[0-9]{{1,2}}[:：点])
|(?<![0-9.])(?P<nth>[0-3]?[0-9])(?:st|nd|rd|th)(?=\s(?:day\s)?of\s(?:every|each|the|this|next)\smonth)
|\b(?P<mon>{_MONTH})
    (?:\s(?P<mond>[0-3]?[0-9]){_SUFFIX}\b(?:{_RANGE}(?P<mont>[0-3]?[0-9]){_SUFFIX}\b(?!:))?)?
    (?:,?\s(?P<mony>{_YEAR})\b)?
|(?<![0-9.])\b(?P<dday>[0-3]?[0-9]){_SUFFIX}(?:{_RANGE}(?P<dto>[0-3]?[0-9]){_SUFFIX})?
    \s(?:of\s)?(?P<dmon>{_MONTH})(?:,?\s(?P<dy>{_YEAR})\b)?
|(?:(?<=\b(?i:in)\s)|(?<=\b(?i:since)\s)|(?<=\bby\s)|(?<=\buntil\s)|(?<=\bof\s)|(?<=\bfrom\s)
    |(?<=\byear\s))(?P<year2>{_RECENT_YEAR})\b(?![.,:/-]?[0-9])
|\b(?P<decade>(?:1[5-9]|20)[0-9]0)s\b
"""
_WEEK_PATTERN: Final = rf"""
 (?P<rel>下下|下个?|本|这个?|上个?)?(?:周|星期|礼拜)
    (?:(?P<wd>[一二三四五六日天末]|[1-6](?![0-9]))
        (?:{_RANGE}(?:周|星期|礼拜)?(?P<wto>[一二三四五六日天]))?
      |(?<=[下本这上个][周期拜])(?!年|到|边|围))
|\b(?:(?P<erel>(?i:next|this|last))\s)?
    (?P<ewd>(?i:mon|tues|wednes|thurs|fri|satur|sun))days?\b
|\b(?P<abbr>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?
    (?=\s?[-–—&,0-9]|\s(?:to|and|at|from)\b|$|\))
|\b(?P<weekend>[Ww]eekends?)\b
"""
_TIME_PATTERN: Final = rf"""
 (?P<hd>{_HALF_DAY})?\s?(?<![0-9.:])(?P<h>[0-2]?[0-9])\s?[:：](?P<mi>[0-5][0-9])
    (?:[:：][0-5][0-9])?(?![0-9])(?:\s?(?P<ap>{_CLOCK}))?
|(?P<zhd>{_HALF_DAY})?\s?(?<![0-9.])(?P<zh>[0-2]?[0-9]|[一二两三四五六七八九十]{{1,3}})
    \s?(?:点|(?<=[0-9])时(?=[0-9整半许前后至到，。-]))
    (?P<zmi>半|整|钟|[一三]刻|[0-5][0-9](?![0-9])分?|[一二三四五]?十[一二三四五六七八九]?分?
      |零?[一二三四五六七八九]分|[0-9]分)?
|(?<![0-9.:])\b(?P<eh>[01]?[0-9])(?:\s?(?P<eap>{_CLOCK})|\so['’]clock)
|\b(?P<noon>(?i:noon|midnight))\b
|(?P<znoon>正午|午夜)
"""
_RELATIVE_PATTERN: Final = rf"""
 (?P<rday>{"|".join(one for one in _DAYS if not one.isascii())}
    |\b(?:(?i:today|tonight|tomorrow|yesterday))\b)
|(?P<ryear>{"|".join(_YEARS)})
|(?P<rmonth>下|上|本|这)个?月
|\b(?P<epoff>(?i:next|last|this))\s(?P<eperiod>week|month|year)\b
|(?P<holiday>{"|".join(map(re.escape, _HOLIDAYS))})(?![0-9])
"""

# Digits and characters that begin many other words are anchors only with what follows in a date.
_ANCHORS: Final = r"""
(?=[0-9公一二两三四五六七八九十周星礼上下本这每当今明后昨前去大次凌清早中正午傍晚夜元除春劳端国双圣]
   |\b[A-Za-z])(?:
(?<![0-9.])[0-9]{1,4}
    (?=\s?(?:[-–—~～至到/.年月日号:：点时]|0s|[ap]\.?m|[AP]\.?M|st|nd|rd|th|of|to\s|[JFMASOND][a-z]|o['’]))
|(?<=[nefyrl]\s)(?:1[5-9]|20)[0-9]{2}
|公元|[一二两三四五六七八九十](?=[〇零一二三四五六七八九十]{0,3}\s?[年月点])|五一
|周[一二三四五六日天末1-6]|星期|礼拜|[下上本这](?:个?[周星礼月]|下[周个星])|[每当]月
|今[天日晚早年]|明[天日晚早年]|后[天年]|昨|前[天年]|去年|大后天|次日
|凌晨|清[晨明]|早[上晨0-9一二三四五六七八九十]|[上下]午|中[午秋]|正午|午[后夜]|傍晚
|晚[上间0-9一二三四五六七八九十]|夜里|元旦|除夕|春节|劳动|端午|国庆|双[十1]|圣诞
|\b(?:(?i:jan|feb|mar|apr)|May|Ju[nl]|Aug|Sep|Oct|Nov|Dec|(?i:mon|tue)|(?i:we)[de]|(?i:th)[ui]
    |(?i:fri|sat|sun)|(?i:ne)[xw]|(?i:last|noon|midn)|(?i:to)[dnm]|(?i:yest)|Chri|Spri|Nati|Than|East)
)
"""


@cache
def _anchors() -> re.Pattern[str]:
    return re.compile(_ANCHORS, re.VERBOSE | re.ASCII)


@cache
def _pattern() -> re.Pattern[str]:
    parts = (_CALENDAR_PATTERN, _WEEK_PATTERN, _TIME_PATTERN, _RELATIVE_PATTERN)
    return re.compile("|".join(parts), re.VERBOSE | re.ASCII)


def find_dates(text: str) -> Iterator[Fact]:
    """Yield the dates and times of a text of normal width, in reading order."""
    for match in search_at(_anchors(), _pattern(), text):
        start, end = match.span()
        while text[start].isspace():
            start += 1
        for value in filter(None, _values(match)):
            # Today and this year are rather filling words than dates.
            is_certain = value not in ("day+0", "year+0")
            yield Fact(FactKind.DATE, value, "", start, end, text[start:end], is_certain)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isascii():
        return int(text)
    value = parse_chinese(text)
    return None if value is None else int(value)


def calendar_value(year: int | None, month: int | None, day: int | None) -> str | None:
    """Return a date in ISO 8601, shortened to what is known; `None` if there is no such date."""
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    if year is not None and year < 100:
        year += 2000
    if year is None and month is None:
        return None if day is None else f"---{day:02}"
    parts = ["-" if year is None else f"{year:04}", "-" if month is None else f"{month:02}"]
    return "-".join(parts if day is None else (*parts, f"{day:02}")) if month else parts[0]


def _values(match: re.Match[str]) -> list[str | None]:
    """Return the values of one match: two of a range of days."""
    for groups, read in _READERS.items():
        if any(match[group] for group in groups):
            return read(match)
    return []


def _calendar(match: re.Match[str]) -> list[str | None]:
    if match["iso"]:
        year, month, day = (int(part) for part in re.split(r"[-/.]", match["iso"]))
        return [calendar_value(year, month, day)]
    if match["year"]:
        first = _number(match["year"]), _number(match["ymonth"]), _number(match["yday"])
        return _span(*first, _number(match["yto"]))
    if match["month"]:
        return _span(None, _number(match["month"]), _number(match["day"]), _number(match["to"]))
    if match["mon"] or match["dmon"]:
        return _english_calendar(match)
    if match["early"]:
        return [f"{'-' if '前' in match.group() else ''}{int(match['early']):04}"]
    if day_of_month := match["mday"] or match["oday"] or match["nday"] or match["nth"]:
        return [calendar_value(None, None, _number(day_of_month))]
    return [match["year2"] or f"{match['decade']}s"]


def _english_calendar(match: re.Match[str]) -> list[str | None]:
    name = match["mon"] or match["dmon"]
    month = _MONTHS.index(name[:3].lower()) + 1
    if match["dmon"]:
        return _span(_number(match["dy"]), month, _number(match["dday"]), _number(match["dto"]))
    if not match["mond"] and not match["mony"] and name in ("May", "Mar", "March"):
        # May I; to march
        before = match.string[max(0, match.start() - 12) : match.start()]
        if not _MONTH_PLACE.search(before):
            return []
    return _span(_number(match["mony"]), month, _number(match["mond"]), _number(match["mont"]))


_MONTH_PLACE: Final = re.compile(
    r"\b(?:in|of|by|from|until|since|to|and|late|early|mid|every)[\s-]$"
)


def _span(
    year: int | None, month: int | None, day: int | None, last: int | None
) -> list[str | None]:
    values = [calendar_value(year, month, day)]
    return values if last is None else [*values, calendar_value(year, month, last)]


def _week(match: re.Match[str]) -> list[str | None]:
    offset = (match["rel"] or match["erel"] or "").lower().removesuffix("个")
    mark = f"{_OFFSETS[offset]:+}" if offset else ""
    if match["wd"]:
        if match["wd"] == "末":
            return [f"weekend{mark}"]
        days = [_weekday(match["wd"]), *([_weekday(match["wto"])] if match["wto"] else [])]
        return [f"W{day}{mark}" for day in days]
    if match["rel"]:
        return [f"week{mark}"]
    name = match["ewd"] or match["abbr"]
    if name:
        return [f"W{_WEEKDAYS.index(name[:3].lower()) + 1}{mark}"]
    return ["weekend"] if match["weekend"] else []


def _weekday(mark: str) -> int:
    return int(mark) if mark.isascii() else min("一二三四五六日天".index(mark) + 1, 7)


def _time(match: re.Match[str]) -> list[str | None]:
    if match["mi"]:
        half = match["hd"] or match["ap"]
        return [_clock(_number(match["h"]), int(match["mi"]), half)]
    if match["zh"]:
        half, tail = match["zhd"], match["zmi"]
        if not tail and not half and not _is_clock(match):
            return []
        minutes = 0
        if tail and tail not in ("整", "钟"):
            short = {"半": 30, "一刻": 15, "三刻": 45}.get(tail)
            minutes = short if short is not None else _number(tail.removesuffix("分")) or 0
        return [_clock(_number(match["zh"]), minutes, half)]
    if match["eh"]:
        return [_clock(int(match["eh"]), 0, match["eap"])]
    if match["noon"]:
        return ["T12:00" if match["noon"].lower() == "noon" else "T00:00"]
    return [("T12:00" if match["znoon"] == "正午" else "T00:00")] if match["znoon"] else []


def _is_clock(match: re.Match[str]) -> bool:
    """Whether 点 without minutes is a time, and not a point as in 三点建议."""
    text, start, end = match.string, match.start(), match.end()
    if match["zh"].isascii():
        return text[end : end + 1] not in _NOT_TIME
    return text[start - 1 : start] in ("至", "到", "-", "–", "—", "~")


_NOT_TIME: Final = tuple("建要内说原注好优理意事小经，：")


def _clock(hour: int | None, minute: int, half: str | None) -> str | None:
    if hour is None or hour > 24:
        return None
    word = half or ""
    half = _HALF_DAYS.get(word, word.lower().replace(".", ""))
    if (half == "pm" and hour < 12) or (half == "noon" and hour < 3):
        hour += 12
    elif hour == 12 and (half == "am" or "晚" in word):
        hour = 0
    is_open = not half and 1 <= hour <= 12
    return f"T{hour % 24:02}:{minute:02}{'~' if is_open else ''}"


def _relative(match: re.Match[str]) -> list[str | None]:
    if match["rday"]:
        return [f"day{_DAYS[match['rday'].lower()]:+}"]
    if match["ryear"]:
        return [f"year{_YEARS[match['ryear']]:+}"]
    if match["rmonth"]:
        return [f"month{_OFFSETS[match['rmonth']]:+}"]
    if match["eperiod"]:
        return [f"{match['eperiod']}{_OFFSETS[match['epoff'].lower()]:+}"]
    return [_HOLIDAYS[match["holiday"]]]


# Which groups of the pattern say that a reader can read a match.
_READERS: Final = {
    ("mi", "zh", "eh", "noon", "znoon"): _time,
    ("wd", "rel", "ewd", "abbr", "weekend"): _week,
    ("rday", "ryear", "rmonth", "eperiod", "holiday"): _relative,
    (
        "iso",
        "year",
        "month",
        "mday",
        "oday",
        "nday",
        "nth",
        "early",
        "mon",
        "dday",
        "year2",
        "decade",
    ): _calendar,
}


_CALENDAR: Final = re.compile(r"(?:(?P<year>[0-9]{4})|-)-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


def date_variants(value: str) -> tuple[str, ...]:
    """Return a date and what a less precise text says of it: 2024-05-01 is also --05-01."""
    if full := _CALENDAR.fullmatch(value):
        shorter = [f"--{full['month']}-{full['day']}", f"---{full['day']}"]
        return (value, *shorter) if full["year"] else (value, shorter[1])
    if value.startswith("T"):
        hour = int(value[1:3])
        return (value,) if value.endswith("~") else (value, f"T{(hour % 12) or 12:02}{value[3:]}~")
    if value == "weekend":
        return (value, "W6", "W7")
    if value.startswith(("W", "weekend")):
        return (value, re.split(r"[+-]", value)[0])
    return (value,)
