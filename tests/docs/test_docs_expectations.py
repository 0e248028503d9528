"""The pages about the kinds are those that the code, its messages and the samples give."""

from __future__ import annotations

import re

import doc_pages
import pytest
from coze_harness.expectations import KINDS
from coze_harness.model.errors import HarnessError
from kind_pages import PAGES_OF_KINDS, with_kind_sections
from kind_samples import sample_items


@pytest.mark.parametrize("page", PAGES_OF_KINDS)
def test_a_page_of_kinds_is_up_to_date(page: str) -> None:
    try:
        page_text = with_kind_sections(page)
    except HarnessError as error:
        if "pip install" in str(error.next_step):
            pytest.skip(str(error))
        raise
    assert page_text == doc_pages.source(page), "run `make docs`"


@pytest.mark.parametrize("page", PAGES_OF_KINDS)
def test_a_page_of_kinds_shows_every_kind_with_its_samples(page: str) -> None:
    text = doc_pages.source(page)
    assert doc_pages.anchors(page) >= set(KINDS)
    rows = [row for row in text.splitlines() if row.startswith("| ") and row.count(" | ") >= 2]
    assert len(rows) > sum(len(one.samples) for kind in KINDS for one in sample_items(kind))


@pytest.mark.parametrize(
    ("page", "heading"), [("README.md", "## Expectations"), ("README.zh-CN.md", "## 期望")]
)
def test_the_table_of_a_readme_names_kinds_that_exist(page: str, heading: str) -> None:
    section = doc_pages.source(page).partition(f"{heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    kinds = {kind for row in rows for kind in re.findall("`([a-z_]+)`", row)}
    assert len(kinds) > 30
    assert kinds <= set(KINDS)
