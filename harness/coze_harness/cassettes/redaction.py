"""Removes tokens and keys, ours or a third party's, from files, log lines and messages.

There are two steps, because a literal search misses percent-encoded or JSON-escaped secrets:
`Redactor.redact` replaces the secrets that it recognizes, and `Redactor.find_secret` searches the
finished text for the alphanumeric fragments of each secret and their base64 forms. A file in which
it finds one is not written.
"""

from __future__ import annotations

import base64
import json
import re
import string
import threading
from collections.abc import Iterable
from typing import cast
from urllib.parse import unquote

from coze_harness.model import BotSnapshot, replace
from coze_harness.text.json_text import dump_json, parse_json
from coze_harness.text.safe_regex import RegexMatch, UserPattern

MARK = "<redacted>"
KEPT_RESPONSE_HEADERS = frozenset({"content-type", "x-tt-logid", "x-log-id", "retry-after", "date"})

_UNDERSCORE = r"(?:_|%(?:25)*5[Ff]|\\+u005[fF])"
# The beginning of a word; the last letter of an escape (`\n`, `%20`) is not a part of it.
_BEGIN = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt]))"
# A token, unlike words (`sat_down_together`, `sk-learn-compatible`), has digits among its letters.
# Only the next 40 characters are searched for them: a long line would take quadratic time.
_RANDOM = "(?:[0-9][A-Za-z]|[A-Za-z][0-9]|[0-9]{8}|[A-Za-z]{24})"
_SHAPES = (
    rf"{_BEGIN}(?:pat|sat|czs|czu|cztei){_UNDERSCORE}"
    rf"(?=[A-Za-z0-9_\-]{{0,39}}?{_RANDOM})[A-Za-z0-9_\-]{{8,}}",
    rf"{_BEGIN}sk-(?=[A-Za-z0-9_\-]{{0,39}}?{_RANDOM})[A-Za-z0-9_\-]{{16,}}",
    rf"{_BEGIN}eyJ[A-Za-z0-9_\-]{{8,1999}}+\.eyJ[A-Za-z0-9_\-]{{4,}}(?:\.[A-Za-z0-9_\-]*)?",
    r"(?i:(?<=bearer )|(?<=bearer%20)|(?<=bearer\+))"
    rf"(?=[A-Za-z0-9._~+/\-]{{0,39}}?{_RANDOM})[A-Za-z0-9._~+/\-]{{16,}}=*",
)
# Every shape contains or follows one of these; searching for them takes a tenth of the time.
_HINT = re.compile(r"(?:pat|sat|czs|czu|cztei)[_%\\]|sk-|eyJ|[eE][aA][rR][eE][rR]")
_TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")
_RUN = re.compile(r"[A-Za-z0-9]+")
_RANDOM_RUN = re.compile(_RANDOM)
_ESCAPE = re.compile(r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|/)")
# A digest is no secret, but a project's pattern for hexadecimal keys may match it.
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_STRINGS = re.compile(_STRING)
_STRINGS_AND_NUMBERS = re.compile(rf"{_STRING}|-?[0-9][0-9.eE+-]*")
_MIN_LENGTH = 8
_MAX_DEPTH = 6


def secret_fragments(secret: str) -> list[str]:
    """Return the alphanumeric runs of a secret, longest first: most encodings keep them.

    Runs that could be words are left out.
    """
    runs = sorted(set(_RUN.findall(secret)), key=len, reverse=True)
    return [run for run in runs if len(run) >= _MIN_LENGTH and _RANDOM_RUN.search(run)]


def base64_forms(text: str) -> tuple[str, ...]:
    """Return the base64 fragments by which a text can be found, whatever surrounds it.

    There is one for each of the three alignments, without the characters that also encode
    neighbouring bytes, and the same for URL-safe base64.
    """
    raw = text.encode()
    forms: list[str] = []
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        first = (0, 2, 3)[shift]
        last = len(coded) - (1 if (shift + len(raw)) % 3 else 0)
        forms.append(coded[first:last])
    urlsafe = [form.replace("+", "-").replace("/", "_") for form in forms]
    return tuple(dict.fromkeys(forms + urlsafe))


