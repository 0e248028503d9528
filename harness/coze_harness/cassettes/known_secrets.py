"""The forms in which a known secret, such as the API token, is recognized."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from typing import Final

from coze_harness.cassettes.decoded_text import without_spaces
from coze_harness.text.secret_rules import lower_case

_RUN: Final = re.compile(r"[A-Za-z0-9]+")
_RANDOM_RUN: Final = re.compile("[0-9][A-Za-z]|[A-Za-z][0-9]|[0-9]{8}|[A-Za-z]{24}")
_TOKEN_CHARACTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
)
_GAP: Final = r"[\s\u200b-\u200f\u2060\ufeff]{1,4}"
_SPACED: Final = re.compile(rf"\S(?:{_GAP}\S){{7,}}")
# Faster, since it begins with what is rare.
_SPACED_HINT: Final = re.compile(rf"(?:{_GAP}\S){{6}}{_GAP}")
_MIN_LENGTH: Final = 8


class KnownSecrets:
    """Secret values and their forms, for all threads.

    A form is searched without regard to case: the secret itself, its alphanumeric fragments (most
    encodings keep them), and both reversed, as hexadecimal digits and as base64.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: tuple[tuple[str, str], ...] = ()

    def add(self, secret: str) -> None:
        """Add a secret, from any thread, before it is first used."""
        forms = {form.lower(): secret for form in _forms(secret)}
        with self._lock:
            all_forms = {**forms, **dict(self._forms)}
            self._forms = tuple(sorted(all_forms.items(), key=lambda item: -len(item[0])))

    def find(self, text: str, lowered: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and secret of each form in a text, with the token around it.

        Args:
            text: the text.
            lowered: the same in lower case, equally long.
        """
        yield from self._find(text, lowered)
        if not self._forms or not _SPACED_HINT.search(text):
            return
        for match in _SPACED.finditer(text):
            dense = without_spaces(match[0])
            for start, end, secret in self._find(dense.text, lower_case(dense.text)):
                first, last = dense.written_span(start, end)
                yield match.start() + first, match.start() + last, secret

    def _find(self, text: str, lowered: str) -> Iterator[tuple[int, int, str]]:
        for form, secret in self._forms:
            position = 0
            while (start := lowered.find(form, position)) >= 0:
                end = start + len(form)
                while start > position and text[start - 1] in _TOKEN_CHARACTERS:
                    start -= 1
                while end < len(text) and text[end] in _TOKEN_CHARACTERS:
                    end += 1
                while end < len(text) and text[end] == "=":
                    end += 1
                yield start, end, secret
                position = end


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
        code = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        first = (0, 2, 3)[shift]
        last = len(code) - (1 if (shift + len(raw)) % 3 else 0)
        forms.append(code[first:last])
    urlsafe = [form.replace("+", "-").replace("/", "_") for form in forms]
    return tuple(dict.fromkeys(forms + urlsafe))


def _forms(secret: str) -> Iterator[str]:
    fragments = secret_fragments(secret)
    yield from fragments
    whole_secret = [secret] if len(secret) >= _MIN_LENGTH else []
    yield from whole_secret
    for text in (*whole_secret, *fragments[:1]):
        yield text[::-1]
        yield text.encode().hex()
        yield from base64_forms(text)
