"""Rows and bodies of trials, rendered once for each shape of trials.

Most trials of a run have the same shape: as many turns, messages and verdicts, and the same fields
filled. The page templates render each shape once, with a numbered gap in the place of each text;
the trials of that shape are this markup with their own texts in the gaps. So the page templates
stay the only place that knows the markup. All texts of a trial are escaped at once: for the row as
the page templates escape, for the body as JSON.

A body is filled only when it is written: until then a trial is its texts, and the markup template,
which is some ten times as long, is kept once for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, count
from typing import Final, NamedTuple, TypeAlias, TypeVar, cast

import orjson
from markupsafe import escape

from coze_harness.reporting.html.markup_tree import parse_markup
from coze_harness.reporting.views.safe_text import truncate_text
from coze_harness.reporting.views.view_model import DiffView, TrialView, TurnView, VerdictView

_Shape: TypeAlias = tuple[object, ...]
_Value = TypeVar("_Value")

# No text of a view contains these characters: `visible` shows them by name. JSON escapes the first,
# but not the second.
_GAP: Final = "\0"
_SEPARATOR: Final = "\x7f"
_DEL: Final = b"\x7f"
_GAPS = re.compile(rb"\0(\d+)\0|\\u0000(\d+)\\u0000")

# Replaces a trial's id, which is not shown and may contain any character; the name is shown.
_NO_ID: Final = ""
# A run in which every trial has a new shape must not fill the memory with templates.
_MAX_TEMPLATES: Final = 300

# A row shows only texts of the first fields: all up to the reason in both languages.
_ROW_TEXTS: Final = 9


class MarkupTemplate(NamedTuple):
    """Markup with gaps: the parts between them, with an empty one for each gap, and their texts.

    Gap i takes the text with number `numbers[i]`.
    """

    parts: list[bytes]
    numbers: list[int]

    @classmethod
    def parse(cls, source: bytes) -> MarkupTemplate:
        """Return the template for HTML, or for a tree in JSON, with numbered gaps."""
        pieces = _GAPS.split(source)
        numbers = [int(one or other) for one, other in zip(pieces[1::3], pieces[2::3], strict=True)]
        parts: list[bytes] = [b""] * (2 * len(numbers) + 1)
        parts[::2] = pieces[::3]
        return cls(parts, numbers)

    def fill(self, texts: Sequence[bytes]) -> bytes:
        """Return the markup with texts in the gaps; they must be escaped."""
        parts = self.parts.copy()
        parts[1::2] = [texts[number] for number in self.numbers]
        return b"".join(parts)


def without_repeated_texts(trial: TrialView) -> TrialView:
    """Return a trial without texts that its body would have twice.

    The script takes the raw text of rendered Markdown from the record. A verdict does not repeat
    the answer, which is next to it, but has the part of it that decided.
    """
    turns = [_without_repeats(turn) for turn in trial.turns]
    if all(new is old for new, old in zip(turns, trial.turns, strict=True)):
        return trial
    return trial._replace(turns=turns)


def _without_repeats(turn: TurnView) -> TurnView:
    has_rendered = any(message.is_marked for message in turn.messages)
    if not has_rendered and not any(verdict.actual for verdict in turn.verdicts):
        return turn
    answer = truncate_text(turn.answer)
    verdicts = [
        verdict._replace(actual=_evidence(turn, str(number)))
        if verdict.actual and verdict.actual == answer
        else verdict
        for number, verdict in enumerate(turn.verdicts, start=1)
    ]
    messages = turn.messages
    if has_rendered:
        messages = [one._replace(parts=()) if one.is_marked else one for one in messages]
    return turn._replace(messages=messages, verdicts=verdicts)


def _evidence(turn: TurnView, number: str) -> str:
    """Return the first part of the answer that a verdict refers to."""
    for message in turn.messages:
        for part in message.parts:
            if number in part.numbers.split():
                return part.text
    return ""


class RenderedTrial(NamedTuple):
    """A trial's row as HTML, and its body: the key of a markup template and the texts for it.

    Without a key, `texts` is the whole tree of the body.
    """

    row: bytes
    key: bytes
    texts: bytes


def fill_body(template: MarkupTemplate, texts: bytes) -> bytes:
    """Return a trial's tree as JSON."""
    return template.fill(split_texts(texts))


def split_texts(texts: bytes) -> list[bytes]:
    """Return a rendered trial's texts, as JSON has them between quotation marks."""
    return texts.split(_DEL)


def add_texts(texts: bytes, more: Sequence[str]) -> bytes:
    """Return a rendered trial's texts with further ones; these must be visible and not empty."""
    return b"%b%b%b" % (texts, _DEL, orjson.dumps(_SEPARATOR.join(more))[1:-1])


class _ShapeTemplates(NamedTuple):
    row: MarkupTemplate
    body_key: bytes


