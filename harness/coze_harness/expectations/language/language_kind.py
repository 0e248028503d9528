"""The kind `language`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.language.language_detection import (
    DEFAULT_CANDIDATES,
    LANGUAGES,
    VARIANTS,
    Detection,
    LinguaMissingError,
    detect_language,
)
from coze_harness.expectations.optional_package import require_package
from coze_harness.expectations.parameter import Parameter, Schema, alternatives
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

_CODES: Final = (*LANGUAGES, *VARIANTS)
_NAMES: Final = (*DEFAULT_CANDIDATES, *VARIANTS)
_WORDS: Final[list[JSON]] = list(_CODES)
_SCRIPT_NAMES: Final = {
    "Latin": message("kind.language.script.latin"),
    "Cyrillic": message("kind.language.script.cyrillic"),
    "Arabic": message("kind.language.script.arabic"),
    "Devanagari": message("kind.language.script.devanagari"),
}
"""Scripts of several languages."""


def _parse_code(argument: ItemArgument) -> str:
    # YAML reads the code of Norwegian as false, and its two written languages have their own.
    code = "no" if argument.value is False else argument.text()
    if code in _CODES:
        return code
    step = message("expectation.language.unknown.next", names=_NAMES)
    if code == "no":
        step = message("spelling.write", text="nb")
    what = message("expectation.language.unknown", label=argument.label, value=code)
    raise argument.error_at(what, step)


def _parse_codes(argument: ItemArgument) -> tuple[str, ...]:
    members = argument.members(message("expectation.write_one_of", names=_NAMES))
    return tuple(map(_parse_code, members))


_FORMS: Final[tuple[Schema, Schema]] = (
    {"type": "string", "enum": _WORDS},
    {"type": "array", "items": {"enum": _WORDS}, "minItems": 1},
)
_SCHEMA: Final[Schema] = alternatives(*_FORMS)
_IS: Final[Parameter[tuple[str, ...]]] = Parameter(
    "is", _parse_codes, _SCHEMA, (), is_required=True
)
_AMONG: Final[Parameter[tuple[str, ...]]] = Parameter(
    "among", _parse_codes, _SCHEMA, DEFAULT_CANDIDATES
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLanguage(ExpectationKind):
    """The answer is in a language."""

    kind = "language"
    summary = message("kind.language.summary")
    example = "language: zh"
    parameters = (_IS, _AMONG)
    short_form = "is"

    languages: tuple[str, ...]
    candidates: tuple[str, ...] = DEFAULT_CANDIDATES

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a code, a list of codes or `{is, among}`."""
        arguments = cls.read_arguments(argument)
        languages, among = _IS.read(arguments), _AMONG.read(arguments)
        return cls(**item.common, languages=languages, candidates=among)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a code, a list or a mapping."""
        return alternatives(*_FORMS, cls.mapping_schema())

    @property
    def expected(self) -> LocalizedText:
        """The language, or the languages."""
        return message("kind.language.expected", languages=self.languages, n=len(self.languages))

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; a text without words has no language.

        Raises:
            ScenarioError: the language cannot be known without a package that is not installed.
        """
        answer = context.reply.answer
        if not answer.strip():
            return self.failed(message("kind.text.blank", subject=ANSWER), excerpt(answer))
        plain = tuple(dict.fromkeys(one.partition("-")[0] for one in self.languages))
        try:
            detection = detect_language(answer, self.candidates, plain)
        except LinguaMissingError:
            require_package("language", f"language: {self.languages[0]}", self.location)
            raise
        if not detection.script:
            return self.skipped(message("kind.language.no_words", subject=ANSWER))
        if self._accepts(detection):
            reason = message("kind.language.passed", subject=ANSWER, language=detection.language)
            return self.passed(reason, excerpt(answer))
        if detection.is_short:
            return self.skipped(message("kind.language.short", subject=ANSWER))
        return self.failed(self._reason(detection), excerpt(answer))

    def _accepts(self, detection: Detection) -> bool:
        """Return whether a language is an expected one; 你好 is of both variants of Chinese."""
        language = detection.language
        if language in self.languages or language.partition("-")[0] in self.languages:
            return bool(language)
        return language == "zh" and any(one in VARIANTS for one in self.languages)

    def _reason(self, detection: Detection) -> LocalizedText:
        codes, language = self.languages, detection.language
        if language:
            return message(
                "kind.language.failed", subject=ANSWER, language=language, languages=codes
            )
        script = _SCRIPT_NAMES[detection.script]
        return message(
            "kind.language.failed.script", subject=ANSWER, script=script, languages=codes
        )
