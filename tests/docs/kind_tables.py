"""The tables of kinds and of secrets in the documentation, written from the code: `make docs`."""

from __future__ import annotations

import re

from coze_harness.cassettes.secret_rules import RULES
from coze_harness.expectations import summarize_kinds
from doc_pages import ROOT, source

PAGES_WITH_KINDS = ("README.md", "docs/scenarios.md")

_TABLE = re.compile(r"(<!-- kinds: written by `make docs` -->\n).*?(\n<!-- end -->)", re.DOTALL)


def kind_table() -> str:
    """Return the table of all kinds in Markdown."""
    rows = (f"| `{one.kind}` | `{one.example}` | {one.summary} |" for one in summarize_kinds())
    return "\n".join(("| kind | example | what it expects |", "| --- | --- | --- |", *rows))


def with_kind_table(page: str) -> str:
    """Return a page's text with its table of kinds written again."""
    text, count = _TABLE.subn(lambda match: match[1] + kind_table() + match[2], source(page))
    assert count == 1, f"{page} has no place for the table of kinds"
    return text


PAGE_WITH_SECRETS = "docs/cassettes.md"
_SECRETS = re.compile(r"(<!-- secrets: written by `make docs` -->\n).*?(<!-- end -->)", re.DOTALL)


def with_secret_table(page: str) -> str:
    """Return a page's text with its table of secrets written again."""
    rows = [f"| {rule.secrets} | {rule.shape} |" for rule in RULES]
    table = "\n".join(("| secrets of | shape |", "| --- | --- |", *rows, ""))
    text, count = _SECRETS.subn(lambda match: match[1] + table + match[2], source(page))
    assert count == 1, f"{page} has no place for the table of secrets"
    return text


if __name__ == "__main__":
    for name in PAGES_WITH_KINDS:
        (ROOT / name).write_text(with_kind_table(name), "utf-8")
    (ROOT / PAGE_WITH_SECRETS).write_text(with_secret_table(PAGE_WITH_SECRETS), "utf-8")
