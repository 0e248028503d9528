"""A pattern under `redact:` that would take hours is stopped, and nothing is stored without it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator

import pytest
from bounded_child import MAX_SECONDS, BoundedChild, bounded_child
from coze_harness.cassettes import Redactor
from coze_harness.model.errors import PatternTimeoutError
from coze_harness.model.location import Location
from coze_harness.text.safe_regex import UserPattern

VICTIM = "a" * 60 + "!"


@pytest.fixture(scope="module")
def child() -> Iterator[BoundedChild]:
    with bounded_child(["bounded_jobs", "regex"]) as started:
        yield started


@pytest.mark.parametrize(
    "body",
    [VICTIM, json.dumps({"a": VICTIM}), f"data:{json.dumps([VICTIM])}\n", "a" * 300_000 + "!"],
)
def test_an_endless_pattern_is_an_error(body: str, child: BoundedChild) -> None:
    config = "user_id: a\nredact:\n- my-[0-9]+\n- '^(a|aa)+$'\n"
    result = child.run("bounded_jobs:redact", config, body)
    assert result.seconds < MAX_SECONDS
    assert result.value, "it was killed, or there was no fault"
    assert result.value[0] == "harness.yaml:4:3"
    assert "/^(a|aa)+$/" in result.value[1]


def test_the_place_of_a_pattern_reaches_worker_processes() -> None:
    place = Location("harness.yaml", 4, 3)
    redactor = pickle.loads(pickle.dumps(Redactor((), [UserPattern("^(a|aa)+$", place)])))  # noqa: S301
    with pytest.raises(PatternTimeoutError) as caught:
        redactor.find_secret(VICTIM)
    assert caught.value.where == place
