"""What never reaches a file, a log line or a message: tokens and keys, ours or a third party's.

Two steps, because a literal search leaks (a percent-encoded or JSON-escaped token is another text):
`Redactor.clean` replaces what it recognises, and `Redactor.leak` looks at finished text once more,
for each secret's alphanumeric core and that core's base64 forms. A file in which it finds one is
not written.
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
from coze_harness.text import json_text as jsontext

MARK = "<redacted>"
KEPT_REQUEST_HEADERS = frozenset({"content-type"})
KEPT_RESPONSE_HEADERS = frozenset({"content-type", "x-tt-logid", "x-log-id", "retry-after", "date"})

_UNDERSCORE = r"(?:_|%(?:25)*5[Ff]|\\+u005[fF])"
# A word must begin here; the last letter of an escape before it (`\n`, `%20`) belongs to no word.
_BEGIN = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt]))"
# What tells a token from words (`sat_down_together`, `sk-learn-compatible`): digits among letters.
# It is looked for nearby, or a line of megabytes would be gone through from each of its places.
_RANDOM = "(?:[0-9][A-Za-z]|[A-Za-z][0-9]|[0-9]{8}|[A-Za-z]{24})"
_SHAPES = (
    rf"{_BEGIN}(?:pat|sat|czs|czu|cztei){_UNDERSCORE}"
    rf"(?=[A-Za-z0-9_\-]{{0,39}}?{_RANDOM})[A-Za-z0-9_\-]{{8,}}",
    rf"{_BEGIN}sk-(?=[A-Za-z0-9_\-]{{0,39}}?{_RANDOM})[A-Za-z0-9_\-]{{16,}}",
    rf"{_BEGIN}eyJ[A-Za-z0-9_\-]{{8,1999}}+\.eyJ[A-Za-z0-9_\-]{{4,}}(?:\.[A-Za-z0-9_\-]*)?",
    r"(?i:(?<=bearer )|(?<=bearer%20)|(?<=bearer\+))"
    rf"(?=[A-Za-z0-9._~+/\-]{{0,39}}?{_RANDOM})[A-Za-z0-9._~+/\-]{{16,}}=*",
)
# What every shape holds or follows: a look for it costs a tenth of a look for the shapes.
_HINT = re.compile(r"(?:pat|sat|czs|czu|cztei)[_%\\]|sk-|eyJ|[eE][aA][rR][eE][rR]")
_TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")
_RUN = re.compile(r"[A-Za-z0-9]+")
_TELLING = re.compile(_RANDOM)
_ESCAPE = re.compile(r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|/)")
# A digest gives nothing away, and a project's pattern for hexadecimal keys must not meet it.
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_STRINGS = re.compile(_STRING)
_STRINGS_AND_NUMBERS = re.compile(rf"{_STRING}|-?[0-9][0-9.eE+-]*")
_SHORTEST_CORE = 8
_DEEPEST_NESTING = 6


def secret_fragments(secret: str) -> list[str]:
    """Return the alphanumeric runs of a secret that survive most encodings, longest first.

    Runs that could be words are left out: they would be found in innocent text.
    """
    runs = sorted(set(_RUN.findall(secret)), key=len, reverse=True)
    return [run for run in runs if len(run) >= _SHORTEST_CORE and _TELLING.search(run)]


def base64_forms(text: str) -> tuple[str, ...]:
    """Return the pieces of base64 that betray a text, whatever stood before and after it.

    There are three alignments; the characters at either end that mix with neighbours are cut off.
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
    """Knows what is secret: given values, the shapes of known tokens, and the project's patterns.

    Args:
        secrets: values that are secret as such (the token of this run).
        patterns: further regular expressions, from `redact` in harness.yaml. They are matched
            against each text inside a JSON body, as it reads without escapes.
    """

    def __init__(self, secrets: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._shapes = [re.compile(shape) for shape in _SHAPES]
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._needles: tuple[str, ...] = ()
        self._learning = threading.Lock()
        for secret in secrets:
            self.add_secret(secret)

    def __reduce__(self) -> tuple[type[Redactor], tuple[tuple[str, ...], tuple[str, ...]]]:
        """Pickle the patterns; secrets never leave this process."""
        return Redactor, ((), tuple(pattern.pattern for pattern in self._patterns))

    def add_secret(self, secret: str) -> None:
        """Take a further value for secret, from any thread, before it is first used."""
        needles: list[str] = []
        if len(secret) >= _SHORTEST_CORE:
            needles.append(secret)
        for number, run in enumerate(secret_fragments(secret)):
            needles += (run, *(base64_forms(run) if number == 0 else ()))
        with self._learning:
            known = sorted((*self._needles, *needles), key=len, reverse=True)
            self._needles = tuple(dict.fromkeys(known))

    def redact(self, text: str) -> str:
        """Return a text with every recognised secret replaced by `<redacted>`."""
        if _HINT.search(text):
            for shape in self._shapes:
                text = shape.sub(MARK, text)
        for needle in self._needles:
            if needle in text:
                text = _without(text, needle)
        return self._without_patterns(text)

    def _without_patterns(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(lambda found: MARK if found[0] else "", text)
        return text

    def redact_body(self, body: bytes) -> bytes:
        """Return a request's or response's body without secrets, and else as it was written.

        In JSON, and in the JSON of an event stream, each text is looked at as it reads without
        escapes, so that no escape hides a secret and no replacement breaks the JSON around it.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return self.redact(body.decode("latin-1")).encode("latin-1")
        if not self._is_suspect(text):
            return body
        cleaned = self._clean_document(text)
        return cleaned.encode() if cleaned != text else body

    def redact_snapshot(self, snapshot: BotSnapshot) -> BotSnapshot:
        """Return what a bot was without the secrets that its author put into it."""
        details = jsontext.dump_json(snapshot.details)
        cleaned = self.redact_body(details)
        if cleaned != details:
            kept = jsontext.parse_json(cleaned)
            snapshot = replace(snapshot, details=kept if isinstance(kept, dict) else {})
        return replace(
            snapshot,
            version=self.redact(snapshot.version),
            model=self.redact(snapshot.model),
            prompt=self.redact(snapshot.prompt),
            warning=self.redact(snapshot.warning),
        )

    def _is_suspect(self, text: str) -> bool:
        """Tell quickly whether a text may hold a secret; most hold none."""
        return (
            bool(self._patterns)
            or "\\u" in text
            or _HINT.search(text) is not None
            or any(needle in text for needle in self._needles)
            or (bool(self._needles) and "\\/" in text)
        )

    def _clean_document(self, text: str) -> str:
        if _is_json(text):
            return self._clean_json(text, 0)
        lines = text.split("\n")
        return "\n".join([self._clean_line(line) for line in lines])

    def _clean_line(self, line: str) -> str:
        """Clean a line of a text or event stream; an event's data is JSON of its own."""
        name, colon, data = line.partition(":")
        if name == "data" and _is_json(data):
            return name + colon + self._clean_json(data, 0)
        return self.redact(line)

    def _clean_json(self, text: str, depth: int) -> str:
        def cleaned(found: re.Match[str]) -> str:
            lexeme = found[0]
            if lexeme[0] != '"':
                return lexeme if self._without_patterns(lexeme) == lexeme else f'"{MARK}"'
            inner = cast("str", json.loads(lexeme)) if "\\" in lexeme else lexeme[1:-1]
            kept = self._clean_string(inner, depth)
            return lexeme if kept == inner else jsontext.dump_json(kept).decode()

        lexemes = _STRINGS_AND_NUMBERS if self._patterns else _STRINGS
        text = lexemes.sub(cleaned, text)
        # A pattern may look for a key together with its value; it is obeyed where JSON stays JSON.
        for pattern in self._patterns:
            candidate = pattern.sub(lambda found: MARK if found[0] else "", text)
            if candidate != text and _is_json(candidate):
                text = candidate
        return text

    def _clean_string(self, text: str, depth: int) -> str:
        """Clean a decoded text, and the JSON that it may hold (tool calls carry JSON in JSON)."""
        if depth < _DEEPEST_NESTING and _is_json(text):
            return self._clean_json(text, depth + 1)
        return self.redact(text)

    def find_secret(self, text: str) -> str:
        """Return a description of a secret that the text still holds; empty if there is none.

        Looks at the text as it is, without percent encoding and without JSON escapes.
        """
        for view in _views(text):
            if any(needle in view for needle in self._needles):
                return "the API token, or a form of it"
            for shape in self._shapes if _HINT.search(view) else ():
                if found := shape.search(view):
                    return (
                        f"text shaped like a secret ({found[0][:4]}…, {len(found[0])} characters)"
                    )
        if not self._patterns:
            return ""
        content = _DIGEST.sub("", text)
        for pattern in self._patterns:
            for found in pattern.finditer(content):
                # What holds a mark has been cleaned: the pattern's surroundings are still there.
                if found[0] and MARK not in found[0] and found[0] not in MARK:
                    return f"text that the pattern {pattern.pattern!r} finds"
        return ""


def _views(text: str) -> set[str]:
    """Return a text as it is, and what it says behind JSON escapes and percent encoding."""
    unescaped = text
    if "\\u" in text or "\\/" in text:
        unescaped = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "/", text)
    return {text, unescaped, unquote(text), unquote(unquote(unescaped))}


def _is_json(text: str) -> bool:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "[", '"'):
        return False
    try:
        jsontext.parse_json(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return False
    return True


def _without(text: str, needle: str) -> str:
    """Replace a secret together with the neighbours that belong to it: `pat_` before its core."""
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
