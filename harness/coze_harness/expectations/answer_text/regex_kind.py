"""The kind `regex`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import required_text
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    nfc,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict, replace
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.safe_regex import (
    PatternError,
    SafePattern,
    compile_pattern,
    time_limit,
)

_PATTERN: Final = required_text("pattern")
_PROBE_SECONDS: Final = 0.1
_CHARACTERS: Final = "".join(
    chr(code)
    for first, last in (
        *((0x09, 0x0D), (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x4FF), (0x2000, 0x2BFF)),
        *((0x3000, 0x30FF), (0x4E00, 0x4EFF), (0xAC00, 0xAC10), (0xFF00, 0xFFEF)),
        (0x1F300, 0x1FAFF),
    )
    for code in range(first, last + 1)
)
_PROBES: Final = ("一", f"{_CHARACTERS}\n{_CHARACTERS[::-1]}\n" + "一 a1\n" * 500)


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


def _matches_everything(pattern: SafePattern, source: str) -> bool:
    """Return whether a pattern matches whatever is answered, as `x*` and `.*` do.

    A pattern that matches the empty text may still reject others: `^[^a]*$`, `^.{0,60}$`,
    `^(?!.*ChatGPT)`. So it must match the texts that such patterns are about, too: what is written
    in the pattern, and a long text with every usual character and many lines.
    """
    try:
        return all(pattern.search(text, timeout=_PROBE_SECONDS) for text in ("", source, *_PROBES))
    except TimeoutError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(ExpectationKind):
    """A pattern is found somewhere in the answer."""

    kind = "regex"
    summary = message("kind.regex.summary")
    example = r"regex: '\d{1,2}:\d{2}'"
    parameters = (_PATTERN,)
    short_form = "pattern"
    takes_text_options = True

    source: str
    pattern: SafePattern = field(compare=False)
    """Compiled; equal patterns are not equal objects."""
    ignores_case: bool = False
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse and compile a pattern or `{pattern: …}`."""
        arguments = cls.read_arguments(argument)
        source, place = _PATTERN.read(arguments), arguments[_PATTERN.key]
        options = parse_normalization(arguments, item.options)
        pattern = _narrow_pattern(nfc(source)) if options.width else nfc(source)
        try:
            compiled = compile_pattern(pattern, ignore_case=options.ignore_case)
        except PatternError as error:
            what = message("expectation.regex.invalid", label=place.label, error=error.reason)
            raise place.error_at(what, message("expectation.regex.invalid.next")) from error
        if _matches_everything(compiled, source):
            raise place.error_at(
                message("expectation.regex.everything", pattern=source),
                message("expectation.regex.everything.next"),
            )
        # Case is the pattern's own business: folding the text would break \p{Lu} and [A-Z].
        return cls(
            **item.common,
            source=source,
            pattern=compiled,
            ignores_case=options.ignore_case,
            normalization=TextNormalization(width=options.width),
        )

    @property
    def expected(self) -> LocalizedText:
        """The pattern that the answer matches."""
        return self._options().describe(message("kind.regex.expected", pattern=self.source))

    @property
    def opposite(self) -> LocalizedText:
        """The pattern that the answer does not match."""
        return self._options().describe(message("kind.regex.opposite", pattern=self.source))

    def _options(self) -> TextNormalization:
        return replace(self.normalization, ignore_case=self.ignores_case)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the first match."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        limit = time_limit(text)
        try:
            match = self.pattern.search(text, timeout=limit)
        except TimeoutError:
            reason = message(
                "kind.regex.stopped",
                pattern=self.source,
                seconds=round(limit, 1),
                n=len(answer),
            )
            return self.inconclusive(reason, excerpt(answer))
        if match is None:
            reason = message("kind.regex.missing", subject=ANSWER, pattern=self.source)
            if not answer:
                reason = message("kind.regex.empty", subject=ANSWER, pattern=self.source)
            return self.failed(reason, excerpt(answer))
        start, end = match.span()
        reason = message(
            "kind.regex.found", pattern=self.source, text=excerpt(match[0]), at=start + 1
        )
        evidence = ((start, end),) if is_aligned and start < end else ()
        actual = excerpt_around(answer, start, end) if is_aligned else excerpt(answer)
        return self.passed(reason, actual, evidence)

    def explain_opposite(self, passed: Verdict) -> LocalizedText:
        """Say what must not match, and where it is."""
        return message("kind.regex.contradicted", subject=ANSWER, **passed.reason.params)
