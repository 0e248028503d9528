"""index.html: one page, made by jinja2 with escaping always on.

Bots' answers reach the page through escaping alone, as HTML or as JSON; no template marks any of
them as safe, and the page's own policy forbids whatever is not its one style and its one script.
"""

from coze_harness.reporting.html.html_report import HtmlSheet
from coze_harness.reporting.html.page_templates import PageRenderer

__all__ = ["HtmlSheet", "PageRenderer"]