class Redactor:
    """Removes secrets: known values, the shapes of known tokens, and the project's patterns.

    Args:
        secrets: secret values, such as the API token.
        patterns: regular expressions, from `redact` in harness.yaml. In a JSON body they are
            matched with each string, unescaped. A search that takes too long raises
            PatternTimeoutError: nothing is stored that might not be redacted.
    """

    def __init__(
        self, secrets: Iterable[str] = (), patterns: Iterable[str | UserPattern] = ()
    ) -> None:
        self._shapes = [re.compile(shape) for shape in _SHAPES]
        self._patterns = tuple(
            pattern if isinstance(pattern, UserPattern) else UserPattern(pattern)
            for pattern in patterns
        )
        self._needles: tuple[str, ...] = ()
        self._lock = threading.Lock()
        for secret in secrets:
            self.add_secret(secret)

    def __reduce__(
        self,
    ) -> tuple[type[Redactor], tuple[tuple[str, ...], tuple[UserPattern, ...]]]:
        """Pickle the patterns only: secrets never leave this process."""
        return Redactor, ((), self._patterns)

    def add_secret(self, secret: str) -> None:
        """Add a secret value, from any thread, before it is first used."""
        needles = [secret] if len(secret) >= _MIN_LENGTH else []
        for number, run in enumerate(secret_fragments(secret)):
            needles += (run, *(base64_forms(run) if number == 0 else ()))
        with self._lock:
            known = sorted((*self._needles, *needles), key=len, reverse=True)
            self._needles = tuple(dict.fromkeys(known))

    def redact(self, text: str) -> str:
        """Return a text with every recognized secret replaced by `<redacted>`."""
        if _HINT.search(text):
            for shape in self._shapes:
                text = shape.sub(MARK, text)
        for needle in self._needles:
            if needle in text:
                text = _replace_token(text, needle)
        return self._replace_patterns(text)

    def _replace_patterns(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(_mark, text)
        return text

    def redact_body(self, body: bytes) -> bytes:
        """Return a request's or response's body without secrets, otherwise unchanged.

        In JSON, and in the JSON of an event stream, each string is unescaped first, so that no
        escape hides a secret and no replacement makes the JSON invalid.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return self.redact(body.decode("latin-1")).encode("latin-1")
        if not self._is_suspect(text):
            return body
        if _is_json(text):
            redacted = self._redact_json(text, 0)
        else:
            redacted = "\n".join([self._redact_line(line) for line in text.split("\n")])
        return redacted.encode() if redacted != text else body

    def redact_snapshot(self, snapshot: BotSnapshot) -> BotSnapshot:
        """Return a bot's snapshot without secrets."""
        details = dump_json(snapshot.details)
        redacted = self.redact_body(details)
        if redacted != details:
            values = parse_json(redacted)
            snapshot = replace(snapshot, details=values if isinstance(values, dict) else {})
        return replace(
            snapshot,
            version=self.redact(snapshot.version),
            model=self.redact(snapshot.model),
            prompt=self.redact(snapshot.prompt),
            warning=self.redact(snapshot.warning),
        )

    def _is_suspect(self, text: str) -> bool:
        """Return quickly whether a text may contain a secret; most do not."""
        return (
            bool(self._patterns)
            or "\\u" in text
            or _HINT.search(text) is not None
            or any(needle in text for needle in self._needles)
            or (bool(self._needles) and "\\/" in text)
        )

    def _redact_line(self, line: str) -> str:
        # An event's data may be JSON.
        name, colon, data = line.partition(":")
        if name == "data" and _is_json(data):
            return name + colon + self._redact_json(data, 0)
        return self.redact(line)

    def _redact_json(self, text: str, depth: int) -> str:
        def redact_lexeme(match: re.Match[str]) -> str:
            lexeme = match[0]
            if lexeme[0] != '"':
                return lexeme if self._replace_patterns(lexeme) == lexeme else f'"{MARK}"'
            inner = cast("str", json.loads(lexeme)) if "\\" in lexeme else lexeme[1:-1]
            # Tool calls carry JSON in the strings of JSON.
            if depth < _MAX_DEPTH and _is_json(inner):
                redacted = self._redact_json(inner, depth + 1)
            else:
                redacted = self.redact(inner)
            return lexeme if redacted == inner else dump_json(redacted).decode()

        lexemes = _STRINGS_AND_NUMBERS if self._patterns else _STRINGS
        text = lexemes.sub(redact_lexeme, text)
        # A pattern may match a key together with its value; it is applied if JSON remains JSON.
        for pattern in self._patterns:
            candidate = pattern.sub(_mark, text)
            if candidate != text and _is_json(candidate):
                text = candidate
        return text

    def find_secret(self, text: str) -> str:
        """Return a description of a secret in a text; empty if there is none.

        The text is searched as it is, without percent encoding, and without JSON escapes.
        """
        for view in _views(text):
            if any(needle in view for needle in self._needles):
                return "the API token, or a form of it"
            for shape in self._shapes if _HINT.search(view) else ():
                if match := shape.search(view):
                    return f"text like a secret ({match[0][:4]}…, {len(match[0])} characters)"
        if not self._patterns:
            return ""
        content = _DIGEST.sub("", text)
        for pattern in self._patterns:
            for found in pattern.matches(content):
                # A match with a mark in it was redacted; the pattern also matches its surroundings.
                if found[0] and MARK not in found[0] and found[0] not in MARK:
                    return f"text that matches the pattern {pattern.source!r}"
        return ""


def _mark(match: RegexMatch) -> str:
    return MARK if match[0] else ""


def _views(text: str) -> set[str]:
    """Return a text as it is, and without JSON escapes and percent encoding."""
    unescaped = text
    if "\\u" in text or "\\/" in text:
        unescaped = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "/", text)
    return {text, unescaped, unquote(text), unquote(unquote(unescaped))}


def _is_json(text: str) -> bool:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "[", '"'):
        return False
    try:
        parse_json(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return False
    return True


def _replace_token(text: str, needle: str) -> str:
    """Replace a secret together with the token around it, such as `pat_` before its fragment."""
    pieces: list[str] = []
    done = 0
    while (start := text.find(needle, done)) >= 0:
        end = start + len(needle)
        while start > done and text[start - 1] in _TOKEN_CHARACTERS:
            start -= 1
        while end < len(text) and text[end] in _TOKEN_CHARACTERS:
            end += 1
        while end < len(text) and text[end] == "=":
            end += 1
        pieces += (text[done:start], MARK)
        done = end
    return "".join([*pieces, text[done:]])
