"""Writes index.html: a row for each trial, their details in chunks, the first failing in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from coze_harness.messages import Language
from coze_harness.messages.catalogue import load_files
from coze_harness.model import Run, TrialRow, TrialStatus
from coze_harness.reporting.fragment_spool import Fragments, TextOutput
from coze_harness.reporting.html.earlier_markup import ExtendedBodies
from coze_harness.reporting.html.markup_tree import MarkupToken, flatten_tree
from coze_harness.reporting.html.page_chunks import (
    IndexCompressor,
    PageEntry,
    compress_all,
    dump_chunk,
    dump_entry,
    parse_entry,
)
from coze_harness.reporting.html.page_templates import (
    WORD_MARK,
    PageLayout,
    PageRenderer,
    page_scripts,
    script_source,
    trial_source,
)
from coze_harness.reporting.html.trial_markup import (
    MarkupCache,
    MarkupTemplate,
    fill_body,
    without_repeated_texts,
)
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.views.answer_difference import MarkedSegment
from coze_harness.reporting.views.bot_matrix import (
    MAX_PREVIEWED,
    AnswerPreview,
    Matrix,
    preview_answer,
)
from coze_harness.reporting.views.failure_causes import FAILING
from coze_harness.reporting.views.history_view import run_link
from coze_harness.reporting.views.row_order import flaky_ids, rank_rows
from coze_harness.reporting.views.run_view import RunView, status_history
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.trial_view import missing_trial_view
from coze_harness.reporting.views.view_model import TrialView
from coze_harness.reporting.views.wording import Wording

if TYPE_CHECKING:
    from coze_harness.reporting.views.card_turns import TrialCard
    from coze_harness.reporting.views.comparison_cards import ReviewView
    from coze_harness.reporting.views.comparison_view import ComparisonView
    from coze_harness.reporting.views.mutation_view import ScoreView, SurvivorView
    from coze_harness.reporting.views.prompt_difference import PromptChange

CHUNK_SIZE: Final = 50
"""Trials in a chunk, which is unpacked when one of its trials is opened."""
MAX_IN_FULL: Final = 20
"""Failing trials that the page itself shows in full."""
MAX_DETAILED: Final = 20_000
"""Trials with details in a chunk; no browser opens a page that is larger."""
MAX_LISTED: Final = 50_000
"""Trials with a row. Of a larger run, those that passed are left out first."""

# Previous runs at the end of a row.
_MAX_HISTORY: Final = 10

# Stand in the rendered page where rows, trials and chunks go. No text of a view contains a NUL.
_ROWS, _FIRST, _HEAD, _CHUNKS = "\0rows\0", "\0first\0", "\0head\0", "\0chunks\0"
_SLOT = re.compile("(\0[a-z]+\0)")
# In the record of a trial whose answer can be played.
_PACE: Final = b'"pace":[['
_WORD = re.compile(re.escape(WORD_MARK.encode()) + b"([^\x01]*)" + re.escape(WORD_MARK.encode()))

_WORD_FILES: Final = ("page", "decide", "playground", "playback")
# Groups of words that trials bring with them, or whose keys the script puts together.
_WORD_GROUPS: Final = frozenset(
    (
        "answer",
        "change",
        "diff",
        "fact",
        "facts",
        "http",
        "message",
        "packed",
        "sort",
        "status",
        "tab",
        "theme",
        "trial",
        "who",
    )
)
_MARKED_WORD = re.compile(r'data-w(?:-[a-z]+)?="([^"]+)"')
# A message in another one (`values_of`), as it is in an attribute.
_INNER_WORD = re.compile(r"&#34;key&#34;:&#34;([a-z_.]+)&#34;")
_QUOTED_WORD = re.compile(r'"([a-z]+\.[a-z0-9_.-]+)"')

# In the page's JSON: what would end its element, begin a comment, or end a line of a script.
_JSON_ESCAPES: Final = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip

PageWords: TypeAlias = tuple[Mapping[str, Sequence[str]], Sequence[str], Sequence[str]]
"""Names of words by group, and their texts in English and in Chinese, in the same order."""


class HtmlWriter:
    """Renders trials, and the page around them.

    Args:
        options: language and layout of the page.
        max_detailed: the most trials that can be opened; others have only a row.
        max_listed: the most trials that have a row.
        renderer: fills the page templates. Default: one for the language of `options`.
    """

    def __init__(
        self,
        options: PageOptions | None = None,
        max_detailed: int = MAX_DETAILED,
        max_listed: int = MAX_LISTED,
        renderer: PageRenderer | None = None,
    ) -> None:
        self._options = options or PageOptions()
        self._max_detailed = max_detailed
        self._max_listed = max_listed
        self.language: Language = self._options.page_language
        self._renderer = renderer or PageRenderer(self.language)
        self._cache = MarkupCache(*self._renderer.trial_macros())

    def render_trial(self, trial: TrialView, line: bytes) -> bytes:
        """Return a trial's entry: its row, index, body and record."""
        return dump_entry(trial, self._cache.render(without_repeated_texts(trial)), line)

    def new_shared_parts(self) -> Mapping[bytes, bytes]:
        """Return the markup templates of bodies that were made since the last call."""
        return self._cache.new_templates()

    def extra_files(self) -> Mapping[str, bytes]:
        """Return the page's separate files, by their names."""
        return PageLayout(self._options.layout).files()

    def write(self, run: Run, view: RunView, pieces: Fragments, out: TextOutput) -> None:
        """Write the page, with the most important rows first."""
        flaky = flaky_ids(run)
        earlier = ExtendedBodies(view.earlier, run.past, self._renderer.render_earlier)
        entries = _Entries(pieces, self._cache, Wording(self.language, both=True), earlier)
        rows = rank_rows(run.rows, view.changes, flaky)[: self._max_listed]
        detailed = min(len(rows), self._max_detailed)
        index = IndexCompressor()
        comparison = self._comparison(run, view, entries)
        scripts = page_scripts(
            has_review=bool(comparison),
            has_trials=detailed > 0,
            has_paces=any(_PACE in entries.get(row).record for row in rows[:detailed]),
        )
        page = self._renderer.render(
            "page.html.j2",
            view=view,
            **(comparison or {"review": None}),
            answers=_answers(view.matrix, run.rows, entries),
            flatten=self._flatten,
            unclassed=_survivors_without_class(view),
            layout=PageLayout(self._options.layout),
            scripts=scripts,
            head=_HEAD,
            detailed=detailed,
            listed=len(rows),
            rows=_ROWS,
            first=_FIRST,
            chunks=_CHUNKS,
        )
        first: list[tuple[TrialRow, bytes]] = []
        for part in _SLOT.split(page):
            if part == _ROWS:
                self._write_rows(rows, entries, flaky, index, first, out)
            elif part == _FIRST:
                out.write(self._in_full(first))
            elif part == _HEAD:
                sources = page, script_source(scripts), trial_source()
                words = page_words(*sources, has_earlier=bool(view.earlier))
                out.write(_dump_head(run, self._options, detailed, words))
            elif part == _CHUNKS:
                _write_chunks(rows[:detailed], entries, index, out)
            else:
                out.write(part.encode())

    def _write_rows(
        self,
        rows: Sequence[TrialRow],
        entries: _Entries,
        flaky: set[str],
        index: IndexCompressor,
        first: list[tuple[TrialRow, bytes]],
        out: TextOutput,
    ) -> None:
        """Write the rows; add each trial to the index, and the first failing ones to `first`."""
        word = cache(self._renderer.word_html)
        opening: dict[bool, bytes] = {False: b"<li>", True: b'<li class="flaky">'}
        for number, row in enumerate(rows):
            entry = entries.get(row)
            html = _WORD.sub(lambda match: word(match.group(1).decode()), entry.row)
            shows_history = row.history and (
                row.status is not TrialStatus.PASSED or row.key.id in flaky
            )
            history = self._history(row) if shows_history else b""
            out.write(b"%b%b%b</a></li>\n" % (opening[row.key.id in flaky], html[:-4], history))
            index.add(b"," * (number > 0) + entry.index_entry(row.history))
            if row.status in FAILING and len(first) < MAX_IN_FULL:
                first.append((row, entries.tree(row, entry)))

    def _history(self, row: TrialRow) -> bytes:
        """Return the bars of previous runs, at the end of a row."""
        statuses = status_history(row, _MAX_HISTORY)
        bars = "".join([f'<i class="{status}"></i>' for status, _ in statuses])
        label = self._renderer.words.word("history.past")
        return (
            f'<span class="past" role="img" data-w-label="history.past" aria-label="{label}">'
            f"{bars}</span>"
        ).encode()

    def _comparison(self, run: Run, view: RunView, entries: _Entries) -> Mapping[str, object]:
        """Return what the page of a comparison shows, its cards first; empty for another run."""
        if run.comparison is None or view.comparison is None:
            return {}
        from coze_harness.reporting.views import (  # most compare nothing
            card_turns,
            comparison_cards,
        )

        def card_of(row: TrialRow) -> TrialCard | None:
            return card_turns.read_trial_card(entries.get(row).card)

        review = comparison_cards.review_view(
            run, run.comparison, view.comparison, view.changes, card_of
        )
        return {
            "review": review,
            "causes": [(bot, bot.difference) for bot in view.comparison.bots],
            "example": _examples(view.comparison, review),
            "line_id": comparison_cards.prompt_line_id,
        }

    def _flatten(self, tree: str | bytes) -> Sequence[MarkupToken]:
        return flatten_tree(tree, self._renderer.words)

    def _in_full(self, first: Sequence[tuple[TrialRow, bytes]]) -> bytes:
        if not first:
            return b""
        trials = [
            (
                single_line(row.key.id),
                row.status.value,
                self._renderer.words.word(f"status.{row.status.value}"),
                self._flatten(tree),
            )
            for row, tree in first
        ]
        return self._renderer.render("first.html.j2", trials=trials).encode()


