"""The texts of all messages in English and Chinese: the JSON files of this folder.

Each file maps an id to its texts: `{"trial.none": {"en": "No trial ran.", "zh": "没有测试。"}}`.

- A text with two forms (``one|many``) takes the form that the number `n` asks for; Chinese has one.
- `{name}` is a value. Whole numbers get separators of thousands; a message is written in the same
  language; several values are separated by commas.
- `{name:quoted}` puts each text into the language's quotation marks, `{name:plain}` writes a whole
  number without separators, and `{name:clauses}` separates several values by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import msgspec

from coze_harness.messages.message import LITERAL, LocalizedText, Param

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_QUOTES: Final[Mapping[Language, str]] = MappingProxyType({"en": '"{}"', "zh": "“{}”"})
_COMMA: Final[Mapping[Language, str]] = MappingProxyType({"en": ", ", "zh": "、"})
_NOTHING: Final[Mapping[str, Param]] = MappingProxyType({})
_SEMICOLON: Final[Mapping[Language, str]] = MappingProxyType({"en": "; ", "zh": "；"})


class Catalogue:
    """The texts of one language."""

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language
        self._texts = load_texts()[language]

    def text(self, message: LocalizedText) -> str:
        """Return a message in this language.

        An id of another version is shown with its values.
        """
        if not message.id:
            return ""
        if message.id == LITERAL:
            return str(message.params["text"])
        text = self._texts.get(message.id)
        if text is None:
            values = ", ".join(f"{k}: {v}" for k, v in self.values(message.params).items())
            return f"{message.id} ({values})" if values else message.id
        return self._fill(text, message.params)

    def word(self, key: str, params: Mapping[str, Param] = _NOTHING) -> str:
        """Return the text of an id. Raises KeyError for an unknown one."""
        return self._fill(self._texts[key], params)

    def values(self, params: Mapping[str, Param]) -> dict[str, str]:
        """Return the values of a message as they are written into its text."""
        return {name: self._value(value, "") for name, value in params.items()}

    def _fill(self, text: str, params: Mapping[str, Param]) -> str:
        one, bar, many = text.partition("|")
        if bar:
            text = one if params.get("n") in (1, "1") else many
        if not params:
            return text

        def value(match: re.Match[str]) -> str:
            name, form = match.groups()
            return self._value(params[name], form or "") if name in params else match.group()

        return _PLACEHOLDER.sub(value, text)

    def _value(self, value: Param, form: str) -> str:
        if isinstance(value, tuple):
            separator = _SEMICOLON if form == "clauses" else _COMMA
            return separator[self.language].join([self._value(one, form) for one in value])
        if isinstance(value, LocalizedText):
            return self.text(value)
        if isinstance(value, float):
            return f"{value:.6g}"
        if isinstance(value, int) and form != "plain":
            return f"{value:,}"
        return _QUOTES[self.language].format(value) if form == "quoted" else str(value)


@cache
def load_texts() -> Mapping[Language, Mapping[str, str]]:
    """Return the text of each id, by language."""
    texts: dict[Language, dict[str, str]] = {language: {} for language in LANGUAGES}
    for entries in load_files().values():
        for language in LANGUAGES:
            texts[language].update({key: entry[language] for key, entry in entries.items()})
    return texts


def load_files() -> dict[str, dict[str, dict[Language, str]]]:
    """Return the entries of each file of the catalogue, by the file's name without its suffix."""
    folder = Path(__file__).parent
    return {
        path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(folder.glob("*.json"))
    }


def choose_language(
    explicit: str, environment: Mapping[str, str], *, default: Language = "en"
) -> Language:
    """Return the language of the messages.

    Args:
        explicit: that of `--lang` or of the settings; empty if neither says it.
        environment: COZE_HARNESS_LANG, then the locale (LC_ALL, LC_MESSAGES, LANG) decide.
        default: what remains.
    """
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)),
        "",
    )
    for named in (explicit, environment.get("COZE_HARNESS_LANG", ""), locale):
        if named.lower().startswith("zh"):
            return "zh"
        if named.lower().startswith("en"):
            return "en"
    return default
