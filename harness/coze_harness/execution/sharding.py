"""`--shard I/N`: trials dealt to so many jobs, none of which knows of the others.

Every job computes the same deal from the same files: the longest first, each to the shard that has
least to do so far (the classic rule, never worse than 4/3 of the best deal). What takes equally
long follows the hashes of the names, so that the order of files and the number of a scenario's
neighbours in its file mean nothing.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from statistics import median_low
from typing import Final, NamedTuple

from coze_harness.model import TrialKey
from coze_harness.model.errors import UsageError

MOST: Final = 10_000
"""So many shards may there be; more would be a slip of the finger."""

_CUT: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_UNKNOWN: Final = 1_000


class ShardNumber(NamedTuple):
    """Shard `number` (from 1) `total` so many."""

    number: int
    total: int

    @classmethod
    def read(cls, text: str) -> ShardNumber:
        """Read what a user gives as I/N.

        Raises:
            UsageError: it is not of that form, or there can be no such shard.
        """
        found = _CUT.fullmatch(text.strip())
        if found is None:
            raise _refused(text, "it is not two numbers with a slash between them")
        cut = cls(int(found[1]), int(found[2]))
        if not 1 <= cut.total <= MOST:
            raise _refused(text, f"there can be 1 to {MOST:,} shards")
        if not 1 <= cut.number <= cut.total:
            raise _refused(text, f"the shards are numbered from 1 to {cut.total}")
        return cut

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class ShardItem(NamedTuple):
    """A trial to be dealt.

    `hand` names the trials that must come to the same shard, since they are judged together; a
    trial that stands for itself has its own name there. `seconds` is how long it took when it was
    recorded; `None` where that is not known.
    """

    hand: str
    seconds: float | None


def assign_shards(cards: Sequence[ShardItem], of: int) -> list[int]:
    """Return the shard, numbered from 1, of each card. The order of the cards means nothing.

    What takes unknown time is taken to need as much as most others.
    """
    # Whole milliseconds: the sum of floats would depend on the order in which they are added.
    known = [round(card.seconds * 1_000) for card in cards if card.seconds is not None]
    usual = median_low(known) if known else _UNKNOWN
    weights: dict[str, int] = {}
    for card in cards:
        weight = usual if card.seconds is None else round(card.seconds * 1_000)
        weights[card.hand] = weights.get(card.hand, 0) + max(weight, 1)
    loads = [(0, number) for number in range(1, of + 1)]
    shards: dict[str, int] = {}
    for hand in sorted(weights, key=lambda hand: (-weights[hand], _hash(hand), hand)):
        load, number = loads[0]
        shards[hand] = number
        heapq.heapreplace(loads, (load + weights[hand], number))
    return [shards[card.hand] for card in cards]


def digest_trials(keys: Iterable[TrialKey]) -> str:
    """Return what tells one whole from another: a hash of all its trials in order.

    It goes by their ids, and where they are written: another commit rarely has all of these alike.
    """
    found = blake2b(digest_size=16)
    for key in keys:
        found.update(f"{key.id}\0{key.file}\0{key.line}\n".encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _hash(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _refused(text: str, why: str) -> UsageError:
    return UsageError(
        f"--shard {text[:40]!a} means nothing: {why}.",
        next_step="write I/N: --shard 2/4 is the second of four shards.",
    )
