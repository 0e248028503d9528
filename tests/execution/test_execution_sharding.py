"""The deal of trials to shards: complete, balanced, and the same for whoever computes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import pytest
from builders import key
from coze_harness.execution.sharding import ShardItem, ShardNumber, assign_shards, digest_trials
from coze_harness.model import replace
from coze_harness.model.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st

names = st.text(min_size=1, max_size=6)
seconds = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([0.0, 1.5]))
cards = st.lists(st.builds(ShardItem, names, seconds), max_size=40)


@given(cards, st.integers(1, 9))
def test_every_trial_comes_to_one_shard_and_what_belongs_together_to_the_same(
    items: list[ShardItem], total: int
) -> None:
    shards = assign_shards(items, total)
    assert len(shards) == len(items)
    assert set(shards) <= set(range(1, total + 1))
    shards_by_group = defaultdict(set)
    for card, shard in zip(items, shards, strict=True):
        shards_by_group[card.group].add(shard)
    assert all(len(numbers) == 1 for numbers in shards_by_group.values())


@given(cards, st.integers(1, 9), st.randoms(use_true_random=False))
def test_the_order_of_files_means_nothing(items: list[ShardItem], total: int, rng: Random) -> None:
    shuffled = list(enumerate(items))
    rng.shuffle(shuffled)
    before = assign_shards(items, total)
    after = assign_shards([card for _, card in shuffled], total)
    assert {n: shard for (n, _), shard in zip(shuffled, after, strict=True)} == dict(
        enumerate(before)
    )


@given(st.lists(st.integers(1, 90), min_size=1, max_size=40), st.integers(1, 6))
def test_no_shard_has_more_to_do_than_another_by_more_than_one_trial(
    durations: list[int], total: int
) -> None:
    items = [ShardItem(f"t{n}", float(duration)) for n, duration in enumerate(durations)]
    loads = dict.fromkeys(range(1, total + 1), 0)
    for shard, duration in zip(assign_shards(items, total), durations, strict=True):
        loads[shard] += duration
    assert max(loads.values()) - min(loads.values()) <= max(durations)


def test_trials_of_unknown_duration_are_split_by_number() -> None:
    shards = assign_shards([ShardItem(f"t{n}", None) for n in range(100)], 4)
    assert Counter(shards) == {1: 25, 2: 25, 3: 25, 4: 25}
    instant = assign_shards([ShardItem(f"t{n}", 0.0) for n in range(100)], 4)
    assert Counter(instant) == {1: 25, 2: 25, 3: 25, 4: 25}


def test_one_long_trial_has_a_shard_for_itself() -> None:
    shards = assign_shards(
        [ShardItem("long", 60.0), *(ShardItem(f"t{n}", 1.0) for n in range(30))], 3
    )
    assert Counter(shards)[shards[0]] == 1


def test_the_assignment_is_the_same_on_every_machine() -> None:
    # Written down, and not computed: another hash or another rule would part jobs from each other.
    ids = ["identity", "天气[杭州]", "天气[北京]", "wrong", "a#2", "🤖"]
    assert assign_shards([ShardItem(name, None) for name in ids], 3) == [2, 1, 2, 3, 1, 3]


@given(st.lists(names, unique=True, min_size=2, max_size=6))
def test_another_order_or_other_trials_are_another_whole(ids: list[str]) -> None:
    keys = [replace(key(), id=name) for name in ids]
    assert digest_trials(keys) == digest_trials(list(keys))
    assert digest_trials(keys) != digest_trials(keys[::-1])
    assert digest_trials(keys) != digest_trials(keys[1:])
    assert digest_trials(keys) != digest_trials(
        [replace(keys[0], line=keys[0].line + 1), *keys[1:]]
    )


def test_half_a_surrogate_pair_in_a_name_is_no_obstacle() -> None:
    assert assign_shards([ShardItem("\ud83e", None)], 1) == [1]
    assert digest_trials([replace(key(), id="\ud83e")])


@pytest.mark.parametrize("text", ["1/1", " 3/12 ", "10000/10000"])
def test_a_shard_is_read(text: str) -> None:
    assert str(ShardNumber.parse(text)) == text.strip()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "two numbers"),
        ("3", "two numbers"),
        ("a/b", "two numbers"),
        ("1/2/3", "two numbers"),
        ("-1/2", "two numbers"),
        ("１/２", "two numbers"),
        ("0/3", "numbered from 1 to 3"),
        ("4/3", "numbered from 1 to 3"),
        ("1/0", "1 to 10,000 shards"),
        ("1/10001", "1 to 10,000 shards"),
        ("1/99999999999999999999", "two numbers"),
    ],
)
def test_what_is_no_shard_is_refused_with_words(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        ShardNumber.parse(text)
    assert why in str(refused.value)
    assert "--shard 2/4" in str(refused.value.next_step)
