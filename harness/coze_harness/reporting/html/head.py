"""What the page's script is told of the run, as JSON that can stand in a page."""

from __future__ import annotations

from typing import Final

import orjson

from coze_harness.model import Run
from coze_harness.reporting.history_view import run_link
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.safe_text import single_line

# What would end the element, begin a comment in it, or break a line of an old script.
_ESCAPES: Final = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip


def head(run: Run, options: PageOptions, chunk: int, detailed: int, words: object) -> bytes:
    """Return the JSON."""
    told = {
        "lang": options.lang,
        "static": options.page_language,
        "words": words,
        "chunk": chunk,
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
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()
