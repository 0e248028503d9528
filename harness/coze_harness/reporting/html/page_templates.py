"""The page templates, compiled, with the words, the style and the script that go into them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, cast

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from coze_harness.reporting.html.page_assets import style
from coze_harness.reporting.html.script import joined
from coze_harness.reporting.message_catalogue import Catalogue, Phrase
from coze_harness.reporting.view_model import TrialView

_FOLDER: Final = Path(__file__).parents[1] / "templates"
_TRIAL: Final = "trial.html.j2"

# Stands around the key of a word in what is rendered before its language is known.
WORD_MARK: Final = "\x01"


@cache
def _environment() -> Environment:
    """Return the templates, compiled as they are asked for, and once for all.

    Compiling takes longer than a thousand trials; processes that are forked later have it already.
    """
    # Not select_autoescape(): by its defaults it would leave names ending in .j2 unescaped.
    made = Environment(
        loader=FileSystemLoader(_FOLDER, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(values_of=_json, word_mark=WORD_MARK)
    return made


class Pages:
    """Renders pages.

    Args:
        language: of what stands in them; ``en`` or ``zh``.
    """

    def __init__(self, language: str = "en") -> None:
        self.words = Catalogue(language)

    def _say(self, key: str, values: Mapping[str, str] = {}) -> str:
        return self.words.translate(Phrase(key, values))

    def escaped(self, key: str) -> bytes:
        """Return a word as it stands in a page."""
        return str(escape(self.words.text(key))).encode()

    def trial_macros(self) -> tuple[Callable[[TrialView], str], Callable[[TrialView], str]]:
        """Return what renders a trial's row, and what renders its body."""
        trial = _environment().get_template(_TRIAL).module
        return cast("_Trial", trial).row, cast("_Trial", trial).body

    def render(self, name: str, **values: object) -> str:
        """Return a page."""
        style_text = style("style.css", "listing.css")
        return (
            _environment()
            .get_template(name)
            .render(
                language=self.words.language,
                say=self._say,
                phrase=self.words.translate,
                style=Markup(style_text),  # noqa: S704 - our own file, not a bot's text
                style_hash=digest(style_text),
                **values,
            )
        )


class _Trial(Protocol):
    """The macros of a trial's template."""

    row: Callable[[TrialView], str]
    body: Callable[[TrialView], str]


def _json(values: Mapping[str, str]) -> str:
    return orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS).decode()


def page_style() -> str:
    """Return the style of a run's page: all pages', and that of what its script builds."""
    return style("style.css", "controls.css")


def page_script() -> str:
    """Return the script of a run's page."""
    return joined()


def trial_source() -> str:
    """Return the template of trials, which names the words that every trial may bring."""
    return (_FOLDER / _TRIAL).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Return how a policy names a text: its SHA-256 in base64."""
    return b64encode(sha256(text.encode()).digest()).decode()


def inline(text: str) -> Markup:
    """Return our own style or script as it stands in a page; ValueError if it would end early."""
    if "</" in text or "<!--" in text:
        raise ValueError("Our own style or script would end its element.")
    return Markup(text)  # noqa: S704 - our own file, not a bot's text
