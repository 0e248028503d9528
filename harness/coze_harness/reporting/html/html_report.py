"""index.html, written: the page around the rows, the trials in chunks, the first ones in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from coze_harness.model import Row, Run, TrialStatus
from coze_harness.reporting.comparison_view import BotView
from coze_harness.reporting.failure_reasons import FAILING, Reasons
from coze_harness.reporting.html.chunk import chunk
from coze_harness.reporting.html.chunks import Packer, all_packed
from coze_harness.reporting.html.head import head
from coze_harness.reporting.html.page_chunks import Piece, pack, unpack
from coze_harness.reporting.html.page_templates import (
    WORD_MARK,
    PageLayout,
    PageRenderer,
    page_script,
    trial_source,
)
from coze_harness.reporting.html.static import Token, static_tree
from coze_harness.reporting.html.trial_markup import Forms, body, form_of
from coze_harness.reporting.html.wording import words_of
from coze_harness.reporting.mutation_view import ScoreView, SurvivorView
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.page_view import PageView, page_view, past_of
from coze_harness.reporting.piece_spool import Out, Pieces
from coze_harness.reporting.row_order import flaky_ids, ranked
from coze_harness.reporting.view_model import TrialView, bare
from coze_harness.reporting.visible import one_line

# Trials in a chunk: one is unpacked when one of its trials is opened.
CHUNK: Final = 50
# So many failing trials stand in the page itself.
IN_FULL: Final = 20
# So many trials have a chunk to lie in; a page that is larger opens nowhere.
DETAILED: Final = 20_000
# So many have a row; of a larger run those that passed, without more to tell, are left out first.
LISTED: Final = 50_000

# So many runs stand at the end of a row.
_PAST: Final = 10

# Stand in the page where rows, trials and chunks go. No text of a view holds a NUL.
_ROWS, _FIRST, _HEAD, _CHUNKS = "\0rows\0", "\0first\0", "\0head\0", "\0chunks\0"
_SLOT = re.compile("(\0[a-z]+\0)")
_WORD = re.compile(re.escape(WORD_MARK.encode()) + b"([^\x01]*)" + re.escape(WORD_MARK.encode()))


class HtmlSheet:
    """Renders the trials, and the page around them.

    Args:
        options: how the page is to be; what it says of a trial does not depend on them.
        detailed: so many trials can be opened; the others have a row only.
        listed: so many have a row.
        renderer: fills the templates. Default: one for the language of `options`.
    """

    def __init__(
        self,
        options: PageOptions | None = None,
        detailed: int = DETAILED,
        listed: int = LISTED,
        renderer: PageRenderer | None = None,
    ) -> None:
        self._options = options or PageOptions()
        self._detailed = detailed
        self._listed = listed
        self._pages = renderer or PageRenderer(self._options.written_in)
        self._forms = Forms(*self._pages.trial_macros())

    def piece(self, trial: TrialView, line: bytes) -> bytes:
        """Return a trial's row, its entry of the index, its tree and its record."""
        return pack(trial, self._forms.told(trial), line)

    def whole(self, trial: TrialView) -> bytes:
        """Return the piece of a trial that has no line, with nothing to be shared."""
        return pack(trial, self._forms.rendered(trial), b"")

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return the forms of trials that are new since the last time."""
        return self._forms.fresh()

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the page, by their names."""
        return PageLayout(self._options.layout).files()

    def write(self, run: Run, pieces: Pieces, reasons: Reasons, out: Out) -> None:
        """Write the page: what a reader must look at first, first."""
        flaky = flaky_ids(run.rows)
        kept = _Kept(pieces, self)
        rows = ranked(run.rows, reasons.changes, flaky)[: self._listed]
        detailed = min(len(rows), self._detailed)
        index = Packer()
        view = page_view(run, reasons, flaky)
        page = self._pages.render(
            "page.html.j2",
            view=view,
            bots=self._bots(view),
            survivors=self._survivors(view),
            layout=PageLayout(self._options.layout),
            head=_HEAD,
            detailed=detailed,
            listed=len(rows),
            rows=_ROWS,
            first=_FIRST,
            chunks=_CHUNKS,
        )
        first: list[tuple[Row, bytes]] = []
        for part in _SLOT.split(page):
            if part == _ROWS:
                self._write_rows(rows, kept, flaky, index, first, out)
            elif part == _FIRST:
                out.write(self._in_full(first))
            elif part == _HEAD:
                words = words_of(page, page_script(), trial_source())
                out.write(head(run, self._options, CHUNK, detailed, words))
            elif part == _CHUNKS:
                _write_chunks(rows[:detailed], kept, index, out)
            else:
                out.write(part.encode())

    def _write_rows(
        self,
        rows: Sequence[Row],
        kept: _Kept,
        flaky: set[str],
        index: Packer,
        first: list[tuple[Row, bytes]],
        out: Out,
    ) -> None:
        """Write the rows; what is read for them goes into the index, and into the first trials."""
        said: dict[bytes, bytes] = {}
        opening: dict[bool, bytes] = {False: b"<li>", True: b'<li class="flaky">'}
        for number, row in enumerate(rows):
            piece = kept.piece(row)
            shown = _WORD.sub(lambda found: self._word(found.group(1), said), piece.row)
            told = row.past and (row.status is not TrialStatus.PASSED or row.key.id in flaky)
            past = self._past(row) if told else b""
            out.write(b"%b%b%b</a></li>\n" % (opening[row.key.id in flaky], shown[:-4], past))
            index.put(b"," * (number > 0) + piece.indexed(row.past))
            if row.status in FAILING and len(first) < IN_FULL:
                first.append((row, kept.tree(piece)))

    def _past(self, row: Row) -> bytes:
        """Return the strip of the last runs, at the end of a row."""
        signs = "".join([f'<i class="{status}">{sign}</i>' for status, sign in past_of(row, _PAST)])
        label = self._pages.words.text("history.past")
        return (
            f'<span class="past" role="img" data-w-label="history.past" aria-label="{label}">'
            f"{signs}</span>"
        ).encode()

    def _word(self, key: bytes, said: dict[bytes, bytes]) -> bytes:
        word = said.get(key)
        if word is None:
            word = said[key] = self._pages.word_html(key.decode())
        return word

    def _bots(self, view: PageView) -> list[tuple[BotView, Sequence[Token] | None]]:
        """Return the bots that were compared, with what changed in their prompts."""
        bots = view.compare.bots if view.compare else ()
        return [(bot, self._static(bot.prompt) if bot.prompt else None) for bot in bots]

    def _survivors(
        self, view: PageView
    ) -> list[tuple[ScoreView, list[tuple[SurvivorView, Sequence[Token]]]]]:
        """Return the spoilt answers that were let pass, by scenario, with what is wrong in them."""
        scores = view.mutation.scores if view.mutation else ()
        return [
            (score, [(found, self._static(found.tree)) for found in score.survivors])
            for score in scores
            if score.survivors
        ]

    def _static(self, tree: str) -> Sequence[Token]:
        return static_tree(tree, self._pages.words)

    def _in_full(self, first: Sequence[tuple[Row, bytes]]) -> bytes:
        if not first:
            return b""
        words = self._pages.words
        trials = [
            (
                one_line(row.key.id),
                row.status.value,
                words.text(f"status.{row.status.value}"),
                static_tree(tree, words),
            )
            for row, tree in first
        ]
        return self._pages.render("first.html.j2", trials=trials).encode()


