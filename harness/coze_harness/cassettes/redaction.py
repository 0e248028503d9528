"""Removes tokens and keys, ours or a third party's, from files, log lines and messages.

Secrets are searched at the level of meaning: without the escapes of JSON, addresses and HTML, in
JSON inside JSON, and in the texts that the frames of an event stream carry in pieces. They are
replaced in the text as it was written, so that everything around them stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from coze_harness.cassettes.decoded_text import decode_string, decoded_forms, written_span
from coze_harness.cassettes.known_secrets import KnownSecrets
from coze_harness.cassettes.stream_fields import split_texts
from coze_harness.messages import LocalizedText, change_texts, message
from coze_harness.model import BotSnapshot, replace
from coze_harness.text.json_text import dump_json, parse_json
from coze_harness.text.placeholders import MARK, PLACEHOLDER
from coze_harness.text.safe_regex import UserPattern
from coze_harness.text.secret_rules import find_shapes, lower_case

KEPT_RESPONSE_HEADERS: Final = frozenset(
    {"content-type", "x-tt-logid", "x-log-id", "retry-after", "date"}
)

_NUMBERED: Final = re.compile(rb"<redacted:[0-9]{1,6}>")
_SECRET_WORD: Final = re.compile(r"[!-~]+")
# A digest is no secret, but a project's pattern for hexadecimal keys may match it.
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_STRING: Final = r'"(?:[^"\\]++|\\.)*+"'
_STRINGS_AND_NUMBERS: Final = re.compile(rf"{_STRING}|-?[0-9][0-9.eE+-]*")
_DATA_LINE: Final = re.compile(r"(?:^|[\r\n])data:")
_WORD: Final = re.compile(r"[0-9A-Za-z]")
_LETTER_AND_DIGIT: Final = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])")
_MIN_REMEMBERED: Final = 8
_MAX_DEPTH: Final = 6


class _Finding(NamedTuple):
    """A secret in a text.

    `secret` is its value, the same for every form of it. `what` describes it without repeating it.
    A number is replaced by a string.
    """

    start: int
    end: int
    secret: str
    what: LocalizedText
    is_number: bool = False


_Search: TypeAlias = Callable[[str], Iterator[_Finding]]


class Redactor:
    """Removes secrets: known values, the shapes of keys, and what the project adds.

    Args:
        secrets: secret values, such as the API token.
        patterns: regular expressions, from `redact` in harness.yaml. In a JSON body they are
            matched with each string, unescaped. A search that takes too long raises
            PatternTimeoutError: nothing is stored that might not be redacted.
        presets: names of further rules, from `redact` in harness.yaml.
    """

    def __init__(
        self,
        secrets: Iterable[str] = (),
        patterns: Iterable[str | UserPattern] = (),
        presets: Iterable[str] = (),
    ) -> None:
        self._known = KnownSecrets()
        self._patterns = tuple(
            pattern if isinstance(pattern, UserPattern) else UserPattern(pattern)
            for pattern in patterns
        )
        self._presets = tuple(presets)
        self._searches = [
            *(_pattern_search(pattern) for pattern in self._patterns),
            *(PRESETS[preset] for preset in self._presets),
        ]
        # Of a recording: its placeholders, and the secrets that were found by their context.
        self._placeholders: dict[str, str] | None = None
        self._remembered: dict[str, None] = {}
        for secret in secrets:
            self.add_secret(secret)

    def __reduce__(
        self,
    ) -> tuple[type[Redactor], tuple[tuple[str, ...], tuple[UserPattern, ...], tuple[str, ...]]]:
        """Pickle the project's rules only: secrets never leave this process."""
        return Redactor, ((), self._patterns, self._presets)

    def for_recording(self) -> Redactor:
        """Return a redactor for one recording; secrets that are added to this one are known to it.

        It gives each secret a placeholder of its own: the first `<redacted>`, the others numbers.
        A secret that it has found by its context, such as a password, it finds without it, too.
        """
        redactor = Redactor((), self._patterns, self._presets)
        redactor._known = self._known
        redactor._placeholders = {}
        return redactor

    @property
    def has_learned(self) -> bool:
        """Whether it has found secrets by their context; earlier texts may have them without it."""
        return bool(self._remembered)

    def add_secret(self, secret: str) -> None:
        """Add a secret value, from any thread, before it is first used."""
        self._known.add(secret)

    def redact(self, text: str) -> str:
        """Return a text with every recognized secret replaced by its placeholder."""
        return self._replace(text, self._find_in_text)

    def redact_rest(self, context: str, text: str) -> str:
        """Return a text without secrets, given what was before it; that is not returned."""
        whole = context + text
        findings = [
            finding._replace(start=max(finding.start, len(context)))
            for finding in self._find_in_text(whole)
            if finding.end > len(context)
        ]
        return self._with_placeholders(whole, findings)[len(context) :]

    def redact_body(self, body: bytes) -> bytes:
        """Return a request's or response's body without secrets, otherwise unchanged.

        No replacement makes JSON invalid or changes the number of a stream's frames.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return self.redact(body.decode("latin-1")).encode("latin-1")
        redacted = self._replace(text, self._find_in_pieces)
        redacted = self._replace(redacted, self._find_shapes)
        redacted = self._replace(redacted, self._find_in_lines)
        return redacted.encode() if redacted != text else body

    def redact_snapshot(self, snapshot: BotSnapshot) -> BotSnapshot:
        """Return a bot's snapshot without secrets."""
        details = dump_json(snapshot.details)
        redacted = self.redact_body(details)
        if redacted != details:
            values = parse_json(redacted)
            snapshot = replace(snapshot, details=values if isinstance(values, dict) else {})
        if isinstance(reason := snapshot.warning_message, LocalizedText):
            snapshot = replace(snapshot, warning_message=change_texts(reason, self.redact))
        return replace(
            snapshot,
            version=self.redact(snapshot.version),
            model=self.redact(snapshot.model),
            prompt=self.redact(snapshot.prompt),
            warning=self.redact(snapshot.warning),
        )

    def redact_message(self, text: LocalizedText) -> LocalizedText:
        """Return a message without secrets in its values, which are texts and numbers."""
        values = {
            name: self.redact(value) if isinstance(value, str) else value
            for name, value in text.params.items()
        }
        return replace(text, params=values)

    def find_secret(self, text: str) -> LocalizedText:
        """Return a description of a secret in a file's text; empty if there is none."""
        if first := next(self._find_shapes(text), None):
            return first.what
        content = _DIGEST.sub("", text) if self._searches else ""
        for finding in self._find_matches(content):
            # A match with a placeholder was redacted; the pattern matches around it, too.
            if not PLACEHOLDER.search(content[finding.start : finding.end]):
                return finding.what
        return LocalizedText()

    def find_secret_in_body(self, body: bytes) -> LocalizedText:
        """Return a description of a secret in a recorded body, also one that is in pieces."""
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            text = body.decode("latin-1")
        first = next(chain(self._find_in_pieces(text), self._find_shapes(text)), None)
        return first.what if first else LocalizedText()

    # --- finding -----------------------------------------------------------------------------

    def _find_in_text(self, text: str) -> Iterator[_Finding]:
        yield from self._find_shapes(text)
        yield from self._find_matches(text)

    def _find_shapes(self, text: str) -> Iterator[_Finding]:
        """Yield known secrets and shapes in a text and in its decoded forms."""
        for finding in self._find_plain(text):
            if finding.start and text[finding.start - 1] == "\\":
                # The letter of an escape stays: JSON must remain JSON.
                start = finding.start + (5 if text[finding.start] == "u" else 1)
                finding = finding._replace(start=min(start, finding.end - 1))
            yield finding
        for layers in decoded_forms(text):
            for finding in self._find_plain(layers[-1].text):
                start, end = written_span(layers, finding.start, finding.end)
                yield finding._replace(start=start, end=end)

    def _find_plain(self, text: str) -> Iterator[_Finding]:
        lowered = lower_case(text)
        for start, end, secret in self._known.find(text, lowered):
            yield _Finding(start, end, secret, message("secret.known"))
        for rule, start, end in find_shapes(text, lowered):
            secret = text[start:end]
            if rule.needs_context and self._placeholders is not None:
                self._remember(secret)
            what = message("secret.shape", rule=rule.name, n=end - start)
            yield _Finding(start, end, secret, what)
        for secret in self._remembered:
            for start in _word_positions(text, secret):
                what = message("secret.by_context")
                yield _Finding(start, start + len(secret), secret, what)

    def _remember(self, secret: str) -> None:
        if len(secret) >= _MIN_REMEMBERED and _LETTER_AND_DIGIT.match(secret):
            self._remembered[secret] = None

    def _find_in_pieces(self, text: str) -> Iterator[_Finding]:
        """Yield secrets in the joined texts of a stream, one finding for each piece.

        The first piece gets the placeholder; of the others only the rest remains.
        """
        if "data:" not in text or not _DATA_LINE.search(text):
            return
        for pieces in split_texts(text):
            whole_text = "".join([piece.text for piece in pieces])
            findings = [*self._find_shapes(whole_text), *self._find_inside(whole_text, 0)]
            index, offset = 0, 0
            for finding in _merge_findings(findings):
                while offset + len(pieces[index].text) <= finding.start:
                    offset += len(pieces[index].text)
                    index += 1
                at, begin, is_first = index, offset, True
                while at < len(pieces) and begin < finding.end:
                    length = len(pieces[at].text)
                    first = max(finding.start - begin, 0)
                    last = min(finding.end - begin, length)
                    if first < last:
                        start, end = pieces[at].stream_span(first, last)
                        secret = finding.secret if is_first else ""
                        yield finding._replace(start=start, end=end, secret=secret, is_number=False)
                        is_first = False
                    begin += length
                    at += 1

    def _find_in_lines(self, text: str) -> Iterator[_Finding]:
        """Yield matches of the project's rules in a body: JSON, or lines that may have it."""
        if not self._searches:
            return
        if _is_json(text):
            yield from self._find_inside(text, 0)
            return
        position = 0
        for line in text.split("\n"):
            name, colon, data = line.partition(":")
            is_data = name == "data" and _is_json(data)
            offset = position + len(name) + len(colon) if is_data else position
            inner = self._find_inside(data, 0) if is_data else self._find_matches(line)
            for finding in inner:
                yield finding._replace(start=offset + finding.start, end=offset + finding.end)
            position += len(line) + 1

    def _find_inside(self, text: str, depth: int) -> Iterator[_Finding]:
        """Yield matches of the project's rules in the strings and numbers of JSON, or in a text."""
        if not self._searches:
            return
        if depth > _MAX_DEPTH or not _is_json(text):
            yield from self._find_matches(text)
            return
        findings: list[_Finding] = []
        for match in _STRINGS_AND_NUMBERS.finditer(text):
            lexeme = match[0]
            if lexeme[0] != '"':
                if number := next(self._find_matches(lexeme), None):
                    findings.append(
                        number._replace(start=match.start(), end=match.end(), is_number=True)
                    )
                continue
            string = decode_string(lexeme[1:-1])
            # Tool calls carry JSON in the strings of JSON.
            for finding in self._find_inside(string.text, depth + 1):
                start, end = string.written_span(finding.start, finding.end)
                offset = match.start() + 1
                findings.append(finding._replace(start=offset + start, end=offset + end))
        yield from findings
        yield from self._find_around_strings(text, findings)

    def _find_around_strings(self, text: str, inner: Sequence[_Finding]) -> Iterator[_Finding]:
        """Yield matches of a key together with its value, if JSON without them remains JSON."""
        inner_spans = _merge_findings(inner)
        for search in self._searches:
            matches: list[_Finding] = []
            index = 0
            for finding in search(text):
                while index < len(inner_spans) and inner_spans[index].end <= finding.start:
                    index += 1
                overlaps = index < len(inner_spans) and inner_spans[index].start < finding.end
                if not overlaps and not _is_inside_mark(text, finding):
                    matches.append(finding)
            if matches and _is_json(_replace_findings(text, matches, lambda _finding: MARK)):
                yield from matches

    def _find_matches(self, text: str) -> Iterator[_Finding]:
        for search in self._searches:
            for finding in search(text):
                if not _is_inside_mark(text, finding):
                    yield finding

    # --- replacing ---------------------------------------------------------------------------

    def _replace(self, text: str, find: _Search) -> str:
        remembered_count = len(self._remembered)
        findings = list(find(text))
        if len(self._remembered) > remembered_count:
            findings = list(find(text))
        return self._with_placeholders(text, findings) if findings else text

    def _with_placeholders(self, text: str, findings: Sequence[_Finding]) -> str:
        return _replace_findings(text, _merge_findings(findings), self._placeholder)

    def _placeholder(self, finding: _Finding) -> str:
        if not finding.secret:
            return ""
        mark = MARK
        if self._placeholders is not None:
            placeholders = self._placeholders
            mark = placeholders.setdefault(
                finding.secret, f"<redacted:{len(placeholders) + 1}>" if placeholders else MARK
            )
        return f'"{mark}"' if finding.is_number else mark


