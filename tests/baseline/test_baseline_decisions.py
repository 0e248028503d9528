"""Files of decisions that are wrong, hostile or huge: each is refused with its place."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from coze_harness.baseline.decisions import (
    MAX_DECISIONS_SIZE,
    ReviewDecision,
    parse_decisions,
    read_decisions,
)
from coze_harness.model import JSON
from coze_harness.model.errors import UsageError

RUN = "20261122T100312482Z-3f2a"
ENTRY = {"scenario": "退款", "bot": "chatchat", "decision": "accept"}


def encode_decisions(*entries: JSON, **more: JSON) -> bytes:
    data = {"format_version": 1, "run_id": RUN, "decisions": list(entries), **more}
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def read_error(data: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse_decisions(data, "decisions.json")
    error = caught.value
    assert error.where is not None
    assert error.where.path == "decisions.json"
    assert error.next_step
    assert len(str(error)) < 500, "what a file says is not repeated at any length"
    return error


def test_decisions_are_read_with_their_places() -> None:
    data = encode_decisions(
        ENTRY, {**ENTRY, "scenario": "hours", "decision": "edit", "note": "语气\n不对"}
    )
    for text in (data, b"\xef\xbb\xbf" + data):
        decisions = parse_decisions(text, "d.json")
        assert decisions.run_id == RUN
        first, second = decisions.entries
        assert (first.scenario, first.decision, first.note) == ("退款", ReviewDecision.ACCEPT, "")
        assert (second.decision, second.note) == (ReviewDecision.EDIT, "语气\n不对")
        assert [str(one.location) for one in decisions.entries] == ["d.json:6:16", "d.json:11:16"]
        assert str(decisions.location) == "d.json:3:12"


LONG = "长" * 100_000
WRONG: list[tuple[str, bytes, str]] = [
    ("decisions.not_json", b"", "1:1"),
    ("decisions.not_json", b"{'format_version': 1}", "1:2"),
    ("decisions.not_json", encode_decisions(ENTRY)[:-40], "7:11"),
    ("decisions.not_json", encode_decisions(ENTRY) + b"{}", "11:2"),
    ("decisions.not_text", b"\xff\xfe{}", ""),
    ("decisions.not_text", b"9" * 10_000, ""),
    ("decisions.too_deep", b"[" * 1_000_000, ""),
    ("decisions.too_deep", b'{"a":' * 500_000, ""),
    ("decisions.too_large", b" " * (MAX_DECISIONS_SIZE + 1), ""),
    ("decisions.not_an_object", b"[]", "1:1"),
    ("decisions.not_an_object", b'"decisions"', "1:1"),
    ("decisions.not_an_object", b"null", "1:1"),
    ("decisions.not_an_object", encode_decisions(1), "5:3"),
    ("decisions.not_an_object", encode_decisions(ENTRY, [ENTRY]), "10:3"),
    ("decisions.missing_key", b"{}", "1:1"),
    ("decisions.missing_key", encode_decisions({"scenario": "a", "bot": "b"}), "5:3"),
    ("decisions.unknown_key", encode_decisions(ENTRY, extra=1), "11:11"),
    ("decisions.unknown_key", encode_decisions({**ENTRY, LONG: 1}), "9:100008"),
    ("decisions.unknown_key.near", encode_decisions({**ENTRY, "notes": "x"}), "9:13"),
    ("decisions.repeated_key", b'{"run_id": "a", "run_id": "b"}', "1:27"),
    ("decisions.repeated_key", b'{"decisions": [{"bot": 1,\n "bot": 2}]}', "2:9"),
    ("decisions.version", encode_decisions(ENTRY, format_version=True), "2:20"),
    ("decisions.version", encode_decisions(ENTRY, format_version=1.5), "2:20"),
    ("decisions.version", encode_decisions(ENTRY, format_version=[[LONG]]), "2:20"),
    ("decisions.not_a_text", encode_decisions(ENTRY, run_id=1), "3:12"),
    ("decisions.not_a_run", encode_decisions(ENTRY, run_id="../../etc"), "3:12"),
    ("decisions.not_a_run", encode_decisions(ENTRY, run_id=""), "3:12"),
    ("decisions.not_a_run", encode_decisions(ENTRY, run_id="a" * 100_000), "3:12"),
    ("decisions.not_a_run", encode_decisions(ENTRY, run_id="a\n"), "3:12"),
    ("decisions.not_a_list", encode_decisions(ENTRY, decisions={"0": 1}), "4:15"),
    ("decisions.not_a_text", encode_decisions({**ENTRY, "scenario": None}), "6:16"),
    ("decisions.not_a_text", encode_decisions({**ENTRY, "bot": ["a"]}), "7:11"),
    ("decisions.not_a_text", encode_decisions({**ENTRY, "note": {}}), "9:12"),
    ("decisions.unknown", encode_decisions({**ENTRY, "decision": "Accept"}), "8:16"),
    ("decisions.unknown", encode_decisions({**ENTRY, "decision": LONG}), "8:16"),
    ("decisions.twice", encode_decisions(ENTRY, {**ENTRY, "decision": "reject"}), "11:16"),
    ("decisions.twice", encode_decisions(*[{**ENTRY, "scenario": LONG}] * 2), "11:16"),
]


@pytest.mark.parametrize(
    ("message_id", "data", "place"), WRONG, ids=[f"{n}-{one[0]}" for n, one in enumerate(WRONG)]
)
def test_a_wrong_file_is_refused_with_its_place(message_id: str, data: bytes, place: str) -> None:
    error = read_error(data)
    assert error.what.id == message_id
    assert str(error.where) == (f"decisions.json:{place}" if place else "decisions.json")


def test_what_is_no_number_of_json_is_no_version() -> None:
    assert (
        read_error(encode_decisions(ENTRY).replace(b": 1,", b": NaN,", 1)).what.id
        == "decisions.version"
    )


def test_many_decisions_take_time_in_proportion() -> None:
    entries = [{**ENTRY, "scenario": f"s{number}"} for number in range(5_000)]
    decisions = parse_decisions(encode_decisions(*entries), "d.json")
    assert str(decisions.entries[-1].location) == "d.json:25001:16"


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    endless = tmp_path / "decisions.json"
    with endless.open("wb") as file:
        file.truncate(1 << 34)
    tracemalloc.start()
    with pytest.raises(UsageError) as caught:
        read_decisions(endless, "decisions.json")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.what.id == "decisions.too_large"
    assert peak < 4 * MAX_DECISIONS_SIZE
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(UsageError) as caught:
            read_decisions(path, "x")
        assert caught.value.what.id == "decisions.unreadable"
