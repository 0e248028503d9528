"""What never reaches a file, a log line or a message: tokens and keys, ours or a third party's.

Two steps, because a literal search leaks (a percent-encoded or JSON-escaped token is another text):
`Redactor.clean` replaces what it recognises, and `Redactor.leak` looks at finished text once more,
for each secret's alphanumeric core and that core's base64 forms. A file in which it finds one is
not written.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from harness import jsontext
from harness.model import JSON

MARK = "<redacted>"
KEPT_REQUEST_HEADERS = frozenset({"content-type"})
KEPT_RESPONSE_HEADERS = frozenset({"content-type", "x-tt-logid", "x-log-id", "retry-after", "date"})

_UNDERSCORE = r"(?:_|%5[Ff]|\\+u005[fF])"
# Each shape with the words one of which must occur: a look for a word is a hundred times cheaper.
_SHAPES = (
    (
        ("pat", "sat", "czs", "czu", "cztei"),
        rf"(?<![A-Za-z0-9])(?:pat|sat|czs|czu|cztei){_UNDERSCORE}[A-Za-z0-9_\-]{{8,}}",
    ),
    (("sk-",), r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_\-]{16,}"),
    (
        ("eyJ",),
        r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]*)?",
    ),
    (
        ("earer", "EARER"),
        r"(?i:(?<=bearer )|(?<=bearer%20)|(?<=bearer\+))[A-Za-z0-9._~+/\-]{16,}=*",
    ),
)
_TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")
_CORE = re.compile(r"[A-Za-z0-9]+")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_SHORTEST_CORE = 8
_DEEPEST_NESTING = 6


def core(secret: str) -> str:
    """Return the longest alphanumeric run of a secret: what survives most encodings."""
    return max(_CORE.findall(secret), key=len, default="")


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
        patterns: further regular expressions, from `redact` in harness.yaml.
    """

    def __init__(self, secrets: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._shapes = [
            *((words, re.compile(shape)) for words, shape in _SHAPES),
            *((("",), re.compile(pattern)) for pattern in patterns),
        ]
        needles: list[str] = []
        for secret in secrets:
            heart = core(secret)
            if len(heart) >= _SHORTEST_CORE:
                needles += (secret, heart, *base64_forms(heart))
            elif len(secret) >= _SHORTEST_CORE:
                needles.append(secret)
        self._needles = tuple(dict.fromkeys(sorted(needles, key=len, reverse=True)))

    def clean(self, text: str) -> str:
        """Return a text with every recognised secret replaced by `<redacted>`."""
        for words, shape in self._shapes:
            if any(word in text for word in words):
                text = shape.sub(MARK, text)
        for needle in self._needles:
            while (start := text.find(needle)) >= 0:
                text = _cut(text, start, start + len(needle))
        return text

    def clean_body(self, body: bytes) -> bytes:
        """Return a request's or response's body without secrets.

        A JSON body is looked at twice: as text, which keeps it as it was written, and then string
        by string, decoded, because an escape can hide a secret from the first look.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return self.clean(body.decode("latin-1")).encode("latin-1")
        cleaned = self.clean(text)
        if "\\" in cleaned:
            try:
                value = jsontext.parse(cleaned.encode())
            except ValueError:
                return cleaned.encode()
            decoded = self._clean_value(value)
            if decoded != value:
                return jsontext.compact(decoded)
        return cleaned.encode() if cleaned != text else body

    def _clean_value(self, value: JSON, depth: int = 0) -> JSON:
        if isinstance(value, str):
            return self._clean_string(value, depth)
        if isinstance(value, Mapping):
            return {self.clean(key): self._clean_value(item, depth) for key, item in value.items()}
        if isinstance(value, list):
            return [self._clean_value(item, depth) for item in value]
        return value

    def _clean_string(self, text: str, depth: int) -> str:
        """Clean a decoded string, and the JSON that it may hold (tool calls carry JSON in JSON)."""
        cleaned = self.clean(text)
        if depth < _DEEPEST_NESTING and "\\" in cleaned and cleaned.lstrip()[:1] in ("{", "["):
            try:
                inner = jsontext.parse(cleaned.encode())
            except ValueError:
                return cleaned
            decoded = self._clean_value(inner, depth + 1)
            if decoded != inner:
                return jsontext.compact(decoded).decode()
        return cleaned

    def leak(self, text: str) -> str:
        """Return a description of a secret that the text still holds; empty if there is none.

        Looks at the text as it is, without percent encoding and without JSON escapes.
        """
        views = {text, unquote(text), _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)}
        for view in views:
            if any(needle in view for needle in self._needles):
                return "the API token, or a form of it"
            for words, shape in self._shapes:
                if any(word in view for word in words) and (found := shape.search(view)):
                    return (
                        f"text shaped like a secret ({found[0][:4]}…, {len(found[0])} characters)"
                    )
        return ""


def _cut(text: str, start: int, end: int) -> str:
    """Replace a secret together with the neighbours that belong to it: `pat_` before its core."""
    while start and text[start - 1] in _TOKEN_CHARACTERS:
        start -= 1
    while end < len(text) and text[end] in _TOKEN_CHARACTERS:
        end += 1
    return text[:start] + MARK + text[end:].lstrip("=")
