"""The kind `regex`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.safe_regex import (
    TIME_LIMIT,
    PatternError,
    SafePattern,
    compile_pattern,
)
from coze_harness.expectations.text_normalization import (
    OPTIONS,
    PLAIN,
    TextNormalization,
    nfc,
    option_schemas,
    parse_normalization,
)
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


def _narrowed_pattern(pattern: str) -> str:
    """Return a pattern that looks for ordinary forms where it names full-width ones.

    A full-width （ stands for itself, so its ordinary form must not become the pattern's syntax.
    """
    width = TextNormalization(width=True)

    def piece(found: re.Match[str]) -> str:
        token = found[0]
        narrow = width.normalize(token[-1])[0]
        return token if narrow == token[-1] else re.escape(narrow)

    return re.sub(r"\\.|.", piece, pattern, flags=re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(ExpectationKind):
    """A pattern is found somewhere in the answer."""

    kind: ClassVar[str] = "regex"
    summary: ClassVar[str] = (
        "A pattern in Python's syntax is found anywhere in the answer, within a second."
    )
    example: ClassVar[str] = r"regex: '\d{1,2}:\d{2}'"
    keys: ClassVar[tuple[str, ...]] = ("pattern", *OPTIONS)
    options: ClassVar[tuple[str, ...]] = OPTIONS
    verbs: ClassVar[tuple[str, str]] = ("matches", "match")

    pattern: SafePattern = field(compare=False)
    """Compiled; equal patterns are not equal objects, and `wanted` holds the source."""
    folding: TextNormalization = PLAIN

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a pattern or `{pattern: …}`; the pattern is compiled here."""
        source, fields = given, dict[str, ItemArgument]()
        if isinstance(given.value, dict):
            fields = given.fields(cls.keys, r"regex: '\d+'")
            if "pattern" not in fields:
                raise given.error_at(
                    f'"{given.label}" does not say which pattern.', "write regex: {pattern: '…'}"
                )
            source = fields["pattern"]
        written = source.text()
        fold = parse_normalization(item, fields)
        pattern = _narrowed_pattern(nfc(written)) if fold.width else nfc(written)
        try:
            ready = compile_pattern(pattern, ignore_case=fold.ignore_case)
        except PatternError as error:
            raise source.error_at(
                f'"{source.label}" is not a regular expression: {error}.',
                "correct it; to look for a text as it is, write contains:",
            ) from error
        # Case is the pattern's own business: folding the text would spoil \p{Lu} and [A-Z].
        return cls(
            **item.common,
            description=f"/{written}/{fold.words}",
            pattern=ready,
            folding=TextNormalization(width=fold.width),
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a pattern or `{pattern: …}`."""
        pattern: Schema = {"type": "string", "minLength": 1}
        return {
            "description": cls.summary,
            "anyOf": [
                pattern,
                {
                    "type": "object",
                    "properties": {"pattern": pattern, **option_schemas()},
                    "required": ["pattern"],
                    "additionalProperties": False,
                },
            ],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the first match."""
        answer = seen.reply.answer
        text, aligned = self.folding.normalize(answer)
        try:
            found = self.pattern.search(text, timeout=TIME_LIMIT)
        except TimeoutError:
            return self.inconclusive(
                f"the pattern was stopped after {TIME_LIMIT:g} s on an answer of {len(answer)} "
                "characters; make it simpler (repeats inside repeats, as in (a+)+, are the cause)",
                excerpt(answer),
            )
        if found is None:
            hint = "the answer is empty" if not answer else "nothing in the answer matches"
            return self.failed(hint, excerpt(answer))
        start, end = found.span()
        span = ((start, end),) if aligned and start < end else ()
        return self.passed(f"found at character {start + 1}", excerpt(answer, start, end), span)
