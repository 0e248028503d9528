"""Decisions of a page about candidates, applied, and the answer to that page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from coze_harness.baseline.candidate_review import DecidedCandidates
from coze_harness.baseline.decisions import ReviewDecision, ScenarioDecision
from coze_harness.baseline.review_outcome import ReviewOutcome
from coze_harness.messages import Catalogue
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError

FROM_PAGE: Final = "decisions"
"""The file in the locations of errors: decisions from a page are in no file."""


class AppliedDecisions(Struct, frozen=True, kw_only=True):
    """The decisions of a page, applied; or the errors because of which none was applied.

    `paths` are the replaced recordings as a user names them.
    """

    entries: Sequence[DecidedCandidates] = ()
    outcome: ReviewOutcome = field(default_factory=ReviewOutcome)
    paths: Sequence[Path] = ()
    errors: Sequence[HarnessError] = ()

    def select(self, decision: ReviewDecision) -> list[ScenarioDecision]:
        """Return the decisions of one kind."""
        return [one.entry for one in self.entries if one.entry.decision is decision]


def decisions_json(
    applied: AppliedDecisions, words: Catalogue, redact: Callable[[str], str]
) -> JSON:
    """Return the answer to a page that posted decisions.

    `words` are the texts of the page's language, `redact` removes secrets.
    """
    errors: list[JSON] = [
        {
            "message": redact(_with_detail(error, words)),
            "next_step": redact(words.text(error.next_step)),
        }
        for error in applied.errors
    ]
    return {
        "accepted": _scenarios(applied.select(ReviewDecision.ACCEPT)),
        "rejected": _scenarios(applied.select(ReviewDecision.REJECT)),
        "to_edit": _scenarios(applied.select(ReviewDecision.EDIT)),
        "errors": errors,
    }


def _scenarios(decisions: Sequence[ScenarioDecision]) -> JSON:
    return [{"scenario": one.scenario, "bot": one.bot} for one in decisions]


def _with_detail(error: HarnessError, words: Catalogue) -> str:
    what = words.text(error.what)
    # The page has no file that its decisions come from.
    has_place = error.where is not None and error.where.path != FROM_PAGE
    lines = [f"{error.where}: {what}" if has_place else what]
    return "\n".join([*lines, *(words.text(line) for line in error.detail)])
