"""Messages, and their texts in English and Chinese: the JSON files of this folder.

Each file maps an id to its texts: `{"trial.none": {"en": "No trial ran.", "zh": "没有测试。"}}`.

- A text with two forms (``one|many``) takes the form that the number `n` asks for; Chinese has one.
- `{name}` is a value. Whole numbers get separators of thousands; a message is written in the same
  language; several values are separated by commas.
- `{name:quoted}` puts each text into the language's quotation marks, `{name:plain}` writes a whole
  number without separators, and `{name:clauses}` separates several values by semicolons.
- `{name:clause}` writes a message that is a sentence as a part of the text: without its full stop,
  in English with a small first letter. `clauses` does so with each of several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

LITERAL: Final = "literal"
"""The id of data: its text is the same in every language."""


class LocalizedText(Struct, frozen=True):
    """A text for people that has no language yet; `Catalogue.text` writes it.

    `str()` gives it in English. An empty `id` is an empty text: the message is false then.
    """

    id: str = ""
    params: Mapping[str, str | int | float | LocalizedText | tuple[str | LocalizedText, ...]] = {}

    def __str__(self) -> str:
        return _english().text(self)

    def __bool__(self) -> bool:
        return bool(self.id)


Param: TypeAlias = str | int | float | LocalizedText | tuple[str | LocalizedText, ...]
"""A value of a message: data that is never translated, a number, another message, or several."""

UserText: TypeAlias = str | LocalizedText
"""A message, or a text that is the same in every language."""


def message(identifier: str, /, **params: Param) -> LocalizedText:
    """Return the message of an id of the catalogue.

    Args:
        identifier: the id.
        params: the values for the placeholders of its text.
    """
    return LocalizedText(identifier, params)


def literal(text: str) -> LocalizedText:
    """Return the message that is this text in every language: data, or a text of another tool."""
    return LocalizedText(LITERAL, {"text": text}) if text else LocalizedText()


def as_message(text: UserText) -> LocalizedText:
    """Return a text as a message."""
    return literal(text) if isinstance(text, str) else text


def change_texts(text: LocalizedText, change: Callable[[str], str]) -> LocalizedText:
    """Return a message whose values are changed where they are texts, such as redacted.

    Args:
        text: a message; its numbers stay, the messages inside it are changed, too.
        change: returns the new text for a text.
    """
    return LocalizedText(text.id, {name: _change(v, change) for name, v in text.params.items()})


def _change(value: Param, change: Callable[[str], str]) -> Param:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, LocalizedText):
        return change_texts(value, change)
    if isinstance(value, tuple):
        return tuple([change(v) if isinstance(v, str) else change_texts(v, change) for v in value])
    return value


def text_values(text: LocalizedText) -> list[str]:
    """Return the values of a message that are texts, with those of the messages inside it."""
    pending: list[Param] = [*text.params.values()]
    texts: list[str] = []
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, LocalizedText):
            pending += value.params.values()
        elif isinstance(value, tuple):
            pending += value
    return texts


Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_QUOTES: Final[Mapping[Language, str]] = MappingProxyType({"en": '"{}"', "zh": "“{}”"})
_COMMA: Final[Mapping[Language, str]] = MappingProxyType({"en": ", ", "zh": "、"})
_NOTHING: Final[Mapping[str, Param]] = MappingProxyType({})
_SEMICOLON: Final[Mapping[Language, str]] = MappingProxyType({"en": "; ", "zh": "；"})
_NAMES: Final = ("Coze", "Python")
"""Names at the beginning of a sentence: they keep their capital."""


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

    def sentences(self, messages: Iterable[LocalizedText]) -> str:
        """Return messages that are sentences, one after the other; empty ones are left out."""
        separator = "" if self.language == "zh" else " "
        return separator.join(filter(None, map(self.text, messages)))

    def word(self, key: str, params: Mapping[str, Param] = _NOTHING) -> str:
        """Return the text of an id. Raises KeyError for an unknown one."""
        return self._fill(self._texts[key], params)

    def values(self, params: Mapping[str, Param]) -> dict[str, str]:
        """Return the values of a message as they are written into its text."""
        return {name: self._value(value, "") for name, value in params.items()}

    def _fill(self, text: str, params: Mapping[str, Param]) -> str:
        one, many = _parse(text)
        first, placeholders = one if many is None or params.get("n") in (1, "1") else many
        if not placeholders:
            return first
        pieces = [first]
        for name, form, source, rest in placeholders:
            value = params.get(name, source)
            # The usual value needs no call.
            pieces.append(value if type(value) is str and not form else self._value(value, form))
            pieces.append(rest)
        return "".join(pieces)

    def _value(self, value: Param, form: str) -> str:
        if isinstance(value, LocalizedText):
            return self._clause(value) if form in ("clause", "clauses") else self.text(value)
        if isinstance(value, str):
            return _QUOTES[self.language].format(value) if form == "quoted" else value
        if isinstance(value, tuple):
            separator = _SEMICOLON if form == "clauses" else _COMMA
            return separator[self.language].join([self._value(one, form) for one in value])
        if isinstance(value, float):
            return f"{value:.6g}"
        return str(value) if form == "plain" else f"{value:,}"

    def _clause(self, sentence: LocalizedText) -> str:
        text = self.text(sentence).removesuffix(".").removesuffix("。")
        return text[:1].lower() + text[1:] if self._has_capital(sentence) else text

    def _has_capital(self, sentence: LocalizedText) -> bool:
        """Return whether a text begins with a capital that is neither data nor of a name."""
        text = self._texts.get(sentence.id, "")
        if first := _PLACEHOLDER.match(text):
            value = sentence.params.get(first[1])
            return isinstance(value, LocalizedText) and self._has_capital(value)
        return text[:1].isupper() and text[1:2].islower() and not text.startswith(_NAMES)


_Template: TypeAlias = tuple[str, Sequence[tuple[str, str, str, str]]]
"""The text before the first placeholder; name, form, source of each, and the text after it."""


@cache
def _parse(text: str) -> tuple[_Template, _Template | None]:
    """Return the parts of a text's form, or of its two forms: for one and for many."""
    one, bar, many = text.partition("|")
    return _split(one), _split(many) if bar else None


def _split(text: str) -> _Template:
    first, *rest = _PLACEHOLDER.split(text)
    return first, [
        (name, form or "", f"{{{name}:{form}}}" if form else f"{{{name}}}", after)
        for name, form, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    ]


@cache
def load_texts() -> Mapping[Language, Mapping[str, str]]:
    """Return the text of each id, by language."""
    texts: dict[Language, dict[str, str]] = {language: {} for language in LANGUAGES}
    for entries in load_files().values():
        for language in LANGUAGES:
            texts[language].update({key: entry[language] for key, entry in entries.items()})
    return texts


def load_files(*names: str) -> dict[str, dict[str, dict[Language, str]]]:
    """Return the entries of files of the catalogue, by the file's name without its suffix.

    Args:
        names: of the files; by default of all.
    """
    folder = Path(__file__).parent
    return {
        path.stem: msgspec.json.decode(path.read_bytes())  # noqa: TID251 (without a struct)
        for path in [folder / f"{name}.json" for name in names] or sorted(folder.glob("*.json"))
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
    for setting in (explicit, environment.get("COZE_HARNESS_LANG", ""), locale):
        if setting.lower().startswith("zh"):
            return "zh"
        if setting.lower().startswith("en"):
            return "en"
    return default


@cache
def _english() -> Catalogue:
    return Catalogue()
