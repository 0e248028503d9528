"""The page's data: entries of trials, packed in chunks that the script reads when they are needed.

While a run goes on, the page keeps an entry of each trial: plain bytes, without a language. In the
page, entries lie in chunks, as gzipped JSON in base64, which contains no ``<``. In a chunk, a text
that all trials of one markup template share stands once, with the template; a text that a trial
repeats stands once among its own texts, and so does each answer in its record, which would
otherwise occur four or five times. This halves what is compressed, unpacked and parsed.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

import orjson

from coze_harness.reporting.html.trial_markup import RenderedTrial, split_texts
from coze_harness.reporting.views.view_model import TrialView, page_id

# Occurs in no part of an entry: a row's texts are visible, and JSON escapes it.
_SEPARATOR: Final = b"\0"
_MAX_RECORD: Final = 64 * 1024  # bytes
_UNKNOWN_STATUS: Final = re.compile("[^pfeskx.]")
_SEARCHED_PROMPT: Final = 120  # characters
_SEARCHED_REASONS: Final = 5

# Shorter texts are smaller than a reference to them. Records are long, and few of their shorter
# texts occur again, so only longer ones are looked for there.
_MIN_REFERRED: Final = 18
_MIN_REFERRED_ANSWER: Final = 60
_ANSWERS = re.compile(rb'"answer":"([^"\\]*(?:\\.[^"\\]*)*)"')
# Begins a reference, in a record, to the trial's own text with the number that follows.
_NUL: Final = b"\\u0000"

_THREADS: Final = 2
_MAX_WAITING: Final = 2
# Above level 6, 2 % less size costs 50 % more time.
_LEVEL: Final = 6
_GZIP: Final = 16 + zlib.MAX_WBITS


class PageEntry(NamedTuple):
    """What the page keeps of one trial.

    `row` is its row as HTML, `index_start` and `index_end` its entry in the index before and after
    its history, `key` and `texts` its body (see `RenderedTrial`), `record` its line of
    trials.jsonl, `card` what a comparison shows of it (see `trial_card`).
    """

    row: bytes
    index_start: bytes
    index_end: bytes
    key: bytes
    texts: bytes
    record: bytes
    card: bytes

    def index_entry(self, history: str) -> bytes:
        """Return the trial's entry in the index.

        Args:
            history: the trial's statuses in previous runs, a letter each.
        """
        letters = _UNKNOWN_STATUS.sub(".", history)
        return b'%b,"%b",%b]' % (self.index_start, letters.encode(), self.index_end)


def dump_entry(trial: TrialView, rendered: RenderedTrial, line: bytes) -> bytes:
    """Return a trial's entry as bytes.

    Args:
        trial: the trial.
        rendered: its row and body.
        line: its line of trials.jsonl; empty if there is none.
    """
    index_start = [
        page_id(trial.id), trial.status._value_, trial.bot, trial.tags, round(trial.seconds, 3),
        trial.tokens, len(trial.turns), trial.failed_kinds, " ".join(trial.codes), trial.change,
    ]  # fmt: skip
    parts = (
        rendered.row,
        orjson.dumps(index_start)[:-1],
        orjson.dumps(_searched_text(trial)),
        rendered.key,
        rendered.texts,
        _record(line),
        _card(trial),
    )
    return _SEPARATOR.join(parts)


def parse_entry(entry: bytes) -> PageEntry:
    """Return the entry that `dump_entry` has written."""
    return PageEntry(*entry.split(_SEPARATOR))


def _card(trial: TrialView) -> bytes:
    """Return what a comparison shows of a trial; empty if it was not compared."""
    if trial.diff is None:
        return b""
    from coze_harness.reporting.views.card_turns import trial_card  # most runs compare nothing

    return trial_card(trial)


def _searched_text(trial: TrialView) -> str:
    """Return the text that a search looks through: name, reasons, start of the first prompt."""
    prompt = trial.turns[0].prompt[:_SEARCHED_PROMPT] if trial.turns else ""
    failed = [v for turn in trial.turns for v in turn.verdicts if v.status == "failed"]
    reasons = {
        text: None
        for verdict in failed[:_SEARCHED_REASONS]
        for text in (verdict.name, verdict.kind, verdict.reason, verdict.second_reason)
        if text
    } or {trial.reason: None, trial.second_reason: None}
    text = "\n".join((trial.name, *filter(None, reasons), prompt))
    return unicodedata.normalize("NFKC", text).casefold()


def _record(line: bytes) -> bytes:
    """Return a line of trials.jsonl, or null: for no line, a long one, or one that is not JSON."""
    if not line or len(line) > _MAX_RECORD:
        return b"null"
    # Python's own encoder, which writes lines that others cannot, has numbers that JSON lacks.
    if line[:1] == b" " and (b"NaN" in line or b"Infinity" in line):
        return b"null"
    return line.strip()


def dump_chunk(entries: Iterable[PageEntry], templates: Mapping[bytes, bytes]) -> bytes:
    """Return trials as JSON: `Chunk` in page.d.ts.

    Args:
        entries: the trials.
        templates: the markup templates of their bodies, by their keys.
    """
    by_key: dict[bytes, list[int]] = {}
    parsed: list[tuple[PageEntry, Sequence[bytes]]] = []
    for number, entry in enumerate(entries):
        parsed.append((entry, split_texts(entry.texts) if entry.key else ()))
        by_key.setdefault(entry.key, []).append(number)
    without_template = by_key.pop(b"", ())
    trials = [b""] * len(parsed)
    forms: list[bytes] = []
    for key, members in by_key.items():
        common = _common_texts([parsed[number][1] for number in members])
        for number in members:
            entry, texts = parsed[number]
            own, numbers = _without_repeats(
                [text for text, other in zip(texts, common, strict=True) if other is None]
            )
            for answer in _ANSWERS.findall(entry.record):
                if len(answer) >= _MIN_REFERRED_ANSWER and answer not in numbers:
                    numbers[answer] = len(own)
                    own.append(b'"%b"' % answer)
            record = _with_references(entry.record, numbers)
            trials[number] = b"[%d,[%b],%b]" % (len(forms), b",".join(own), record)
        shared = b",".join([b"0" if text is None else b'"%b"' % text for text in common])
        forms.append(b"[%b,[%b]]" % (templates[key], shared))
    for number in without_template:
        entry = parsed[number][0]
        trials[number] = b"[%b,[],%b]" % (entry.texts, _with_references(entry.record, {}))
    return b'{"forms":[%b],"trials":[%b]}' % (b",".join(forms), b",".join(trials))


def _common_texts(rows: Sequence[Sequence[bytes]]) -> list[bytes | None]:
    """Return, place by place, the text that all rows have there; None where they differ."""
    if len(rows) == 1:
        return [None] * len(rows[0])
    return [
        column[0] if column.count(column[0]) == len(column) else None
        for column in zip(*rows, strict=True)
    ]


def _without_repeats(texts: Sequence[bytes]) -> tuple[list[bytes], dict[bytes, int]]:
    """Return texts as JSON, a repeated one as the number of the first; and the number of each."""
    numbers: dict[bytes, int] = {}
    own: list[bytes] = []
    for number, text in enumerate(texts):
        first = numbers.setdefault(text, number) if len(text) >= _MIN_REFERRED else number
        own.append(b'"%b"' % text if first == number else b"%d" % first)
    return own, numbers


def _with_references(record: bytes, numbers: Mapping[bytes, int]) -> bytes:
    """Return a record in which values that are texts of the trial are references to them.

    A record that contains the references' first character itself is kept, and marked with ``,1``.
    """
    if _NUL in record:
        return record + b",1"
    for text, number in numbers.items():
        # Inside a text no quotation mark follows a colon: it is escaped. Where a text ends with a
        # colon, one of these signs comes after its end.
        if len(text) >= _MIN_REFERRED_ANSWER and text[0] not in b",:]}":
            record = record.replace(b':"%b"' % text, b':"%b%d"' % (_NUL, number))
    return record


def compress(data: bytes) -> bytes:
    """Return data as gzip in base64. The same data gives the same bytes: no time is included."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return b64encode(compressor.compress(data) + compressor.flush())


def compress_all(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress blocks in order; several in a few threads (zlib releases Python's lock)."""
    remaining = iter(blocks)
    first = list(islice(remaining, 2))
    if len(first) < 2:
        yield from map(compress, first)
        return
    # Not at the top: it takes longer to import than a small page takes to write.
    from concurrent.futures import Future, ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[Future[bytes]] = deque()
        for block in chain(first, remaining):
            waiting.append(pool.submit(compress, block))
            if len(waiting) > _MAX_WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class IndexCompressor:
    """Compresses the index while its entries are added."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._parts = [self._compressor.compress(b'{"trials":[')]

    def add(self, entry: bytes) -> None:
        """Add the next entry."""
        self._parts.append(self._compressor.compress(entry))

    def finish(self) -> bytes:
        """Return the whole index as gzip in base64."""
        end = (self._compressor.compress(b"]}"), self._compressor.flush())
        return b64encode(b"".join((*self._parts, *end)))
