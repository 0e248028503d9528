"""index.html: one self-contained page, made by jinja2 with escaping always on.

No script and nothing from elsewhere: the page's own policy forbids both, and allows the one inline
style by its hash. Bots' answers reach the page through escaping alone; no template marks any of
them as safe.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.model import Row, Run, TrialStatus
from harness.report.forms import Forms
from harness.report.matrix import matrix
from harness.report.overview import FAILING, ORDER, Reasons, run_view
from harness.report.spool import Out, Pieces
from harness.report.view import BADGE, TrialView, anchor
from harness.report.visible import duration, one_line

# So many failing trials are open from the beginning; a page of 10,000 open ones helps nobody.
OPEN = 25

_HEADINGS = {
    TrialStatus.FAILED: "Failed",
    TrialStatus.ERROR: "Could not be judged",
    TrialStatus.FIXED: "Known failures that now pass",
    TrialStatus.KNOWN_FAILURE: "Known failures",
    TrialStatus.SKIPPED: "Skipped",
    TrialStatus.PASSED: "Passed",
}


# Stands in the page where a section's trials go. No text of a view holds a NUL.
_TRIALS = "\0"


class _Section(NamedTuple):
    status: TrialStatus
    heading: str
    number: int
    trials: str


class _TrialMacro(Protocol):
    def __call__(self, trial: TrialView) -> Markup: ...


class Pages:
    """The page templates, compiled, and the style that all of them carry."""

    def __init__(self) -> None:
        folder = Path(__file__).parent / "templates"
        # Not select_autoescape(): by its defaults it would leave names ending in .j2 unescaped.
        self._environment = Environment(
            loader=FileSystemLoader(folder, encoding="utf-8"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        style = (folder / "style.css").read_text(encoding="utf-8")
        self._environment.globals.update(
            style=Markup(style),  # noqa: S704 - our own file, not a bot's text
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        )

    def trial_macro(self) -> _TrialMacro:
        """Return what renders one trial's body."""
        module = self._environment.get_template("trial.html.j2").module
        return cast("_TrialMacro", module.trial)  # type: ignore[attr-defined]  # a template's macro

    def render(self, name: str, **values: object) -> str:
        """Return a page."""
        return self._environment.get_template(name).render(**values)


class HtmlSheet:
    """Renders the trials, and the page around them."""

    def __init__(self, pages: Pages | None = None) -> None:
        self._pages = pages or Pages()
        self._forms = Forms(self._pages.trial_macro())

    def piece(self, trial: TrialView) -> bytes:
        """Return a trial's row and what unfolds below it."""
        return self._forms.filled(trial)

    def write(self, run: Run, pieces: Pieces, reasons: Reasons, out: Out) -> None:
        """Write the page: failing trials first, then the rest, as the run's rows have them."""
        numbers = Counter([row.status for row in run.rows])
        statuses = [status for status in ORDER if numbers[status]]
        page = self._pages.render(
            "page.html.j2",
            run=run_view(run),
            reasons=reasons.top(),
            matrix=matrix(run.rows),
            sections=[
                _Section(status, _HEADINGS[status], numbers[status], _TRIALS) for status in statuses
            ],
        )
        head, *sections = page.split(_TRIALS)
        out.write(head.encode())
        for status, section in zip(statuses, sections, strict=True):
            self._write_trials(status, run.rows, pieces, out)
            out.write(section.encode())

    def _write_trials(
        self, status: TrialStatus, rows: Sequence[Row], pieces: Pieces, out: Out
    ) -> None:
        opening = f'<details class="trial {status}"'
        closed, opened = f"{opening}>".encode(), f"{opening} open>".encode()
        left = OPEN if status in FAILING else 0
        for row in rows:
            if row.status is not status:
                continue
            out.write(opened if left > 0 else closed)
            left -= 1
            if row.key.id in pieces:
                out.write(pieces.get(row.key.id))
            else:
                out.write(self.piece(_bare(row.key.id, row.status, row.key.bot, row.seconds)))
            out.write(b"</details>\n")


def _bare(trial_id: str, status: TrialStatus, bot: str, seconds: float) -> TrialView:
    """Return a trial of which trials.jsonl says nothing."""
    return TrialView(
        id=trial_id,
        name=one_line(trial_id),
        anchor=anchor(trial_id),
        status=status,
        badge=BADGE[status],
        scenario="",
        bot=one_line(bot),
        case="",
        tags=(),
        place="",
        cassette="",
        seconds=seconds,
        facts=f"{one_line(bot)} · {duration(seconds)}",
        tokens=0,
        reason="trials.jsonl has no line for this trial",
        turns=(),
        http=None,
        error=None,
        known_failure="",
        warnings=(),
        log_ids=(),
        bot_facts=(),
    )
