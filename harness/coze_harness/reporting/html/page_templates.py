"""Page templates, with the words, the style and the script that go into them.

`make assets` compiles the templates (jinja2) and bundles style and script (esbuild); the results
are committed in `assets/`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, cast

import jinja2
import orjson
from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from markupsafe import Markup, escape

from coze_harness.messages import LITERAL, Catalogue, Language, LocalizedText, Param
from coze_harness.reporting.html.served_page import PAGE_RULES
from coze_harness.reporting.views.earlier_view import EarlierView
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.view_model import TrialView
from coze_harness.reporting.views.wording import Wording

_ASSETS: Final = Path(__file__).with_name("assets")
_SOURCES: Final = Path(__file__).parents[1] / "templates"
_STYLE: Final = "report.css"
_SCRIPT: Final = "report.js"
_REVIEW: Final = "review.js"
"""A second script, of comparisons only."""
_PLAYGROUND: Final = "playground.js"
"""A script of pages that have trials: judges stored answers by an edited expectation."""
_PLAYBACK: Final = "playback.js"
"""A script of pages that have streamed answers: plays them at their pace."""
_SCRIPTS: Final = (_REVIEW, _PLAYGROUND, _PLAYBACK, _SCRIPT)
_TRIAL: Final = "trial.html.j2"
_EARLIER: Final = "earlier.html.j2"

WORD_MARK: Final = "\x01"
"""Surrounds the key of a word in markup that is rendered before its language is known."""


def template_loader(jinja2_version: str) -> BaseLoader:
    """Return the loader of the templates: as compiled by `make assets`, or else their sources.

    Compiled templates call jinja2's runtime, so they are used with the release series (3.1) that
    they were compiled for. Compiling the sources takes longer than rendering a thousand trials.
    """
    compiled = _compiled_folder(_ASSETS, jinja2_version)
    if compiled.is_dir():
        return ModuleLoader(compiled)
    return FileSystemLoader(_SOURCES, encoding="utf-8")


def compile_templates(assets: Path) -> None:
    """Compile all templates with the installed jinja2, for `template_loader` to find."""
    sources = create_environment(FileSystemLoader(_SOURCES, encoding="utf-8"))
    folder = _compiled_folder(assets, installed_jinja2())
    sources.compile_templates(folder, extensions=["j2"], zip=None, ignore_errors=False)


def _compiled_folder(assets: Path, jinja2_version: str) -> Path:
    series = ".".join(jinja2_version.split(".")[:2])
    return assets / f"jinja2-{series}"


def installed_jinja2() -> str:
    """Return the version of jinja2; empty for a release that does not say it in its module."""
    return str(vars(jinja2).get("__version__", ""))


def create_environment(loader: BaseLoader) -> Environment:
    """Return the templates of a loader, with escaping always on."""
    # Not select_autoescape(): by default it does not escape in templates whose names end in .j2.
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        inline_asset=_inline_asset,
        policy_hash=_policy_hash,
        values_of=_dump_values,
        word_mark=WORD_MARK,
    )
    return environment


@cache
def _environment() -> Environment:
    """Return the templates: loaded once per process, and before processes are forked."""
    return create_environment(template_loader(installed_jinja2()))


class PageRenderer:
    """Renders pages from templates.

    Args:
        language: of the words in the page; ``en`` or ``zh``.
        environment: the templates. Default: those that are loaded once per process.
    """

    def __init__(self, language: Language = "en", environment: Environment | None = None) -> None:
        self._wording = Wording(language, both=True)
        self.words = self._wording.words
        self._environment = environment or _environment()

    def word_html(self, key: str) -> bytes:
        """Return the word for an id of the catalogue, escaped for HTML."""
        return str(escape(self.words.word(key))).encode()

    def trial_macros(self) -> tuple[Callable[[TrialView], str], Callable[[TrialView], str]]:
        """Return two functions: one renders a trial's row, the other its body."""
        macros = cast("_TrialMacros", self._environment.get_template(_TRIAL).module)
        return macros.row, macros.body

    def render_earlier(self, view: EarlierView) -> str:
        """Render a trial's earlier answers, as one element."""
        macros = cast("_EarlierMacro", self._environment.get_template(_EARLIER).module)
        return macros.earlier(view)

    def render(self, name: str, **values: object) -> str:
        """Render the template `name` with these values."""
        template = self._environment.get_template(name)
        return template.render(
            language=self.words.language,
            text=self.words.word,
            phrase_text=self.words.text,
            pair=self._wording.pair,
            line_pair=self._line_pair,
            word_pair=self._word_pair,
            **values,
        )

    def _word_pair(self, key: str, values: Mapping[str, Param] = {}) -> tuple[str, str]:
        return self._wording.pair(LocalizedText(key, values))

    def _line_pair(self, message: LocalizedText, limit: int) -> tuple[str, str]:
        text, second = self._wording.pair(message)
        return single_line(text, limit), single_line(second, limit)


