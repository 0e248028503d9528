"""A template's output with gaps, for the many trials that differ in nothing but their texts.

Most trials of a run have the same shape: as many turns, messages and verdicts, and the same fields
filled. Their row and their tree are rendered once by the templates, with a numbered gap in the
place of each text; all others of that shape are those pieces with their own texts between them. The
templates stay the only place that knows the markup. All of a trial's texts are escaped at once: for
the row as the templates do it, for the tree as JSON.

A tree is filled only when it is written: until then a trial is its texts, and the form, which is
some ten times as long, is kept once for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, count
from typing import Final, NamedTuple, TypeAlias, TypeVar, cast

import orjson
from markupsafe import escape

from coze_harness.reporting.html.markup_tree import tree_of
from coze_harness.reporting.view_model import DiffView, TrialView

Shape: TypeAlias = tuple[object, ...]
Value = TypeVar("Value")

# No text of a view holds these characters: `visible` shows them by name. JSON escapes the first,
# but not the second.
_GAP: Final = "\0"
_BETWEEN: Final = "\x7f"
_DEL: Final = b"\x7f"
_GAPS = re.compile(rb"\0(\d+)\0|\\u0000(\d+)\\u0000")

# In place of a trial's id, which is as its author wrote it; what is shown is the name.
_UNSHOWN: Final = ""
# A run of ever new shapes must not fill the memory with them.
_MOST: Final = 300

# So many texts stand first that a row shows: all up to the reason.
_ROW: Final = 8


class Form(NamedTuple):
    """What stands between the gaps, the gaps left free, and the number of each gap's text."""

    parts: list[bytes]
    numbers: list[int]

    def filled(self, texts: Sequence[bytes]) -> bytes:
        """Return the whole, with the texts in the gaps."""
        parts = self.parts.copy()
        parts[1::2] = [texts[number] for number in self.numbers]
        return b"".join(parts)


class Told(NamedTuple):
    """A trial's row as HTML, and its body: the key of a form, and the texts that fill it.

    Without a key, `texts` is the body's whole tree.
    """

    row: bytes
    key: bytes
    texts: bytes


def body(form: Form, texts: bytes) -> bytes:
    """Return a trial's tree as JSON."""
    return form.filled(texts.split(_DEL))


def parted(texts: bytes) -> list[bytes]:
    """Return the texts one by one, as JSON has them inside quotation marks: gap n takes text n."""
    return texts.split(_DEL)


class _Shape(NamedTuple):
    row: Form
    key: bytes


class Forms:
    """Renders trials, each shape of them once.

    Args:
        row: renders a trial's row by the template.
        body: renders all that a trial has to tell, as one element.
    """

    def __init__(self, row: Callable[[TrialView], str], body: Callable[[TrialView], str]) -> None:
        self._row = row
        self._body = body
        self._shapes: dict[Shape, _Shape] = {}
        self._fresh: dict[bytes, bytes] = {}

    def told(self, trial: TrialView) -> Told:
        """Return what the templates would make of a trial."""
        texts, sizes = _laid_out(trial)
        shape = (trial.status, *sizes, bytes(map(bool, texts)))
        form = self._shapes.get(shape)
        if form is None:
            if len(self._shapes) >= _MOST:
                return self.rendered(trial)
            form = self._shapes[shape] = self._made(trial)
        row = str(escape(_BETWEEN.join(texts[:_ROW]))).encode().split(_DEL)
        filling = orjson.dumps(_BETWEEN.join(texts))[1:-1]
        if filling.count(_DEL) + 1 != len(texts) or len(row) != _ROW:
            return self.rendered(trial)
        return Told(form.row.filled(row), form.key, filling)

    def rendered(self, trial: TrialView) -> Told:
        """Return what the templates make of a trial, without a form."""
        tree = orjson.dumps(tree_of(self._body(trial)))
        return Told(self._row(trial).encode(), b"", tree)

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return the forms made since the last time, by their keys."""
        if not self._fresh:
            return self._fresh
        fresh, self._fresh = self._fresh, {}
        return fresh

    def _made(self, trial: TrialView) -> _Shape:
        gapped = _gapped(trial._replace(id=_UNSHOWN), count())
        tree = orjson.dumps(tree_of(self._body(gapped)))
        key = blake2b(tree, digest_size=12).hexdigest().encode()
        self._fresh[key] = tree
        return _Shape(form_of(self._row(gapped).encode()), key)


def form_of(source: bytes) -> Form:
    """Return the form that a template's output with gaps is, as HTML or as a tree in JSON."""
    pieces = _GAPS.split(source)
    numbers = [int(one or other) for one, other in zip(pieces[1::3], pieces[2::3], strict=True)]
    parts: list[bytes] = [b""] * (2 * len(numbers) + 1)
    parts[::2] = pieces[::3]
    return Form(parts, numbers)


def _gapped(value: Value, numbers: count[int]) -> Value:
    """Return a view in which each text that is not empty is a gap with its number.

    Texts are counted in the order of the fields, which is that of `_laid_out`.
    """
    if type(value) is str:
        number = next(numbers)
        return cast("Value", f"{_GAP}{number}{_GAP}" if value else "")
    if isinstance(value, (tuple, list)):
        made = [_gapped(entry, numbers) for entry in value]
        if hasattr(value, "_make"):
            return cast("Value", value._make(made))
        return cast("Value", made)
    return value


def _laid_out(trial: TrialView) -> tuple[list[str], list[object]]:
    """Return all texts of a view in the order of its fields, and whatever else shapes it.

    Spelled out field by field, because it runs once a trial. The last fields, which neither the
    row nor the body shows, are left out.
    """
    flat = chain.from_iterable
    tags, warnings, bot_facts = trial.tags, trial.warnings, trial.bot_facts
    error, http, diff = trial.error, trial.http, trial.diff
    texts = [_UNSHOWN, trial.anchor, trial.name, trial.bot, trial.change, trial.duration]
    texts += (trial.usage, trial.reason, trial.case, *tags, trial.place, trial.cassette)
    texts.append(trial.recorded_at)
    sizes: list[object] = [len(tags), len(warnings), len(bot_facts), error is None]
    for _, prompt, language, files, missing, messages, asks, facts, ids, verdicts in trial.turns:
        texts += (prompt, language, *files, missing)
        sizes += (len(files), len(messages), len(asks), len(facts), len(ids), len(verdicts))
        for key, label, nth, of, folded, parts, spoken, reasoning, tree, chips in messages:
            texts += (key, label, *flat(parts), spoken, reasoning, tree)
            sizes += (nth, of, folded, len(parts), len(chips))
            if chips:
                texts += flat(chips)
        texts += (*asks, *flat(facts), *flat(ids), *flat(verdicts))
    if http is not None:
        texts += (*flat(http.calls), http.rows, http.bars, http.waits, http.total, http.total_wait)
        sizes.append(len(http.calls))
    if diff is not None:
        _lay_out_diff(diff, texts, sizes)
    texts += error or ()
    texts += (trial.known_failure, *warnings, *flat(bot_facts))
    return texts, sizes


def _lay_out_diff(diff: DiffView, texts: list[str], sizes: list[object]) -> None:
    flat = chain.from_iterable
    texts.append(diff.kind)
    sizes += ("diff", len(diff.turns))
    for _, answer, similarity, flips, facts, tree in diff.turns:
        texts += (answer, similarity, *flat(flips), *flat(facts), tree)
        sizes += (len(flips), len(facts))
