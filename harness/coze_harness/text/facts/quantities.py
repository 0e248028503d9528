"""Numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Final

from msgspec import Struct

from coze_harness.text.facts.anchored_search import search_at
from coze_harness.text.facts.fact import Fact, FactKind
from coze_harness.text.facts.numerals import (
    CHINESE_DIGITS,
    CHINESE_NUMERAL,
    CHINESE_SCALES,
    DIGITS,
    ENGLISH_NUMERAL,
    MAX_NUMERAL,
    approximate_pair,
    has_scale,
    parse_chinese,
    parse_digits,
    parse_english,
)
from coze_harness.text.facts.units import COUNTERS, PREFIXES, Unit, spellings, units, units_by_name

# A character after a unit's spelling shows that it is part of another word: 三分之一, 3年级, 5天猫.
_OTHER_WORDS: Final = {
    "分": "之别析享类期配开为成",
    "年": "级龄代",
    "天": "气猫津空",
    "周": "边年围末",
    "米": "饭粉线色",
    "元": "旦素件宵",
    "里": "面程",
    "度": "假过数",
    "包": "括含邮间装",
    "位": "于置",
    "名": "字称牌",
    "次": "日数要",
    "角": "度落色",
    "升": "级降学",
    "毛": "巾衣",
    "晚": "上餐饭点间会",
    "星": "期巴座",
    "日": "常期用",
    "片": "面",
    "楼": "下上",
    "人": "民工",
    "月": "饼",
}
_ONE_LETTER_UNITS: Final = "shgmlLGWVx"
_COUNTER: Final = re.compile(rf"[{COUNTERS}]")
_LOOSE_COUNTERS: Final = "种点类款步"
"""Measure words that enumerate what is said, as in 两种, more often than they state an amount."""
_ENUMERATED: Final = re.compile(
    r"\s(?:\w+\s)?"
    r"(?:steps|ways|options|reasons|things|points|types|kinds|tips|parts|methods|choices)\b"
)
_MARKER: Final = re.compile(r"[.、)）](?![0-9])|\.\s")
_MARKER_PLACE: Final = re.compile(r"(?:^|[\n。；;：:!！，,、.])[\s*#>(（-]*$")
_STEP_PLACE: Final = re.compile(r"(?:步骤|(?i:step|option)|方法|方案)\s?$")
_RANGE: Final = re.compile(r"\s?(?:-|–|—|~|～|至|到|to|through|或者?|or)\s?|、")
_PART_GAP: Final = re.compile(r"\s?(?:and\s|又|零)?")
# A hyphen after these is no sign: 5元-7元.
_NO_SIGN: Final = r"0-9A-Za-z)元时钟日月年分%℃度块号周米克里人斤岁次个"
# 万一 and 三明治 need no entry: one numeral counts only before a unit.
_IDIOMS: Final = re.compile(
    "十分(?!钟|之)|八门|第一时间|第三方|第二天|十全|十足|四周(?![内后前])|三星(?!级)|一天(?!内|之内|后|前|以)"
    "|三明治|四川|三亚|五金|七夕|二维|二手|两侧|两者|两旁|四周|四季|三餐|五官|九寨|六神|八卦|三角|四肢|五险"
    "|一次性|一分钱|一两(?=[千百])|一个人|两口子|十万火急|五星红旗|一分(?!钟)"
)
_LONE_NUMERALS: Final = frozenset("二两三四五六七八九")
"""Numerals that are often amounts without a known measure word: 八大行星."""
_PARTS: Final = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "tenth": 10,
}
_NO_AMOUNT: Final = "/"
"""In place of a unit: the number is a name, as 24/7."""
_ORDINAL_WORDS: Final = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_ANCHORS: Final = r"""
[0-9负零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟第半$€£¥]|-(?=[0-9])|人民币
|\b(?:(?i:on)[ec]|(?i:t)(?:wo|w[ei]|hr|hi|e)|(?i:f)(?:ou|i|o)|(?i:s)(?:ix|ev|ec)|(?i:e)(?:ig|le)|(?i:ni)
  |[Aa]n?\s|(?i:half|minus)|US|RMB|CNY|EUR|GBP|HK|JPY)
