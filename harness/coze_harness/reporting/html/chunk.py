"""A chunk of trials, as the script reads it: each text as seldom as can be.

What all trials of a form say in the same place stands once, with the form. What a trial says twice
stands once in its own texts, and so do the answers of its record, each of which is there four or
five times over. That halves what is to be packed, unpacked and parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from coze_harness.reporting.html.page_chunks import Piece
from coze_harness.reporting.html.trial_markup import parted

# Shorter ones say less than a reference to them would; and in a record, which is long, too few are
# found again to look for them.
_LONG: Final = 18
_ANSWER: Final = 60
_ANSWERS = re.compile(rb'"answer":"([^"\\]*(?:\\.[^"\\]*)*)"')
# Begins, in a record, a reference to the trial's own text of that number.
_NUL: Final = b"\\u0000"


def chunk(pieces: Iterable[Piece], shared: Mapping[bytes, bytes]) -> bytes:
    """Return trials as JSON: `Chunk` in page.d.ts.

    Args:
        pieces: the trials.
        shared: the forms, by their keys.
    """
    groups: dict[bytes, list[int]] = {}
    told: list[tuple[Piece, Sequence[bytes]]] = []
    for number, piece in enumerate(pieces):
        told.append((piece, parted(piece.texts) if piece.key else ()))
        groups.setdefault(piece.key, []).append(number)
    whole = groups.pop(b"", ())
    trials = [b""] * len(told)
    forms: list[bytes] = []
    for key, members in groups.items():
        fixed = _fixed([told[number][1] for number in members])
        for number in members:
            piece, texts = told[number]
            free = [text for text, same in zip(texts, fixed, strict=True) if same is None]
            own, places = _once(free)
            for answer in _ANSWERS.findall(piece.record):
                if len(answer) >= _ANSWER and answer not in places:
                    places[answer] = len(own)
                    own.append(b'"%b"' % answer)
            record = _referring(piece.record, places)
            trials[number] = b"[%d,[%b],%b]" % (len(forms), b",".join(own), record)
        listed = b",".join([b"0" if text is None else b'"%b"' % text for text in fixed])
        forms.append(b"[%b,[%b]]" % (shared[key], listed))
    for number in whole:
        piece = told[number][0]
        trials[number] = b"[%b,[],%b]" % (piece.texts, _referring(piece.record, {}))
    return b'{"forms":[%b],"trials":[%b]}' % (b",".join(forms), b",".join(trials))


def _fixed(rows: Sequence[Sequence[bytes]]) -> list[bytes | None]:
    """Return, place by place, the text that all rows have there; None where they differ."""
    if len(rows) == 1:
        return [None] * len(rows[0])
    return [
        column[0] if column.count(column[0]) == len(column) else None
        for column in zip(*rows, strict=True)
    ]


def _once(texts: Sequence[bytes]) -> tuple[list[bytes], dict[bytes, int]]:
    """Return texts as JSON, a repeated one as the number of the first; and the numbers of all."""
    places: dict[bytes, int] = {}
    own: list[bytes] = []
    for number, text in enumerate(texts):
        if len(text) < _LONG:
            own.append(b'"%b"' % text)
        elif (first := places.setdefault(text, number)) != number:
            own.append(b"%d" % first)
        else:
            own.append(b'"%b"' % text)
    return own, places


def _referring(record: bytes, places: Mapping[bytes, int]) -> bytes:
    """Return a record in which the trial's own texts are references, as far as they are values.

    One that has such characters of its own stays as it is, and says so.
    """
    if _NUL in record:
        return record + b",1"
    for text, number in places.items():
        # Inside a text no quotation mark follows a colon: it is escaped. Where a text ends with a
        # colon, one of these signs comes after its end.
        if len(text) >= _ANSWER and text[0] not in b",:]}":
            record = record.replace(b':"%b"' % text, b':"%b%d"' % (_NUL, number))
    return record