class MarkupCache:
    """Renders trials, and keeps a markup template for each shape of them.

    Args:
        row: renders a trial's row by the page template.
        body: renders all other details of a trial, as one element.
    """

    def __init__(self, row: Callable[[TrialView], str], body: Callable[[TrialView], str]) -> None:
        self._row = row
        self._body = body
        self._shapes: dict[_Shape, _ShapeTemplates] = {}
        self._new: dict[bytes, bytes] = {}

    def render(self, trial: TrialView) -> RenderedTrial:
        """Return what the page templates make of a trial."""
        texts, sizes = _texts_and_sizes(trial)
        shape = (trial.status, *sizes, bytes(map(bool, texts)))
        templates = self._shapes.get(shape)
        if templates is None:
            if len(self._shapes) >= _MAX_TEMPLATES:
                return self.render_alone(trial)
            templates = self._shapes[shape] = self._create_templates(trial)
        # The shape says which texts are empty: they have no gap.
        in_row = [text for text in texts[:_ROW_TEXTS] if text]
        in_body = [text for text in texts if text]
        row = str(escape(_SEPARATOR.join(in_row))).encode().split(_DEL)
        body = orjson.dumps(_SEPARATOR.join(in_body))[1:-1]
        if body.count(_DEL) + 1 != len(in_body) or len(row) != len(in_row):
            return self.render_alone(trial)
        return RenderedTrial(templates.row.fill(row), templates.body_key, body)

    def render_alone(self, trial: TrialView) -> RenderedTrial:
        """Return what the page templates make of a trial, without a markup template."""
        tree = orjson.dumps(parse_markup(self._body(trial)))
        return RenderedTrial(self._row(trial).encode(), b"", tree)

    def new_templates(self) -> Mapping[bytes, bytes]:
        """Return the bodies' templates that were made since the last call, by their keys."""
        if not self._new:
            return self._new
        new, self._new = self._new, {}
        return new

    def _create_templates(self, trial: TrialView) -> _ShapeTemplates:
        gapped = with_gaps(trial._replace(id=_NO_ID), count())
        tree = orjson.dumps(parse_markup(self._body(gapped)))
        key = blake2b(tree, digest_size=12).hexdigest().encode()
        self._new[key] = tree
        return _ShapeTemplates(MarkupTemplate.parse(self._row(gapped).encode()), key)


def with_gaps(value: _Value, numbers: count[int]) -> _Value:
    """Return a view in which each text that is not empty is a gap with its number.

    These texts are counted in the order of the fields, as in `_texts_and_sizes`.
    """
    if type(value) is str:
        return cast("_Value", f"{_GAP}{next(numbers)}{_GAP}" if value else "")
    if isinstance(value, (tuple, list)):
        entries = [with_gaps(entry, numbers) for entry in value]
        if isinstance(value, VerdictView):
            # Those that passed are folded, so that the status belongs to the shape.
            entries[0] = value.status
        if hasattr(value, "_make"):
            return cast("_Value", value._make(entries))
        return cast("_Value", entries)
    return value


def _texts_and_sizes(trial: TrialView) -> tuple[list[str], list[object]]:
    """Return all texts of a view in the order of its fields, and what else determines its shape.

    Written out field by field, because it runs for each trial. The last fields, which neither row
    nor body shows, are left out.
    """
    flat = chain.from_iterable
    tags, warnings, bot_facts = trial.tags, trial.warnings, trial.bot_facts
    error, http, diff = trial.error, trial.http, trial.diff
    texts = [_NO_ID, trial.anchor, trial.name, trial.bot, trial.change, trial.duration]
    texts += (trial.usage, trial.reason, trial.second_reason)
    texts += (trial.case, *tags, trial.place, trial.cassette)
    texts.append(trial.recorded_at)
    sizes: list[object] = [len(tags), len(warnings), len(bot_facts), error is None]
    for _, prompt, language, files, missing, messages, asks, facts, ids, verdicts in trial.turns:
        texts += (prompt, language, *files, missing)
        sizes += (len(files), len(messages), len(asks), len(facts), len(ids), len(verdicts))
        for (
            key,
            label,
            nth,
            of,
            folded,
            parts,
            message_language,
            reasoning,
            tree,
            chips,
            _,
        ) in messages:
            texts += (key, label, *flat(parts), message_language, reasoning, tree)
            sizes += (nth, of, folded, len(parts), len(chips))
            if chips:
                texts += flat(chips)
        texts += (*asks, *flat(facts), *flat(ids), *flat(verdicts))
        sizes += [verdict.status for verdict in verdicts]
    if http is not None:
        for call in http.calls:
            texts += call[:-1]
            sizes.append(call.is_refused)
        texts += (http.total, http.total_requests, http.total_wait, *http.marks)
        sizes += (len(http.calls), http.may_hide_retries)
    if diff is not None:
        _add_diff(diff, texts, sizes)
    texts += error or ()
    texts += (trial.known_failure, *flat(warnings), *flat(bot_facts))
    return texts, sizes


def _add_diff(diff: DiffView, texts: list[str], sizes: list[object]) -> None:
    flat = chain.from_iterable
    texts.append(diff.kind)
    sizes += ("diff", len(diff.turns))
    for _, answer, similarity, flips, facts, tree, rewritten, _, _ in diff.turns:
        texts += (answer, similarity, *flat(flips), *flat(facts), tree)
        sizes += (len(flips), len(facts), rewritten)
