"""How the page of a run is to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How index.html is written.

    `lang` is ``en`` or ``zh``; empty, the page is written in English and turns to the reader's
    language where scripts are allowed. `layout` is ``single`` (one file) or ``folder``: style and
    script lie beside the page, for places whose policy forbids them inside.
    """

    lang: str = ""
    layout: str = "single"

    @property
    def written_in(self) -> str:
        """Return the language of what stands in the page without a script."""
        return self.lang or "en"