def without_numbers(body: bytes) -> bytes:
    """Return a body with the same placeholder for every secret."""
    return _NUMBERED.sub(MARK.encode(), body) if b"<redacted:" in body else body


def matches_redacted(redacted: str, text: str) -> bool:
    """Return whether a text may have been redacted to another.

    A placeholder stands for a word: characters of ASCII without space. The secret need not be known
    any more: a replay has no token, and the rules grow.
    """
    first, *others = PLACEHOLDER.split(redacted)
    if not text.startswith(first):
        return False
    start = len(first)
    for index, part in enumerate(others, 1):
        is_last = index == len(others)
        end = len(text) - len(part) if is_last else text.find(part, start + 1)
        has_end = text.endswith(part if is_last else "")
        if end < start or not has_end or not _is_word(text[start:end]):
            return False
        start = end + len(part)
    return start == len(text)


def _is_word(text: str) -> bool:
    return bool(PLACEHOLDER.fullmatch(text)) or _SECRET_WORD.fullmatch(text) is not None


def _pattern_search(pattern: UserPattern) -> _Search:
    what = message("secret.pattern", pattern=pattern.source)

    def search(text: str) -> Iterator[_Finding]:
        for match in pattern.matches(text):
            if match[0]:
                start, end = match.span()
                yield _Finding(start, end, match[0], what)

    return search


