"""The interface of a report format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from coze_harness.messages import Language
from coze_harness.model import Run
from coze_harness.reporting.fragment_spool import Fragments, TextOutput
from coze_harness.reporting.views.run_view import RunView
from coze_harness.reporting.views.view_model import TrialView


class ReportWriter(Protocol):
    """Writes one format in one language. It keeps nothing about a trial."""

    language: Language

    def render_trial(self, trial: TrialView, line: bytes, /) -> bytes:
        """Return what the report says about a trial, as UTF-8; may be empty.

        Args:
            trial: its view.
            line: its line of trials.jsonl.
        """
        ...

    def write(self, run: Run, view: RunView, fragments: Fragments, out: TextOutput, /) -> None:
        """Write the report of a run and its view."""
        ...

    def extra_files(self) -> Mapping[str, bytes]:
        """Return files that the report refers to, by their names."""
        return {}

    def new_shared_parts(self) -> Mapping[bytes, bytes]:
        """Return what fragments share, by key, as far as it is new since the last call."""
        return {}
