"""index.html: one page, rendered by jinja2 with escaping always on.

Bots' answers are always escaped, as HTML or as JSON; no template marks any of them as safe. The
page's own policy forbids everything except its one style and its one script.
"""

from coze_harness.reporting.html.html_report import HtmlWriter
from coze_harness.reporting.html.page_templates import PageRenderer

__all__ = ["HtmlWriter", "PageRenderer"]
