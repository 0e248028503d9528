"""A file that is cut short or damaged is rejected, and never read as another recording."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cassette_samples import (
    ORIGIN,
    ask,
    json_response,
    odd_recording,
    plain_recording,
    poll,
    record_call,
    seeded_random,
)
from coze_harness.cassettes import (
    Recording,
)
from coze_harness.cassettes.canonical_format import read_canonical, write_canonical
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.cassettes.interaction import Interaction
from coze_harness.model.errors import CassetteUnreadableError


def _with_last_answer(body: bytes, headers: dict[str, str]) -> Recording:
    last = Interaction(
        method="POST",
        host="https://api.coze.cn",
        target="/v3/chat/message/list",
        request_body=b"",
        status=200,
        headers=headers,
        response_body=body,
    )
    return Recording(interactions=(record_call(ask(), json_response({"code": 0})), last))


RECORDINGS: dict[str, Callable[[], Recording]] = {
    "json": plain_recording,
    "no headers": lambda: _with_last_answer('{"a": "甲", "b": [1, "乙"]}'.encode(), {}),
    "plain": lambda: _with_last_answer(b"[1,\n2]", {"content-type": "text/plain"}),
    "text": lambda: _with_last_answer("完全不是 JSON\n".encode(), {"content-type": "text/html"}),
    "binary": lambda: _with_last_answer(b"\xff\x00\xfe" * 9, {}),
    "empty": lambda: _with_last_answer(b"", {"content-type": "application/json"}),
    "none": lambda: Recording(interactions=()),
    "polls": lambda: Recording(
        interactions=tuple(record_call(poll(), json_response({"status": n})) for n in range(3))
    ),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_file_cut_short_anywhere_is_rejected_or_still_complete(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    whole = write_canonical(RECORDINGS[name](), ORIGIN)
    path.write_bytes(whole)
    recording = read_cassette(path)
    rejected = 0
    for length in reversed(range(len(whole))):
        os.truncate(path, length)
        try:
            read = read_cassette(path)
        except CassetteUnreadableError as error:
            rejected += str(error).startswith(str(path)) and bool(error.next_step)
        else:
            assert read.interactions == recording.interactions, length
            assert read.origin == recording.origin
        assert path.read_bytes() == whole[:length]
    # It is complete without its last line feed, or without `[]` for no interactions.
    assert rejected >= len(whole) - 6  # each error has the file and a next step


@pytest.mark.parametrize("seed", range(6))
def test_odd_files_cut_short_are_rejected_or_still_complete(seed: int, tmp_path: Path) -> None:
    rng = seeded_random(seed)
    path = tmp_path / "a.yaml"
    for _ in range(12):
        whole = write_canonical(*odd_recording(rng))
        recording = read_canonical(whole)
        assert recording is not None
        path.unlink(missing_ok=True)
        path.write_bytes(whole)
        for length in sorted(rng.sample(range(len(whole)), 30), reverse=True):
            os.truncate(path, length)
            try:
                read = read_cassette(path)
            except CassetteUnreadableError:
                continue
            assert read.interactions == recording.interactions, whole[:length]


def _by_libyaml(data: bytes) -> object:
    try:
        return yaml.load(data.decode("utf-8-sig"), yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_byte_is_rejected_or_read_as_libyaml_reads_it(seed: int, tmp_path: Path) -> None:
    rng = seeded_random(seed)
    path = tmp_path / "a.yaml"
    whole = bytearray(write_canonical(plain_recording(), ORIGIN))
    for _ in range(120):
        place = rng.randrange(len(whole))
        damaged = bytearray(whole)
        kind = rng.randrange(3)
        if kind == 0:
            damaged[place] = rng.choice([n for n in range(256) if n != whole[place]])
        elif kind == 1:
            del damaged[place]
        else:
            damaged[place:place] = bytes([rng.choice(b'\n "{}:x\x00\xe4#-')])
        path.unlink(missing_ok=True)
        path.write_bytes(damaged)
        try:
            read = read_cassette(path)
        except CassetteUnreadableError:
            continue
        assert not read.canonical
        document = _by_libyaml(bytes(damaged))
        assert isinstance(document, dict)
        entries = document["interactions"]
        assert len(entries) == len(read.interactions)
        for entry, item in zip(entries, read.interactions, strict=True):
            assert entry["request"]["method"] == item.method
            assert entry["request"]["uri"] == item.host + item.target
            assert (entry["request"].get("body") or "").encode() == item.request_body
            assert entry["response"]["status"]["code"] == item.status
            assert entry["response"]["body"]["string"].encode() == item.response_body


def test_two_files_joined_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(plain_recording(), ORIGIN) * 2)
    with pytest.raises(CassetteUnreadableError):
        read_cassette(path)


def test_a_file_of_zeros_after_a_crash_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\0" * 8192)
    with pytest.raises(CassetteUnreadableError):
        read_cassette(path)