def _survivors_without_class(view: RunView) -> list[tuple[ScoreView, SurvivorView]]:
    """Return the survivors of a run whose mutants have no class: one of an older version."""
    if view.mutation is None or view.mutation.missing:
        return []
    return [(score, one) for score in view.mutation.scores for one in score.survivors]


def _examples(comparison: ComparisonView, review: ReviewView) -> dict[str, Sequence[MarkedSegment]]:
    """Return, by bot, a changed line of its prompt: one that occurs again in an answer, if any."""
    from coze_harness.reporting.views.prompt_difference import shorten_change

    examples: dict[str, Sequence[MarkedSegment]] = {}
    for bot in comparison.bots:
        changes = bot.difference.changes if bot.difference else ()
        again = [
            change
            for change in changes
            if (bot.name, change.number, change.after is None) in review.same_in
        ]
        chosen = max([*again, *changes], key=_count_facts, default=None)
        examples[bot.name] = shorten_change(chosen.segments) if chosen else ()
    return examples


def _count_facts(change: PromptChange) -> int:
    return sum([one.is_fact and any(map(str.isdigit, one.text)) for one in change.segments])


class _Entries:
    """The entries of a run's trials; one is made for a trial that trials.jsonl does not have."""

    def __init__(
        self, pieces: Fragments, cache: MarkupCache, wording: Wording, earlier: ExtendedBodies
    ) -> None:
        self._pieces = pieces
        self._cache = cache
        self._wording = wording
        self._earlier = earlier

    def get(self, row: TrialRow) -> PageEntry:
        if row.key.id in self._pieces:
            return parse_entry(self._pieces.get(row.key.id))
        trial = missing_trial_view(row, self._wording)
        return parse_entry(dump_entry(trial, self._cache.render_alone(trial), b""))

    def tree(self, row: TrialRow, entry: PageEntry) -> bytes:
        """Return the tree of a trial's body, with its earlier answers."""
        entry = self._earlier.extend(row, entry, self._template)
        if not entry.key:
            return entry.texts
        return fill_body(MarkupTemplate.parse(self._template(entry.key)), entry.texts)

    def chunk(self, rows: Sequence[TrialRow]) -> bytes:
        """Return trials as the script reads them."""
        entries = [self._earlier.extend(row, self.get(row), self._template) for row in rows]
        keys = {entry.key for entry in entries if entry.key}
        return dump_chunk(entries, {key: self._template(key) for key in keys})

    def _template(self, key: bytes) -> bytes:
        return self._earlier.templates.get(key) or self._pieces.shared_part(key)