class _Kept:
    """The pieces of a run's trials, and one for a trial of which trials.jsonl says nothing."""

    def __init__(self, pieces: Pieces, sheet: HtmlSheet) -> None:
        self._pieces = pieces
        self._sheet = sheet

    def piece(self, row: Row) -> Piece:
        if row.key.id in self._pieces:
            return unpack(self._pieces.get(row.key.id))
        return unpack(self._sheet.whole(bare(row)))

    def tree(self, piece: Piece) -> bytes:
        """Return a trial's tree."""
        if not piece.key:
            return piece.texts
        return body(form_of(self._pieces.shared(piece.key)), piece.texts)

    def chunk(self, rows: Sequence[Row]) -> bytes:
        """Return trials as the script reads them."""
        pieces = [self.piece(row) for row in rows]
        keys = {piece.key for piece in pieces if piece.key}
        return chunk(pieces, {key: self._pieces.shared(key) for key in keys})


def _write_chunks(rows: Sequence[Row], kept: _Kept, index: Packer, out: Out) -> None:
    _write_block(b"index", index.packed(), out)
    chunks = (kept.chunk(group) for group in _grouped(rows))
    for number, block in enumerate(all_packed(chunks)):
        _write_block(b"c%d" % number, block, out)


def _write_block(name: bytes, block: bytes, out: Out) -> None:
    out.write(b'<script type="application/octet-stream" id="%b">%b</script>\n' % (name, block))


def _grouped(rows: Sequence[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while group := list(islice(left, CHUNK)):
        yield group
