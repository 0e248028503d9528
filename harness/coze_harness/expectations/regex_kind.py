"""The kind `regex`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import required_text
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    nfc,
    parse_normalization,
)
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.safe_regex import (
    PatternError,
    SafePattern,
    compile_pattern,
    time_limit,
)

_PATTERN: Final = required_text("pattern")


def _narrow_pattern(pattern: str) -> str:
    """Return a pattern that looks for ordinary forms where it has full-width ones.

    A full-width （ stands for itself, so its ordinary form must not become the pattern's syntax.
    """
    width = TextNormalization(width=True)

    def narrow(match: re.Match[str]) -> str:
        token = match[0]
        ordinary = width.normalize(token[-1])[0]
        return token if ordinary == token[-1] else re.escape(ordinary)

    return re.sub(r"\\.|.", narrow, pattern, flags=re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(ExpectationKind):
    """A pattern is found somewhere in the answer."""

    kind = "regex"
    summary = "A pattern in Python's syntax is found anywhere in the answer, within a second."
    example = r"regex: '\d{1,2}:\d{2}'"
    verb_forms = ("matches", "match")
    parameters = (_PATTERN,)
    short_form = "pattern"
    takes_text_options = True

    pattern: SafePattern = field(compare=False)
    """Compiled; equal patterns are not equal objects, and `description` has the source."""
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse and compile a pattern or `{pattern: …}`."""
        arguments = cls.read_arguments(argument)
        source = _PATTERN.read(arguments)
        options = parse_normalization(arguments, item.options)
        pattern = _narrow_pattern(nfc(source)) if options.width else nfc(source)
        try:
            compiled = compile_pattern(pattern, ignore_case=options.ignore_case)
        except PatternError as error:
            written = arguments[_PATTERN.key]
            raise written.error_at(
                f'"{written.label}" is not a regular expression: {error}.',
                "Correct it; to look for a text as it is, write `contains:`.",
            ) from error
        # Case is the pattern's own business: folding the text would break \p{Lu} and [A-Z].
        return cls(
            **item.common,
            description=f"/{source}/{options.words}",
            pattern=compiled,
            normalization=TextNormalization(width=options.width),
        )

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the first match."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        limit = time_limit(text)
        try:
            match = self.pattern.search(text, timeout=limit)
        except TimeoutError:
            return self.inconclusive(
                f"the pattern was stopped after {limit:.1f} s on an answer of {len(answer)} "
                "characters; make it simpler (repeats inside repeats, as in (a+)+, are the cause)",
                excerpt(answer),
            )
        if match is None:
            reason = "the answer is empty" if not answer else "nothing in the answer matches"
            return self.failed(reason, excerpt(answer))
        start, end = match.span()
        evidence = ((start, end),) if is_aligned and start < end else ()
        return self.passed(f"found at character {start + 1}", excerpt(answer, start, end), evidence)
