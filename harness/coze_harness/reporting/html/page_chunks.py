"""What the page keeps of one trial while the run goes on: plain bytes, without a language."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import orjson

from coze_harness.reporting.failure_reasons import reason_texts
from coze_harness.reporting.html.trial_markup import Told
from coze_harness.reporting.view_model import TrialView, shown_id

# Occurs in none of the parts: a row's texts are visible, and JSON escapes it.
_BETWEEN: Final = b"\0"
_RECORD_LIMIT: Final = 64 * 1024
_UNKNOWN: Final = re.compile("[^pfeskx.]")
_PROMPT: Final = 120
_REASONS: Final = 5


class Piece(NamedTuple):
    """A trial's row; its entry of the index, before and after its past; its body; its record."""

    row: bytes
    entry: bytes
    text: bytes
    key: bytes
    texts: bytes
    record: bytes

    def indexed(self, past: str) -> bytes:
        """Return the trial's entry of the index."""
        known = _UNKNOWN.sub(".", past)
        return b'%b,"%b",%b]' % (self.entry, known.encode(), self.text)


def pack(trial: TrialView, told: Told, line: bytes) -> bytes:
    """Return a trial's piece as one text."""
    entry = [
        shown_id(trial.id), trial.status._value_, trial.bot, trial.tags, round(trial.seconds, 3),
        trial.tokens, len(trial.turns), trial.failed_kinds, " ".join(trial.codes), trial.change,
    ]  # fmt: skip
    parts = (
        told.row,
        orjson.dumps(entry)[:-1],
        orjson.dumps(_searched(trial)),
        told.key,
        told.texts,
        _record(line),
    )
    return _BETWEEN.join(parts)


def unpack(piece: bytes) -> Piece:
    """Return what `pack` has packed."""
    return Piece(*piece.split(_BETWEEN))


def _searched(trial: TrialView) -> str:
    """Return what a search looks through: name, reasons, the first prompt's beginning."""
    prompt = trial.turns[0].prompt[:_PROMPT] if trial.turns else ""
    reasons = reason_texts(trial)[:_REASONS] or (trial.reason,)
    text = "\n".join((trial.name, *reasons, prompt))
    return unicodedata.normalize("NFKC", text).casefold()


def _record(line: bytes) -> bytes:
    """Return a line of trials.jsonl; null where it is none, long, or what only Python reads."""
    if not line or len(line) > _RECORD_LIMIT:
        return b"null"
    # Python's own JSON, which the archive falls back to, has numbers that JSON lacks.
    if line[:1] == b" " and (b"NaN" in line or b"Infinity" in line):
        return b"null"
    return line.strip()
