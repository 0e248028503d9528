"""The longer version of `tests/fuzz`: many thousands of mutations of each target's corpus."""

from __future__ import annotations

import time
from random import Random

import pytest
from fuzz_mutations import mutate
from fuzz_targets import TARGETS, seeds


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("target", TARGETS)
def test_mutations_of_the_corpus_break_nothing(target: str, seed: int) -> None:
    rng = Random(seed)
    corpus = seeds(target)
    for number in range(2_000):
        source = mutate(rng.choice(corpus), rng)
        began = time.process_time()
        try:
            TARGETS[target](source)
        except Exception as error:
            raise AssertionError(f"{target} {seed} {number}: {source!r}") from error
        assert time.process_time() - began < 5, source
