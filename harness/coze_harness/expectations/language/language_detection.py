"""The language of a text: its script first, then words and letters of the languages that share it.

Han without kana or hangul is Chinese, kana is Japanese, hangul is Korean. Of scripts that several
languages share, the extra `language` (lingua) decides; plain English is known without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_harness.expectations.markdown.markdown_code import blank_code
from coze_harness.expectations.optional_package import has_package
from coze_harness.text.safe_regex import SafePattern, compile_pattern

if TYPE_CHECKING:
    from lingua import LanguageDetector

_MAX_LENGTH: Final = 20_000
"""Characters of a text whose script is counted."""
_MAX_SAMPLE: Final = 1_000
"""Characters of a text that lingua reads: more do not change what it finds."""
_SHORT: Final = 4
"""Words below which two languages may be too close to tell them apart."""
_MIN_KANA: Final = 0.2
"""Share of kana that makes Han characters Japanese: a Chinese text may quote a word."""

# The codes of lingua (ISO 639-1), by script.
_SCRIPTS: Final = {
    "Han": "zh",
    "Kana": "ja",
    "Hangul": "ko",
    "Latin": (
        "en de es fr id it pt vi af az bs ca cs cy da et eo eu fi ga hr hu is la lg lt lv mi ms nb"
        " nl nn pl ro sk sl sn so sq st sv sw tl tn tr ts xh yo zu"
    ),
    "Cyrillic": "ru be bg kk mk mn sr uk",
    "Arabic": "ar fa ur",
    "Devanagari": "hi mr",
    "Thai": "th",
    "Greek": "el",
    "Hebrew": "he",
    "Armenian": "hy",
    "Georgian": "ka",
    "Bengali": "bn",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Tamil": "ta",
    "Telugu": "te",
}
_SCRIPT_OF: Final = {
    language: script for script, languages in _SCRIPTS.items() for language in languages.split()
}
VARIANTS: Final = ("zh-Hans", "zh-Hant")
LANGUAGES: Final = tuple(_SCRIPT_OF)
"""The codes of the languages."""
DEFAULT_CANDIDATES: Final = (
    *("zh", "en", "ja", "ko", "ar", "de", "es", "fr"),
    *("hi", "id", "it", "pt", "ru", "th", "vi"),
)
"""The languages that an answer may have, if its author names no others."""

_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)[^\s\u2e80-\u9fff]+|[\w.+-]{1,64}@[A-Za-z0-9.-]+|\]\([^()\s]{1,2000}\)"
)
# Words that the other default languages lack: they alone show that a text is English.
_ENGLISH_WORDS: Final = """
the and of you your yours is are were been being have having this that these those there their they
them what which who whose why how when where while would should could might must can't cannot don't
doesn't didn't isn't aren't wasn't won't wouldn't it's i'm i'll i've you're you'll we're we'll
they're that's what's here's let's with without from about after before because between through into
over under again very just only also than then too our my his her its she he we us me it do does did
done got get make made take know think need want help let like hello hi hey thanks thank please
sorry yes welcome good great morning afternoon evening night day today tomorrow yesterday week year
time order ask answer question more most some any every each other another first next not but if
or by be for to at as so up out all
"""
# Frequent words of the other default languages in Latin letters: they speak against English.
_OTHER_WORDS: Final = """
der die das und ist nicht ein eine ich sie wir mit auf für den dem zu sich auch wie bei nach el la
los las que y en un una es por con para no se su al del como más pero muy sí está le les des et est
dans pour qui sur pas vous nous je une avec ce il elle au aux ou où lo gli di che è per non uno sono
della si ma anche come più questo o os um uma da dos das em não com é mais mas foi ao yang dan ini
itu untuk dengan tidak dari pada akan ke adalah saya anda bisa ada het een van niet zijn dat op te
voor maar og det som på til av att är inte jag
"""


class Detection(NamedTuple):
    """What is known of a text's language.

    Attributes:
        language: its code; empty if it is not known.
        script: that of most of its letters; empty if it has no words.
        is_short: the text is too short to distinguish its language from another candidate's.
    """

    language: str
    script: str
    is_short: bool = False


class LinguaMissingError(Exception):
    """The language cannot be known without lingua."""


@cache
def _letters(script: str) -> SafePattern:
    if script == "Kana":
        return compile_pattern(r"[\p{Hiragana}\p{Katakana}]")
    return compile_pattern(rf"\p{{{script}}}")


@cache
def _words(script: str) -> SafePattern:
    return compile_pattern(rf"\p{{{script}}}[\p{{{script}}}\p{{M}}]*(?:['’-]\p{{{script}}}+)*")


def detect_language(text: str, candidates: Collection[str], expected: Collection[str]) -> Detection:
    """Return the language of a text.

    Code, addresses and, in a text of another script, Latin names are left out.

    Args:
        text: the text.
        candidates: codes of languages; where one of them alone has the script, it decides.
        expected: codes that are candidates, too. Where none of them has the script, no further
            question is asked.

    Raises:
        LinguaMissingError: several candidates have the script, and lingua is not installed.
    """
    plain = _ADDRESS.sub(" ", blank_code(text[:_MAX_LENGTH]))
    counts, latin_words = _count_letters(plain)
    script = _dominant_script(counts, latin_words)
    if not script:
        return Detection("", "")
    of_script = [
        one for one in dict.fromkeys((*expected, *candidates)) if _SCRIPT_OF.get(one) == script
    ]
    if script == "Han":
        return Detection(_chinese_variant(plain), script)
    if len(_SCRIPTS[script].split()) == 1:
        return Detection(_SCRIPTS[script], script)
    if not any(_SCRIPT_OF.get(one) == script for one in expected):
        return Detection("", script)
    if len(of_script) == 1:
        return Detection(of_script[0], script)
    if script == "Latin" and "en" in of_script and _is_plain_english(latin_words):
        return Detection("en", script)
    return _ask_lingua(plain, script, of_script, expected)


def _count_letters(text: str) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    if not text.isascii():
        for script in _SCRIPTS:
            if count := len(_letters(script).findall(text)):
                counts[script] = count
    latin_words = _words("Latin").findall(text)
    counts["Latin"] = len(latin_words)
    return +counts, latin_words


def _dominant_script(counts: Counter[str], latin_words: Sequence[str]) -> str:
    kana, han = counts.pop("Kana", 0), counts.pop("Han", 0)
    if kana and kana >= _MIN_KANA * (kana + han):
        counts["Kana"] = kana + han
    elif han:
        counts["Han"] = han + kana
    latin = counts.pop("Latin", 0)
    if counts:
        # Names and abbreviations are the same in every language.
        counts["Latin"] = sum(1 for word in latin_words if word.islower() and len(word) > 1)
    elif any(map(_is_word, latin_words)):
        counts["Latin"] = latin
    return max(counts, key=lambda script: counts[script]) if counts else ""


def _is_word(latin: str) -> bool:
    """Return whether a Latin word is none of the abbreviations that every language has: OK, VIP."""
    if len(latin) < 3 or latin.isupper():
        return len(latin) > 1 and latin.lower() in _known_words()[0]
    return True


@cache
def _is_simplified(mark: str) -> bool | None:
    """Return whether a character is of simplified Chinese only; `None` if it is of both.

    GB 2312 has the simplified characters, Big5 the traditional ones.
    """
    encodings = []
    for encoding in ("gb2312", "big5"):
        try:
            mark.encode(encoding)
        except UnicodeEncodeError:
            continue
        encodings.append(encoding)
    return encodings == ["gb2312"] if len(encodings) == 1 else None


def _chinese_variant(text: str) -> str:
    """Return `zh-Hans` or `zh-Hant`; `zh` of a text whose characters are of both."""
    kinds = Counter(_is_simplified(mark) for mark in text if mark > "\u3400")
    if kinds[True] == kinds[False]:
        return "zh"
    return VARIANTS[0] if kinds[True] > kinds[False] else VARIANTS[1]


@cache
def _known_words() -> tuple[frozenset[str], frozenset[str]]:
    english = frozenset(_ENGLISH_WORDS.split())
    return english, frozenset(_OTHER_WORDS.split()) - english


def _is_plain_english(words: Sequence[str]) -> bool:
    """Return whether English words alone show that a text is English.

    A text of another language has none of them, or more of its own.
    """
    folded = [word.lower().replace("’", "'") for word in words]
    known, foreign = _known_words()
    english = sum(word in known for word in folded)
    others = sum(word in foreign or not word.isascii() for word in folded)
    return english >= max(1, 2 * others) and english * 5 >= len(folded)


def _ask_lingua(
    text: str, script: str, candidates: Sequence[str], expected: Collection[str]
) -> Detection:
    if not has_package("language"):
        raise LinguaMissingError
    sample = " ".join(_words(script).findall(text[: 4 * _MAX_SAMPLE]))[:_MAX_SAMPLE]
    confidences = _lingua(tuple(sorted(candidates))).compute_language_confidence_values(sample)
    ranked = [(one.language.iso_code_639_1.name.lower(), one.value) for one in confidences]
    best, most = ranked[0]
    ours = max((value for language, value in ranked if language in expected), default=0.0)
    is_short = best not in expected and sample.count(" ") + 1 < _SHORT and 2 * ours >= most
    return Detection(best, script, is_short)


@cache
def _lingua(languages: tuple[str, ...]) -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # 1 ms, but an extra

    codes = [getattr(IsoCode639_1, language.upper()) for language in languages]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