"""


def _choice(words: Sequence[str]) -> str:
    return "|".join(re.escape(word).replace("_", r"[\s-]") for word in words)


@cache
def _anchors() -> re.Pattern[str]:
    return re.compile(_ANCHORS, re.VERBOSE | re.ASCII)


@cache
def _pattern() -> re.Pattern[str]:
    chinese, latin = spellings()
    guarded = "|".join(
        f"{word}(?![{_OTHER_WORDS[word]}])" if word in _OTHER_WORDS else word for word in chinese
    )
    many = _choice([word for word in latin if len(word) > 1])
    prefixes = _choice(sorted(PREFIXES, key=len, reverse=True))
    ordinals = "|".join(_ORDINAL_WORDS)
    cn, numerals = CHINESE_NUMERAL, f"{CHINESE_DIGITS}{CHINESE_SCALES}"
    return re.compile(
        rf"""
        (?P<prefix>(?:{prefixes})\s?)?
        (?P<sign>(?<![{_NO_SIGN}])(?<![0-9一二三四五六七八九十]天)-|负|零下\s?|\bminus\s)?
        (?:
          (?<![0-9A-Za-z_.])(?P<digits>{DIGITS})(?!分之)
            (?:/(?P<under>[0-9]{{1,3}})(?![0-9/])|[:：](?P<ratio>[0-9]{{1,5}})(?![0-9:])
              |(?P<suffix>st|nd|rd|th)\b
              |(?P<scale>(?!千[克米瓦卡])[十百千万亿]{{1,2}}(?![{numerals}])|\s[万亿]
                |[kK](?![A-Za-z0-9金])|M(?![A-Za-z0-9])
                |\s?(?:thousand|million|billion|hundred|bn)\b))?
         |(?P<cn>{cn}(?!分[之百])(?:点(?=[{CHINESE_DIGITS}])[{CHINESE_DIGITS}]++)?)
         |第\s?(?P<ordinal>[0-9]++|{cn})
         |百分之(?P<percent>{DIGITS}|{cn}(?:点{cn})?)
         |千分之(?P<permille>{DIGITS}|{cn})
         |(?P<all>百分百)
         |(?<![0-9.{numerals}])(?P<bottom>{DIGITS}|{cn})分之(?P<top>{DIGITS}|{cn})
         |\b(?P<part>(?i:one|a|two|three))[\s-]
            (?P<parts>half|third|quarter|fourth|fifth|tenth)s?\b
         |\b(?P<en>(?i:{ENGLISH_NUMERAL}))
         |(?P<half>半(?=个?(?:小时|钟头|天|年|月|价|斤|公斤|块))
            |\b(?i:half)(?=[\s-](?:an?\s)?(?:hour|day|year|month)\b))
         |\b(?P<article>[Aa]n?)(?=\s(?:hour|day|week|month|year)\b)
         |\b(?P<word_ordinal>(?i:{ordinals}))\b(?!-)
         |\b(?P<often>(?i:twice|once))\b
        )
        (?:(?P<and_half>\sand\sa\shalf)|[多余来]?(?:\s?(?P<each>个多?))?(?P<middle>半)?)?
        (?:\s?(?P<zh>{guarded})
            (?P<after>半(?!价)|(?<=块)[1-9一二三四五六七八九](?![0-9十百千万个]))?
          |(?:\s|-|\san?\s)?(?=[%‰℃℉㎡°A-Za-z¥$€£])
            (?P<unit>(?:{_choice(PREFIXES[:-1])})(?!\s?[0-9A-Za-z])
              |(?i:{many})(?<!CNY|RMB|USD|EUR|GBP|HKD|JPY)(?![A-Za-z0-9²])
              |[{_ONE_LETTER_UNITS}](?![A-Za-z0-9])|[%‰℃℉㎡])
        )?
        (?P<tail_half>\sand\sa\shalf\b)?
        (?P<off>\s(?:off|discount)\b)?
        """,
        re.VERBOSE | re.ASCII,
    )


class _Candidate(Struct):
    """A number before its unit is settled."""

    start: int
    end: int
    value: Decimal
    unit: str = ""
    scale: Decimal = Decimal(1)
    has_prefix: bool = False
    needs_unit: bool = False
    is_certain: bool = True


def find_quantities(text: str) -> Iterator[Fact]:
    """Yield the numbers of a text of normal width, in reading order."""
    candidates = [
        one for match in search_at(_anchors(), _pattern(), text) if (one := _candidate(text, match))
    ]
    _share_units(text, candidates)
    _join_parts(text, candidates)
    for one in candidates:
        if one.needs_unit and not one.unit:
            if text[one.start : one.end] not in _LONE_NUMERALS:
                continue
            one.is_certain = False
        section = text[one.start : one.end]
        if one.unit == _NO_AMOUNT or (one.end - one.start >= 8 and section.isdigit()):
            yield Fact(FactKind.NAME, section, "", one.start, one.end, section)
        else:
            yield Fact(
                FactKind.NUMBER, one.value, one.unit, one.start, one.end, section, one.is_certain
            )


def find_lone_numerals(text: str) -> Iterator[Fact]:
    """Yield the short Chinese numerals that are numbers only where they stand alone, as in 是十二.

    `find_quantities` leaves them out: 十 begins 十分, 十足 and many other words.

    Args:
        text: in normal width.
    """
    for match in _lone_numerals().finditer(text):
        value = parse_chinese(match["cn"]) if len(match["cn"]) <= MAX_NUMERAL else None
        if value is not None:
            amount = -value if match["sign"] else value
            start, end = match.span()
            yield Fact(FactKind.NUMBER, amount, "", start, end, match.group(), is_certain=False)


@cache
def _lone_numerals() -> re.Pattern[str]:
    point = f"点[{CHINESE_DIGITS}]++"
    return re.compile(
        rf"(?:(?<!\w)|(?<=[是为得共于]))(?P<sign>负)?(?P<cn>{CHINESE_NUMERAL}(?:{point})?)(?!\w)"
    )


def _share_units(text: str, candidates: list[_Candidate]) -> None:
    """Give both ends of a range the unit that is written once: 5–7天, $5–7, 5至7万元."""
    for index in range(len(candidates) - 2, -1, -1):
        first, second = candidates[index], candidates[index + 1]
        if second.start - first.end > 9 or not _RANGE.fullmatch(text, first.end, second.start):
            continue
        if not first.unit and second.unit not in ("", "ordinal"):
            first.unit = second.unit
            if second.scale > 1 and first.scale == 1 and first.value < second.value:
                first.value *= second.scale
        elif first.has_prefix and not second.unit:
            second.unit = first.unit


def _join_parts(text: str, candidates: list[_Candidate]) -> None:
    """Make one amount of 4小时30分钟, 1 hour and 5 minutes, 1年6个月 and 5元5角."""
    table = units_by_name()
    for index in range(len(candidates) - 2, -1, -1):
        first, second = candidates[index], candidates[index + 1]
        if first.unit and second.unit and second.start - first.end <= 5:
            large, small = table.get(first.unit), table.get(second.unit)
            if (
                large
                and small
                and large.dimension == small.dimension
                and large.factor > small.factor
                and _PART_GAP.fullmatch(text, first.end, second.start)
            ):
                first.value += second.value * small.factor / large.factor
                first.end = second.end
                del candidates[index + 1]


def _candidate(text: str, match: re.Match[str]) -> _Candidate | None:
    start, end = match.span()
    if end - start > MAX_NUMERAL + 20 or start == end:
        return None
    one = _Candidate(start, end, Decimal(0))
    amount = _amount(text, match, one)
    if amount is None:
        return None
    one.value = -amount if match["sign"] else amount
    return one if _settle_unit(text, match, one) else None


def _amount(text: str, match: re.Match[str], one: _Candidate) -> Decimal | None:
    """Return the amount without its unit; what its notation says about it is set in `one`."""
    if match["digits"]:
        return _amount_of_digits(text, match, one)
    if _IDIOMS.match(text, match.start()):
        return None
    if match["cn"]:
        return _amount_of_chinese(text, match, one)
    if numeral := match["ordinal"]:
        one.unit = "ordinal"
        one.is_certain = numeral.isascii() and not _is_step(text, match)
        return _plain(numeral)
    if numeral := match["percent"] or match["permille"]:
        one.unit = "%" if match["percent"] else "‰"
        return _plain(numeral)
    if match["all"]:
        one.unit = "%"
        return Decimal(100)
    if match["bottom"]:
        top, bottom = _plain(match["top"]), _plain(match["bottom"])
        return top / bottom if top is not None and bottom else None
    return Decimal("0.5") if match["half"] else _amount_of_words(text, match, one)


def _amount_of_words(text: str, match: re.Match[str], one: _Candidate) -> Decimal:
    if match["part"]:
        return Decimal(_PARTS[match["part"].lower()]) / _PARTS[match["parts"]]
    if match["en"]:
        is_count = _ENUMERATED.match(text, match.end("en"))
        one.is_certain = match["en"].lower() != "one" and not is_count
        return parse_english(match["en"])
    one.is_certain = False
    if match["word_ordinal"]:
        one.unit = "ordinal"
        return Decimal(_ORDINAL_WORDS.index(match["word_ordinal"].lower()) + 1)
    if match["often"]:
        one.unit = "times"
        one.is_certain = match["often"].lower() == "twice"
    return Decimal(2 if one.is_certain else 1)


def _is_step(text: str, match: re.Match[str]) -> bool:
    """Whether 第1步 and the like numbers a step."""
    return text[match.end("ordinal") : match.end("ordinal") + 1] in ("步", "，", ",", "、", "")


def _plain(text: str) -> Decimal | None:
    return parse_digits(text) if text.isascii() else parse_chinese(text)


def _amount_of_digits(text: str, match: re.Match[str], one: _Candidate) -> Decimal | None:
    digits = match["digits"]
    if len(digits) > MAX_NUMERAL or _is_marker(text, match):
        return None
    if match["under"] or match["ratio"]:
        return _quotient(match, one)
    if match["suffix"]:
        one.unit = "ordinal"
    scale = match["scale"] or ""
    if scale == "M" and not match["prefix"]:
        return None
    value = parse_digits(digits, scale)
    if scale:
        one.scale = value / parse_digits(digits) if value else one.scale
    if len(digits) < 3:
        one.is_certain = not _STEP_PLACE.search(text, max(0, match.start() - 8), match.start())
    return value


def _quotient(match: re.Match[str], one: _Candidate) -> Decimal | None:
    """Return the value of a fraction or ratio: 1/3, 3:1. One above 1, as 24/7, is a name."""
    top, bottom = parse_digits(match["digits"]), int(match["under"] or match["ratio"])
    if match["ratio"]:
        one.unit = "ratio"
        return top / bottom if bottom else None
    if 0 < top < bottom:
        return top / bottom
    one.unit = _NO_AMOUNT
    return top


def _is_marker(text: str, match: re.Match[str]) -> bool:
    """Whether the number only numbers an item of a list: `1. `, 2、, (3), 1️⃣."""
    if len(match["digits"]) > 2 or match["prefix"]:
        return False
    after = match.end("digits")
    if text[after : after + 1] in ("\ufe0f", "\u20e3"):
        return True
    return bool(
        _MARKER.match(text, after)
        and _MARKER_PLACE.search(text, max(0, match.start() - 12), match.start())
    )


def _amount_of_chinese(text: str, match: re.Match[str], one: _Candidate) -> Decimal | None:
    numeral = match["cn"]
    start, end = match.span("cn")
    before = text[start - 1 : start]
    if len(numeral) > MAX_NUMERAL or before in ("几", "数"):
        return None
    if numeral == "一":
        one.is_certain = False
        if before in ("某", "有", "这", "那", "哪"):
            return None
    if pair := approximate_pair(numeral):
        one.needs_unit = True
        one.is_certain = False
        is_discount = text[end : end + 1] == "折"
        return Decimal(pair[0] * 10 + pair[1] if is_discount else pair[0])
    is_row = not has_scale(numeral) and set("零〇点").isdisjoint(numeral)
    is_short_ten = numeral[0] == "十" and len(numeral) == 2
    one.needs_unit = len(numeral) == 1 or (is_row and len(numeral) < 4) or is_short_ten
    return parse_chinese(numeral)


def _settle_unit(text: str, match: re.Match[str], one: _Candidate) -> bool:
    """Set the unit, and what it adds to the amount. Return whether the number is a fact."""
    table = units()
    spelling = match["zh"] or match["unit"] or ""
    unit = _unit(table, spelling, match)
    if match["prefix"] and not one.unit:
        unit = table[match["prefix"].strip().lower()]
        one.has_prefix = one.is_certain = True
    if unit and not one.unit:
        one.unit = unit.name
        one.needs_unit = False
    elif spelling and not unit:
        one.end = match.start("zh") if match["zh"] else match.start("unit")
        one.end = one.start + len(text[one.start : one.end].rstrip(" -"))
    _add_halves(match, one)
    if one.needs_unit and _COUNTER.match(text, match.end("cn")):
        one.needs_unit = False
        one.is_certain = one.is_certain and text[match.end("cn")] not in _LOOSE_COUNTERS
    after = text[one.end : one.end + 1]
    is_part_of_word = after.isascii() and (after.isalpha() or after == "_")
    return bool(one.unit) or not match["digits"] or not is_part_of_word


def _add_halves(match: re.Match[str], one: _Candidate) -> None:
    """Add what stands around the unit: 两个半小时, 5块5, 85折, 20% off."""
    if match["middle"] or match["and_half"] or match["tail_half"] or match["after"] == "半":
        one.value += Decimal("0.5")
    elif match["after"]:
        one.value += (_plain(match["after"]) or Decimal(0)) / 10
    if one.unit == "discount" and one.value > 10:
        one.value /= 10
    if match["off"] and one.unit == "%":
        one.value, one.unit = (100 - one.value) / 10, "discount"


def _unit(table: dict[str, Unit], spelling: str, match: re.Match[str]) -> Unit | None:
    if spelling == "月" and not (match["each"] or match["half"]):
        return None
    if spelling == "G" and match["digits"] in ("2", "3", "4", "5", "6"):
        after = match.string[match.end() : match.end() + 2]
        if after not in ("流量", "内存", "空间"):
            return None  # 5G
    key = spelling.replace("-", " ") if len(spelling) > 1 else spelling
    return table.get(key) or table.get(key.lower())


def number_key(fact: Fact) -> tuple[Decimal, str]:
    """Return the amount in the base unit of its dimension, and the dimension: 7 days and 1 week."""
    if not isinstance(fact.value, Decimal):
        raise TypeError(f"{fact.kind} has no amount")
    unit = units_by_name().get(fact.unit)
    if unit is None:
        return fact.value, fact.unit
    return fact.value * unit.factor, unit.dimension