def _answers(
    matrix: Matrix | None, rows: Sequence[TrialRow], entries: _Entries
) -> Mapping[str, AnswerPreview]:
    """Return the answers that the matrix shows, by the trial's id."""
    if matrix is None:
        return {}
    ids = {cell.trial for row in matrix.rows[:MAX_PREVIEWED] for cell in row.cells if cell}
    previews = {
        row.key.id: preview_answer(entries.get(row).record) for row in rows if row.key.id in ids
    }
    return {trial: preview for trial, preview in previews.items() if preview}


def _write_chunks(
    rows: Sequence[TrialRow], entries: _Entries, index: IndexCompressor, out: TextOutput
) -> None:
    _write_block(b"index", index.finish(), out)
    chunks = (entries.chunk(group) for group in _groups(rows))
    for number, block in enumerate(compress_all(chunks)):
        _write_block(b"c%d" % number, block, out)


def _write_block(name: bytes, block: bytes, out: TextOutput) -> None:
    out.write(b'<script type="application/octet-stream" id="%b">%b</script>\n' % (name, block))


def _groups(rows: Sequence[TrialRow]) -> Iterator[list[TrialRow]]:
    left = iter(rows)
    while group := list(islice(left, CHUNK_SIZE)):
        yield group


def page_words(*sources: str, has_earlier: bool = False) -> PageWords:
    """Return the words that a page carries for its script: those that it may have to show.

    Most sentences about a run as a whole are on few pages; they go only with those pages.

    Args:
        sources: the page, the page templates and the script, which contain keys of words.
        has_earlier: whether trials show earlier answers.
    """
    keys_found = {
        key
        for source in sources
        for pattern in (_MARKED_WORD, _INNER_WORD, _QUOTED_WORD)
        for key in pattern.findall(source)
    }
    files = load_files(*_WORD_FILES, *(("earlier",) if has_earlier else ()))
    earlier = files.get("earlier", {})
    # The script reads them in the order of their groups, which are sorted in the page's JSON.
    words = dict(sorted(item for entries in files.values() for item in entries.items()))
    groups: dict[str, list[str]] = {}
    for key in words:
        group, _, name = key.partition(".")
        if key in keys_found or group in _WORD_GROUPS or key in earlier:
            groups.setdefault(group, []).append(name)
    keys = [f"{group}.{name}" for group, names in groups.items() for name in names]
    return groups, [words[key]["en"] for key in keys], [words[key]["zh"] for key in keys]


def _dump_head(run: Run, options: PageOptions, detailed: int, words: PageWords) -> bytes:
    """Return the run as the page's script reads it (`Head` in page.d.ts), as JSON inside HTML."""
    head = {
        "lang": options.lang,
        "static": options.page_language,
        "words": words,
        "chunk": CHUNK_SIZE,
        "trials": len(run.rows),
        "detailed": detailed,
        "run": {
            "id": single_line(run.run_id),
            "mode": run.mode.value,
            "started": single_line(run.started_at),
        },
        "past": [
            {
                "id": single_line(past.run_id),
                "started": single_line(past.started_at),
                "passed": past.summary.passed,
                "trials": past.summary.trials,
                "link": run_link(past.run_id),
            }
            for past in run.past
        ],
    }
    text = orjson.dumps(head, option=orjson.OPT_SORT_KEYS).decode()
    for character, escape in _JSON_ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()
