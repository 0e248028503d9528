"""Mutations of seeds: bytes and lines that are changed, inserted, removed or exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from types import MappingProxyType
from typing import Final

from hypothesis import strategies as st

_PIECES: Final = (
    *(b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n\n"),
    *(b"\t", b"\xe2\x80\xa8", b"}}", b"|-"),
    *(b"{", b"}", b"[", b"]", b'"', b"'", b": ", b"- ", b"&a ", b"*a", b"!!binary ", b"{{"),
    *(b"null", b"true", b"NaN", b"1e999", b"-1", b"0x7f", b"9" * 400, b"1" * 30, b"12:30", b"~"),
    *(b"event: ", b"data: ", b":", b"id: ", b"retry: ", "漢🌧️".encode()),
)  # fmt: skip


def mutate(seed: bytes, rng: Random) -> bytes:
    """Return a seed with a few mutations."""
    data = seed
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        data = _MUTATIONS[rng.choice(tuple(_MUTATIONS))](data, rng)
    return data


def mutated_seeds(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy of mutated seeds, which shrinks to the seed of a failure."""
    return st.builds(
        lambda seed, number: mutate(seed, Random(number)),
        st.sampled_from(seeds),
        st.integers(0, 2**32),
    )


def _flip(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_PIECES) + data[at:]


def _replace(data: bytes, rng: Random) -> bytes:
    begin, end = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    end = min(end, begin + rng.choice((1, 4, 16, 200)))
    return data[:begin] + rng.choice(_PIECES) + data[end:]


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _lines(data: bytes, rng: Random) -> bytes:
    lines = data.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[other])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    else:
        lines[at] = b" " * rng.randrange(9) + lines[at].lstrip()
    return b"\n".join(lines)


_MUTATIONS: Final = MappingProxyType[str, Callable[[bytes, Random], bytes]](
    {"cut": _cut, "flip": _flip, "insert": _insert, "lines": _lines, "replace": _replace}
)
