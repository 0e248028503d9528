"""Where style and script are: in the page, or beside it; and the policy that allows just these."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from markupsafe import Markup

from coze_harness.reporting.html.page_templates import digest, inline, page_script, page_style

STYLE: Final = "report.css"
SCRIPT: Final = "report.js"


class Layout:
    """Style and script of a page.

    Args:
        layout: ``single`` or ``folder``.
    """

    def __init__(self, layout: str) -> None:
        self.is_folder = layout == "folder"

    @cached_property
    def _style(self) -> str:
        return page_style()

    @cached_property
    def _script(self) -> str:
        return page_script()

    @property
    def style(self) -> Markup:
        """The style as it stands in the page."""
        return inline(self._style)

    @property
    def script(self) -> Markup:
        """The script as it stands in the page; empty without one."""
        return inline(self._script)

    @property
    def policy(self) -> str:
        """What the page may do: nothing but to use the one style and the one script."""
        style = "'self'" if self.is_folder else f"'sha256-{digest(self._style)}'"
        script = "'self'" if self.is_folder else f"'sha256-{digest(self._script)}'"
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src {script}",
                f"style-src {style}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        )

    def files(self) -> Mapping[str, bytes]:
        """Return the files that go beside the page, by their names."""
        if not self.is_folder:
            return {}
        return {STYLE: self._style.encode(), SCRIPT: self._script.encode()}
