"""The targets of `make fuzz`: their corpus, and what hypothesis makes of it.

`tests/soak` runs the same with more examples.
"""

from __future__ import annotations

import time

import pytest
from fuzz_mutations import mutated_seeds
from fuzz_targets import CORPUS, TARGETS, seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_SECONDS = 5
"""For one small input, on a busy machine."""


def test_every_target_has_a_small_corpus() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 100_000


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_breaks_nothing(target: str) -> None:
    for data in seeds(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutations_of_the_corpus_break_nothing(target: str, data: st.DataObject) -> None:
    source = data.draw(mutated_seeds(seeds(target)))
    began = time.process_time()
    TARGETS[target](source)
    assert time.process_time() - began < _SECONDS


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60)
@given(source=st.binary(max_size=200))
def test_any_bytes_break_nothing(target: str, source: bytes) -> None:
    TARGETS[target](source)
