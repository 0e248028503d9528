"""`--open`: a run's page in a browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from coze_harness.commands.run_trials import RunOutcome


def open_page(outcome: RunOutcome) -> None:
    """Open the page of a run that has just ended; of one that was sent away, say where it is."""
    if isinstance(outcome.location, Path):
        webbrowser.open((outcome.location / "index.html").resolve().as_uri())
    else:
        click.echo(f"No browser opens {outcome.location}/index.html.", err=True)