def _personal_search(text: str) -> Iterator[_Finding]:
    # Only projects that ask for it.
    from coze_harness.text.personal_data import find_chinese_personal_data

    for one in find_chinese_personal_data(text):
        yield _Finding(one.start, one.end, one.value, message("secret.personal"))


PRESETS: Final[dict[str, _Search]] = {"cn_personal": _personal_search}


def _merge_findings(findings: Iterable[_Finding]) -> list[_Finding]:
    """Return findings in order, with those that overlap as one; the longest names the secret."""
    merged: list[_Finding] = []
    longest = 0
    for finding in sorted(findings, key=lambda one: (one.start, -one.end)):
        if merged and finding.start < merged[-1].end:
            last = merged[-1]
            if finding.end - finding.start > longest and not last.is_number:
                longest = finding.end - finding.start
                last = last._replace(secret=finding.secret)
            merged[-1] = last._replace(end=max(last.end, finding.end))
        else:
            merged.append(finding)
            longest = finding.end - finding.start
    return merged


def _replace_findings(
    text: str, findings: Sequence[_Finding], placeholder: Callable[[_Finding], str]
) -> str:
    pieces: list[str] = []
    position = 0
    for finding in findings:
        pieces += (text[position : finding.start], placeholder(finding))
        position = finding.end
    return "".join([*pieces, text[position:]])


def _is_inside_mark(text: str, finding: _Finding) -> bool:
    begin = text.rfind("<redacted", max(finding.start - 16, 0), finding.start + 9)
    mark = PLACEHOLDER.match(text, begin) if begin >= 0 else None
    return mark is not None and mark.start() <= finding.start and finding.end <= mark.end()


def _word_positions(text: str, word: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and _WORD.match(text, start - 1)) and not _WORD.match(text, end):
            yield start
        start = text.find(word, end)


def _is_json(text: str) -> bool:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "[", '"'):
        return False
    try:
        parse_json(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return False
    return True
