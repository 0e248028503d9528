"""The page of a run that has no report yet: it shows the progress, and loads the report then."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlencode

from coze_harness.messages import Catalogue
from coze_harness.reporting.html.served_page import SERVED_RULES

_TEMPLATE: Final = Path(__file__).with_name("waiting_page.html")


def render_waiting_page(run: str, run_id: str, token: str, words: Catalogue) -> tuple[str, str]:
    """Return the page, and the Content-Security-Policy that goes with it.

    Args:
        run: the run's name in addresses: its id or ``latest``.
        run_id: its id.
        token: the server's.
        words: the page's language.
    """
    source = _TEMPLATE.read_text("utf-8")
    language = "zh-CN" if words.language == "zh" else "en"
    query = {"token": token, "run": run, "lang": words.language, "waiting": "1"}
    texts = {
        "lang": language,
        "run": run_id,
        "events": f"/events?{urlencode(query)}",
        "title": words.word("view.waiting.title"),
        "text": words.word("view.waiting.text"),
        "interrupted": words.word("view.waiting.interrupted"),
        "command": f"coze-harness report {run_id}",
    }
    page = Template(source).substitute({name: escape(text) for name, text in texts.items()})
    return page, "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash_of('script', source)}",
            f"style-src {_hash_of('style', source)}",
            *SERVED_RULES,
        )
    )


def _hash_of(tag: str, source: str) -> str:
    """Return the source expression that allows the page's only element of this name."""
    (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
