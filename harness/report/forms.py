"""A template's output with gaps, for the many trials that differ in nothing but their texts.

Most trials of a run have the same shape: as many turns, messages and verdicts, and the same fields
filled. Their page is rendered once by the template, with a numbered gap in the place of each text;
all others of that shape are those pieces with their own texts between them. The template stays the
only place that knows the markup, and the escaping is the template's own, done for all of a trial's
texts at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain, count
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias, TypeVar, cast

from markupsafe import escape

from harness.report.view import TrialView

Shape: TypeAlias = tuple[object, ...]
Value = TypeVar("Value")

# No text of a view holds this character: `visible` shows it by its name.
_NUL: Final = "\0"
# In place of a trial's id, which is as its author wrote it; what is shown is the name.
_UNSHOWN: Final = ""
_GAP = re.compile(b"\0(\\d+)\0")

# A run of ever new shapes must not fill the memory with them.
_MOST: Final = 300


class _Form(NamedTuple):
    """What stands between the gaps, the gaps left free, and which text goes into each of them."""

    parts: list[bytes]
    texts: Callable[[list[bytes]], tuple[bytes, ...]]


class Forms:
    """Renders trials, each shape of them once.

    Args:
        render: renders a trial by the template.
    """

    def __init__(self, render: Callable[[TrialView], str]) -> None:
        self._render = render
        self._forms: dict[Shape, _Form] = {}

    def filled(self, trial: TrialView) -> bytes:
        """Return what the template would make of a trial, as UTF-8."""
        texts, sizes = _laid_out(trial)
        shape = (*sizes, bytes(map(bool, texts)))
        form = self._forms.get(shape)
        if form is None:
            if len(self._forms) >= _MOST:
                return self._render(trial).encode()
            form = self._forms[shape] = self._form(trial)
        escaped = str(escape(_NUL.join(texts))).encode().split(b"\0")
        if len(escaped) != len(texts):
            return self._render(trial).encode()
        parts = form.parts.copy()
        parts[1::2] = form.texts(escaped)
        return b"".join(parts)

    def _form(self, trial: TrialView) -> _Form:
        pieces = _GAP.split(self._render(_gapped(trial._replace(id=_UNSHOWN), count())).encode())
        # At least the name and the anchor are shown, so that this getter gives a tuple.
        return _Form(pieces, itemgetter(*map(int, pieces[1::2])))


def _gapped(value: Value, numbers: count[int]) -> Value:
    """Return a view in which each text that is not empty is a gap with its number.

    Texts are counted in the order of the fields, which is that of `_laid_out`.
    """
    if type(value) is str:
        number = next(numbers)
        return cast("Value", f"{_NUL}{number}{_NUL}" if value else "")
    if isinstance(value, (tuple, list)):
        made = [_gapped(entry, numbers) for entry in value]
        if hasattr(value, "_make"):
            return cast("Value", value._make(made))
        return cast("Value", made)
    return value


def _laid_out(trial: TrialView) -> tuple[list[str], list[object]]:
    """Return all texts of a view in the order of its fields, and whatever else shapes it.

    Spelled out field by field, because it runs once a trial.
    """
    flat = chain.from_iterable
    tags, warnings, log_ids, bot_facts = trial.tags, trial.warnings, trial.log_ids, trial.bot_facts
    error, http = trial.error, trial.http
    texts = [_UNSHOWN, trial.name, trial.anchor, trial.badge, trial.scenario, trial.bot, trial.case]
    texts += (*tags, trial.place, trial.cassette, trial.facts, trial.reason)
    sizes: list[object] = [len(tags), len(warnings), len(log_ids), len(bot_facts), error is None]
    for _, prompt, language, missing, messages, follow_ups, small, ids, verdicts in trial.turns:
        texts += (prompt, language, missing)
        sizes += (len(messages), len(follow_ups), len(verdicts))
        for label, folded, parts, spoken, reasoning in messages:
            texts += (label, *flat(parts), spoken, reasoning)
            sizes += (folded, len(parts))
        texts += (*follow_ups, small, ids, *flat(verdicts))
    if http is not None:
        texts += (*flat(http.lines), http.size, http.rows, http.bars)
        sizes.append(len(http.lines))
    texts += error or ()
    texts += (trial.known_failure, *warnings, *log_ids, *flat(bot_facts))
    return texts, sizes
