"""The options of reports."""

from __future__ import annotations

from dataclasses import dataclass

from coze_harness.messages import Language


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How reports are written.

    `lang` is ``en``, ``zh`` or empty: then the page is written in English, and its script switches
    to the browser's language. `layout` is ``single`` (one file) or ``folder`` (style and script in
    files next to the page, for sites whose policy forbids inline ones). `language` is that of all
    other texts: trials.jsonl, summary.md, junit.xml.
    """

    lang: str = ""
    layout: str = "single"
    language: Language = "en"

    @property
    def page_language(self) -> Language:
        """The language of the page without its script."""
        return "zh" if self.lang == "zh" else "en"
