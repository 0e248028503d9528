"""Identifiers, titles in 《》 and names in Latin letters.

Chinese names are not extracted: without a dictionary, nothing sets them apart from other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from coze_harness.text.facts.fact import Fact, FactKind
from coze_harness.text.facts.units import units

_MAX_TITLE: Final = 60
_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏ"
_SPACES: Final = re.compile(r"[\s\-–_'’·]+")
_URL: Final = r"[!-;=?-~]"
_HOST_ENDING: Final = "(?:com|cn|org|net|io|ai|dev|app|edu|gov)"
_PHONE: Final = r"""
 (?:\+\s?86[\s-]?|\(?0[0-9]{2,3}\)?[\s-])?
    (?:1[3-9][0-9][\s-]?[0-9]{4}[\s-]?[0-9]{4}|[48]00[\s-]?[0-9]{3,4}[\s-]?[0-9]{3,4}
      |(?<=[\s)-])[0-9]{7,8})
|\+[0-9]{1,3}(?:[\s-][0-9]{2,4}){2,4}
|(?:1-)?[0-9]{3}-[0-9]{3,4}-[0-9]{4}|\([0-9]{3}\)\s?[0-9]{3}-[0-9]{4}
|[0-9]{4}(?:[ -][0-9]{4}){2,4}
|(?:(?<=拨打)|(?<=致电)|(?<=电话)|(?<=热线)|(?<=电话[:：])|(?<=热线[:：]))[0-9]{3,8}
"""
# In place of a model's name: 9 AM, USD 5.
_NO_MODELS: Final = "(?:US|HK|AM|PM|NO|OK|ID|VIP|FAQ|USD|RMB|CNY|EUR|GBP|HKD|JPY)"
_IDENTIFIER: Final = rf"""
(?=[0-9A-Za-z《(+-])
(?:
 (?P<url>\b(?i:https?://|www\.){_URL}++)
|(?P<mail>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{{1,64}}+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+)
|(?P<host>(?<![A-Za-z0-9.@-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,4}}{_HOST_ENDING}\b(?![.][a-z])
    (?:/{_URL}*)?)
|(?<![A-Za-z0-9_-])(?P<flag>--[a-z][a-z0-9-]*+)
|《(?P<title>[^《》\n]{{1,{_MAX_TITLE}}})》
|(?<![0-9A-Za-z.,¥$€£])(?P<phone>{_PHONE})(?![0-9A-Za-z]|[.,][0-9]|\s?(?:[元块万亿人]|yuan|dollars))
|\b(?P<model>(?!{_NO_MODELS}\s?[0-9])
    (?:[a-z]{{1,2}}[A-Z]|[A-Z]{{2}})[A-Za-z]{{0,10}}[ -]?[0-9]{{1,4}})
    (?![0-9.,:%/A-Za-z_-]|\s?[%天元个件年月日号人分])
|(?<![0-9A-Za-z.])(?P<version>(?!(?:1[0-9]|2[01])[0-9]{{2}}\.[01]?[0-9]\.[0-3]?[0-9](?![0-9.]))
    [vV]?[0-9]{{1,6}}(?:\.[0-9]{{1,6}}){{2,5}})(?![0-9.]|[A-Za-z])
)"""
# No possessive quantifier after this group: Python 3.11.2 would also take what only begins another
# repetition, such as the full stop of a sentence.
_TOKEN: Final = rf"""
(?<![{_LATIN}0-9_])(?:[{_LATIN}]|[0-9]{{1,12}}(?=[{_LATIN}]))[{_LATIN}0-9]*+
(?:[-_.&'’/][{_LATIN}0-9]++)*(?:\+\+|\#)?
"""

# Written with a capital in running English without being names; no names in Chinese texts.
_ORDINARY_WORDS: Final = """
i i'm i'll i'd i've ok okay hi hello hey dear bye yes no not and or the a an of to is in on at for
am pm a.m p.m faq faqs q a.k.a e.g i.e etc vs app apps email e-mail wifi wi-fi id ids vip pc qq
tips tip note notes ps p.s important please thanks thank sorry sir madam ms mr mrs dr step steps
option day week online offline logo ai pdf warning caution tldr asap n/a first second third
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
january february march april may june july august september october november december
how what when where why which who whom whose can could would will shall should might must do does
did has have had was were been be if once we you he she it they them us my your our their his her
its this that these those there here let from with by about after before during while since until
as but so because although though however unfortunately sure great good welcome congratulations
certainly absolutely all any both each every some most many more other another then next finally
also just only too very never always usually sometimes now later soon
"""
_SENTENCE_PLACE: Final = re.compile(
    r"(?:^|[.!?:;。！？：；\n\t“”\"(（*#>|•·—–\]\[]|[0-9][.)、）])\s*[-*#>“\"(]*\s*$"
)
_INITIALS: Final = re.compile(r"(?:[A-Z]\.)+[A-Z]")
_HAN: Final = re.compile(r"[㐀-鿿]+")
_LETTERS: Final = re.compile(r"[A-Za-z]+")


@cache
def _identifiers() -> re.Pattern[str]:
    return re.compile(_IDENTIFIER, re.VERBOSE | re.ASCII)


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(_TOKEN, re.VERBOSE)


@cache
def _ordinary_words() -> frozenset[str]:
    return frozenset((*_ORDINARY_WORDS.split(), *units()))


def is_chinese(text: str) -> bool:
    """Whether more of a text is written in Chinese characters than in Latin words."""
    han = sum(map(len, _HAN.findall(text)))
    return han > 0 and han * 3 >= sum(map(len, _LETTERS.findall(text)))


def find_identifiers(text: str) -> Iterator[Fact]:
    """Yield addresses, phone numbers, versions and titles: their digits are no numbers."""
    for match in _identifiers().finditer(text):
        start, end = match.span()
        kind = match.lastgroup or ""
        if kind in ("url", "host"):
            end = start + len(match.group().rstrip(".,;:!?)'\"*`"))
        section = text[start:end]
        yield Fact(FactKind.NAME, _identity(kind, section), "", start, end, section)


def _identity(kind: str, section: str) -> str:
    """Return what all spellings of an identifier have in common."""
    if kind in ("url", "host"):
        return re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", section.lower())
    if kind == "title":
        return re.sub(r"\s+", "", section[1:-1]).casefold()
    if kind == "phone":
        digits = re.sub(r"[^0-9]", "", section)
        return digits[2:] if digits.startswith("86") and len(digits) > 11 else digits
    if kind == "model":
        return _SPACES.sub("", section.casefold())
    return section.lower().removeprefix("v") if kind == "version" else section.lower()


def find_names(text: str, *, chinese: bool) -> Iterator[Fact]:
    """Yield names in Latin letters.

    Args:
        text: in normal width; what other facts cover is blank.
        chinese: whether the text is Chinese, where any Latin word is a name.
    """
    for match in _tokens().finditer(text):
        start, end = match.span()
        word = text[start:end]
        if not chinese and word.islower() and word.isalpha():
            continue
        for ending in ("'s", "’s"):
            word = word.removesuffix(ending)
        end = start + len(word)
        folded = word.casefold()
        if folded in _ordinary_words() or len(word) == 1 or "'" in word or "’" in word:
            continue
        is_code = any(mark.isdigit() or mark in "_." for mark in word)
        has_capital = any(mark.isupper() for mark in word[1:])
        is_name = chinese or is_code or has_capital
        if not (is_name or word[0].isupper()):
            continue
        value = _SPACES.sub("", folded)
        if _INITIALS.fullmatch(word):
            value = value.replace(".", "")
        is_certain = is_name or not _is_title_place(text, start, end)
        yield Fact(FactKind.NAME, value, "", start, end, word, is_certain)


def is_identifier(fact: Fact) -> bool:
    """Whether a name is the same in all languages: an address, a number, a code."""
    return bool(re.search(r"[0-9@]|\.[a-z]", str(fact.value)))


def _is_title_place(text: str, start: int, end: int) -> bool:
    """Whether a capital may only mark the beginning of a sentence, a heading or a label."""
    if _SENTENCE_PLACE.search(text, max(0, start - 24), start):
        return True
    return text[end : end + 1] == ":" or text[end : end + 2] == "**"
