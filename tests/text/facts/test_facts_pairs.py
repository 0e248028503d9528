"""Changes of facts in labelled pairs of answers: precision and recall do not get worse."""

from __future__ import annotations

import pytest
from coze_harness.text.facts import compare_facts
from fact_measurement import PAGE, SETS, count, detect_kinds, pairs, with_table

# Lower bounds of what was measured: precision and recall.
BOUNDS = {
    "development": {
        "number": (0.98, 0.98),
        "unit": (0.98, 0.98),
        "date": (0.98, 0.98),
        "negation": (0.97, 0.98),
        "name": (0.98, 0.98),
        "none": (0.98, 0.98),
    },
    "held-out": {
        "number": (0.95, 0.95),
        "unit": (0.95, 0.95),
        "date": (0.95, 0.95),
        "negation": (0.83, 0.95),
        "name": (0.95, 0.95),
        "none": (0.95, 0.89),
    },
}


def test_there_are_enough_pairs() -> None:
    languages = [pair.language for pair in pairs()]
    assert len(languages) >= 300
    assert languages.count("zh") >= 150
    assert languages.count("en") >= 100
    assert sum(pair.set == "held-out" for pair in pairs()) >= 95
    assert len({(pair.before, pair.after) for pair in pairs()}) == len(languages)


@pytest.mark.parametrize("name", SETS)
def test_precision_and_recall_are_not_below_what_was_measured(name: str) -> None:
    counts = count(pair for pair in pairs() if pair.set == name)
    for kind, (precision, recall) in BOUNDS[name].items():
        assert counts[kind].precision >= precision, kind
        assert counts[kind].recall >= recall, kind


def test_the_documentation_shows_what_is_measured() -> None:
    assert PAGE.read_text("utf-8") == with_table()


def test_a_change_is_found_in_both_directions() -> None:
    for pair in pairs():
        back = compare_facts(pair.after, pair.before)
        assert {kind.value for kind in back.kinds} == detect_kinds(pair), pair


def test_a_text_has_the_same_facts_as_itself_with_its_sentences_in_another_order() -> None:
    texts = [pair.before for pair in pairs() if pair.language == "zh"]
    for one, other in zip(texts[::2], texts[1::2], strict=False):
        assert not compare_facts(f"{one}\n{other}", f"{other}\n{one}"), (one, other)
