"""docs/import.md: its table of assertions is what an import does."""

from __future__ import annotations

import pytest
import yaml
from coze_harness.expectations import build_expectation
from coze_harness.importing.imported_scenario import FixedPosition
from coze_harness.importing.promptfoo_assertions import assertion_from_text, convert_assertion
from coze_harness.model.location import Location
from doc_pages import rows

TABLE = rows("docs/import.md", "assertion", "promptfoo")


@pytest.mark.parametrize(("assertion", "item"), TABLE)
def test_an_assertion_becomes_what_the_page_says(assertion: str, item: str) -> None:
    name, colon, value = assertion.strip("`").partition(": ")
    one = assertion_from_text(f"{name}{colon.strip()}{value.strip('[]')}")
    converted = convert_assertion(one).item
    assert converted == yaml.safe_load(item.strip("`"))
    build_expectation(converted, FixedPosition(Location("page")))
