"""The page's judge says what a run says: both judge the cases of one table, or the page refuses."""

from __future__ import annotations

import json
from pathlib import Path

from coze_harness.expectations import build_expectation
from coze_harness.model.errors import ScenarioError
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.unquoted_text import find_unquoted_faults
from kind_samples import sample_context

# Each: the item, the answer, a run's verdict or "error", and the page's or "unsupported". The page
# judges them in judge.test.js.
CASES: list[tuple[str, str, str, str]] = json.loads(
    Path(__file__).with_name("playground_cases.json").read_text("utf-8")
)


def judge(item: str, answer: str) -> str:
    try:
        document = read_yaml(item.encode(), "item.yaml", ScenarioError)
        if any(find_unquoted_faults(document)):
            return "error"
        data, positions = document.data, document.positions
        if item.startswith("- ") and isinstance(data, list):
            data, positions = data[0], positions.below(0)
        expectation = build_expectation(data, positions)
    except ScenarioError:
        return "error"
    return expectation.judge(sample_context(answer)).status.value


def test_a_run_judges_as_the_table_says() -> None:
    wrong = [
        (item, answer, verdict, judge(item, answer))
        for item, answer, verdict, _ in CASES
        if judge(item, answer) != verdict
    ]
    assert wrong == []


def test_the_page_never_has_another_verdict_than_a_run() -> None:
    assert [one for one in CASES if one[3] not in (one[2], "unsupported")] == []
    kinds = ("contains", "equals", "starts_with", "ends_with", "length", "regex", "not", "any_of",
             "all_of")  # fmt: skip
    for kind in kinds:
        page_verdicts = {page for item, _, _, page in CASES if f"{kind}:" in item}
        assert page_verdicts == {"passed", "failed", "unsupported"}, kind
