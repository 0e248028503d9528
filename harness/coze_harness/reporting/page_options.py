"""The options of reports."""

from __future__ import annotations

from msgspec import Struct

from coze_harness.messages import Language


class PageOptions(Struct, frozen=True):
    """How reports are written.

    `language` is that of all texts. `lang` is that of the page, ``en``, ``zh`` or empty: then the
    page is written in `language`, and its script switches to the browser's. `layout` is ``single``
    (one file) or ``folder`` (style and script in files next to the page, for sites whose policy
    forbids inline ones).
    """

    lang: str = ""
    layout: str = "single"
    language: Language = "en"

    @property
    def page_language(self) -> Language:
        """The language of the page without its script."""
        return "zh" if self.lang == "zh" else "en" if self.lang == "en" else self.language
