"""Event streams in cassettes: written line by line, and read back to the byte."""

from __future__ import annotations

import random
from pathlib import Path

import yaml
from coze_harness.cassettes import (
    Recording,
    RecordingInfo,
)
from coze_harness.cassettes.canonical_format import read_canonical, write_canonical
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.vcr_format import read_vcr_cassette

_LINES = (
    "event:x", 'data:{"a":"中😀"}', "", "  ", "data: x: y", "data: - z", "data: #c", "data: |-",
    "data: '", 'data: "', "data: \u2028", "data:\t", "data: \x85", ":c", "- request:",
    "  response:", " a",
)  # fmt: skip


def _stream(rng: random.Random) -> bytes:
    lines = [rng.choice(_LINES) for _ in range(rng.randint(1, 6))]
    begin = rng.choice(["event:a\n", "data:", "id:", ":", ""])
    end = rng.choice(["", "\n", "\n\n", "\r\n", "\n\n\n"])
    return (begin + "\n".join(lines) + end).encode()


def _recording(rng: random.Random) -> Recording:
    return Recording(
        interactions=tuple(
            Interaction(
                method="POST",
                host="https://api.coze.com",
                target="/v3/chat",
                request_body=b"",
                status=200,
                headers={"content-type": "text/event-stream"},
                response_body=_stream(rng),
                frame_times=tuple(range(rng.randint(0, 3))),
            )
            for _ in range(rng.randint(1, 3))
        )
    )


def test_the_fast_reader_and_libyaml_read_the_same_streams() -> None:
    rng = random.Random(20241001)
    origin = RecordingInfo(scenario="s", trial="s", fingerprint="", recorded_at="", harness="")
    blocks = 0
    for number in range(4000):
        recording = _recording(rng)
        text = write_canonical(recording, origin)
        back = read_canonical(text)
        assert back is not None
        assert back.interactions == recording.interactions
        entries = yaml.load(text, yaml.CSafeLoader)["interactions"]
        bodies = [entry["response"]["body"]["string"].encode() for entry in entries]
        assert bodies == [item.response_body for item in recording.interactions]
        if number % 20 == 0:
            read = read_vcr_cassette(text, Path("s.yaml"))
            assert read.interactions == recording.interactions
        blocks += text.count(b"string: |+")
    assert blocks > 1000, "no stream was laid out line by line"
