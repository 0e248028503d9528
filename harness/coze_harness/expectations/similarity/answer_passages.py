"""The passages of an answer in which a statement can stand: its sentences, one or several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_MAX_PASSAGES: Final = 200
_MAX_TOGETHER: Final = 5
_END: Final = re.compile(
    r"(?:[。！？!?；;～…]+[”’」』）)]*|\n|(?<=[^\W\d])\.(?=\s|$)|(?<=\d)\.(?=\s\D|$))\s*"
)
_WORD: Final = re.compile(r"\w")


def find_sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence begins and ends, without the white space between them."""
    sentences: list[tuple[int, int]] = []
    begin = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        section = text[begin:end]
        if _WORD.search(section):
            first = begin + len(section) - len(section.lstrip())
            sentences.append((first, begin + len(section.rstrip())))
        begin = end
    return sentences


def find_passages(answer: str, reference: str) -> Sequence[tuple[int, int]]:
    """Return the places of an answer to compare with a text: the whole, and runs of its sentences.

    A run has up to one sentence more than the text, since a statement may take two.

    Args:
        answer: the answer.
        reference: the text.
    """
    sentences = find_sentences(answer)
    passages = [(0, len(answer))]
    most = min(len(find_sentences(reference)) + 1, _MAX_TOGETHER)
    for size in range(1, min(most, len(sentences)) + 1):
        passages += [
            (sentences[i][0], sentences[i + size - 1][1]) for i in range(len(sentences) - size + 1)
        ]
    return list(dict.fromkeys(passages))[:_MAX_PASSAGES]