class _TrialMacros(Protocol):
    """The macros of the template of trials."""

    row: Callable[[TrialView], str]
    body: Callable[[TrialView], str]


class _EarlierMacro(Protocol):
    """The macro of the template of earlier answers."""

    earlier: Callable[[EarlierView], str]


class PageLayout:
    """Where a page's style and script are, and the policy that allows nothing else.

    Args:
        layout: ``single`` (inside the page) or ``folder`` (in separate files).
    """

    def __init__(self, layout: str) -> None:
        self.is_folder = layout == "folder"

    def policy(self, scripts: Sequence[str]) -> str:
        """Return the Content-Security-Policy: the page may use its own style and scripts.

        Args:
            scripts: names of the page's scripts; see `page_scripts`.
        """
        sources = [self._source_of(name) for name in scripts]
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src {' '.join(dict.fromkeys(sources))}",
                f"style-src {self._source_of(_STYLE)}",
                "img-src data:",
                # A file has no server of its own: to connect is for `coze-harness view`.
                *PAGE_RULES,
            )
        )

    def _source_of(self, asset: str) -> str:
        return "'self'" if self.is_folder else f"'sha256-{_policy_hash(asset)}'"

    def files(self) -> Mapping[str, bytes]:
        """Return the page's separate files, by their names."""
        if not self.is_folder:
            return {}
        return {name: _read_asset(name).encode() for name in (_STYLE, *_SCRIPTS)}


def page_scripts(*, has_review: bool, has_trials: bool, has_paces: bool) -> tuple[str, ...]:
    """Return the names of the scripts of a run's page, in the order in which they run."""
    optional = {_REVIEW: has_review, _PLAYGROUND: has_trials, _PLAYBACK: has_paces}
    return tuple([name for name in _SCRIPTS if optional.get(name, True)])


def script_source(scripts: Sequence[str]) -> str:
    """Return the source of scripts, which names the words that they may show."""
    return "".join(map(_read_asset, scripts))


def _read_asset(name: str) -> str:
    """Return a file that `make assets` has made."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def trial_source() -> str:
    """Return the source of the template of trials, which names the words that trials may show."""
    return (_SOURCES / _TRIAL).read_text(encoding="utf-8")


def _dump_values(values: Mapping[str, Param]) -> str:
    """Return values as JSON; a message in a message stays one, for the page's script."""
    plain = {name: _page_value(value) for name, value in values.items()}
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def _page_value(value: Param) -> object:
    if isinstance(value, tuple):
        return [_page_value(one) for one in value]
    if isinstance(value, LocalizedText) and value.id and value.id != LITERAL:
        values = {name: _page_value(inner) for name, inner in value.params.items()}
        return {"key": value.id, "values": values}
    return Catalogue().values({"text": value})["text"]


def _policy_hash(asset: str) -> str:
    """Return an asset's SHA-256 in base64, as a Content-Security-Policy names it."""
    return b64encode(sha256(_read_asset(asset).encode()).digest()).decode()


def _inline_asset(name: str) -> Markup:
    """Return a style or script as markup. ValueError if it would end its own element."""
    text = _read_asset(name)
    if "</" in text or "<!--" in text:
        raise ValueError(f"{name} contains '</' or '<!--', which would end its element.")
    return Markup(text)  # noqa: S704 - our own file, not a bot's text
