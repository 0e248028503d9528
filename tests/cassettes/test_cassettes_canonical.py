"""libyaml and the fast reader read the same from a canonical file, whatever it contains."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml
from cassette_samples import (
    ORIGIN,
    SPELLINGS,
    ask,
    json_response,
    minify,
    odd_recording,
    overwrite,
    plain_recording,
    record_call,
    seeded_random,
)
from coze_harness.cassettes import (
    Recording,
    RecordingInfo,
    Redactor,
)
from coze_harness.cassettes.canonical_format import read_canonical, write_canonical
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.vcr_format import read_vcr_cassette
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import BotSnapshot, replace, unknown_snapshot
from scale import scale_down

FILES = scale_down(20_000)
SHARES = 8


def _text(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value).encode() if value is not None else b""


def _same_body(read: bytes, original: bytes) -> bool:
    """Return whether two bodies are equal, except for white space in JSON."""
    if read == original:
        return True
    return minify(read.decode()) == minify(original.decode()) is not None


def _check(recording: Recording, origin: RecordingInfo, path: Path, *, thorough: bool) -> None:
    data = write_canonical(recording, origin)
    overwrite(path, data)
    read = read_cassette(path)
    assert read.canonical
    _check_yaml(read, yaml.load(data, yaml.CSafeLoader))
    for item, original in zip(read.interactions, recording.interactions, strict=True):
        assert _same_body(item.response_body, original.response_body)
        assert _same_body(item.request_body, original.request_body)
        assert item.headers == original.headers
        assert (item.method, item.target) == (original.method, original.target)
        assert (item.status, item.started) == (original.status, original.started)
    assert read.origin is not None
    assert (read.origin.scenario, read.origin.generated_values) == (
        origin.scenario,
        origin.generated_values,
    )
    if thorough and _has_whole_answers(read):
        other = read_vcr_cassette(data, path)
        assert other.interactions == read.interactions
        assert other.origin == read.origin


def _has_whole_answers(recording: Recording) -> bool:
    """Return whether `read_vcr_cassette` can read it: it rejects incomplete JSON."""
    return not any("json" in i.headers.get("content-type", "") for i in recording.interactions)


def _check_yaml(read: Recording, document: dict[str, Any]) -> None:
    block = document["x-coze"]
    assert document["version"] == 1
    assert block["interactions"] == len(document["interactions"]) == len(read.interactions)
    assert block["timings_ms"] == [[i.started, i.elapsed] for i in read.interactions]
    assert read.origin is not None
    assert block["scenario"] == read.origin.scenario
    assert block["drawn"] == read.origin.generated_values
    if "bot" in block:
        assert read.origin.bot is not None
        assert repr(block["bot"].get("details", {})) == repr(read.origin.bot.details)
        assert block["bot"]["prompt"] == read.origin.bot.prompt
        assert block["bot"].get("warning", "") == read.origin.bot.warning
    for item, entry in zip(read.interactions, document["interactions"], strict=True):
        request, response = entry["request"], entry["response"]
        assert request["method"] == item.method
        assert request["uri"] == item.host + item.target
        assert _text(request["body"]) == item.request_body
        assert response["status"]["code"] == item.status
        assert response["headers"] == {name: [value] for name, value in item.headers.items()}
        assert _text(response["body"]["string"]) == item.response_body


@pytest.mark.parametrize("share", range(SHARES))
def test_libyaml_reads_what_the_fast_reader_reads(share: int, tmp_path: Path) -> None:
    for number in range(FILES // SHARES):
        seed = share * FILES + number
        recording, origin = odd_recording(seeded_random(seed))
        path = tmp_path / "a.yaml"
        try:
            _check(recording, origin, path, thorough=number % 20 == 0)
        except Exception as error:
            error.add_note(f"seed {seed}: {recording!r} {origin!r}")
            raise


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_body_keeps_the_spelling_of_its_json(spelling: str, tmp_path: Path) -> None:
    body = spelling.encode("utf-8", "surrogatepass")
    item = Interaction(
        method="POST",
        host="https://a.example",
        target="/x",
        request_body=body,
        status=200,
        headers={},
        response_body=body,
    )
    _check(Recording(interactions=(item,)), ORIGIN, tmp_path / "a.yaml", thorough=True)


def test_lone_surrogates_in_the_x_coze_block_become_question_marks(
    tmp_path: Path,
) -> None:
    snapshot = BotSnapshot(prompt="bad \ud800 end", details={"k\udfff": ["\ud83d"]})
    origin = RecordingInfo(
        scenario="a\udc80",
        trial="t",
        fingerprint="",
        recorded_at="",
        harness="",
        generated_values={"x": "\udfff"},
        bot=snapshot,
    )
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(plain_recording(), origin))
    read = read_cassette(path)
    assert read.canonical
    assert read.origin is not None
    assert read.origin.bot is not None
    assert read.origin.scenario == "a?"
    assert read.origin.generated_values == {"x": "?"}
    assert (read.origin.bot.prompt, read.origin.bot.details) == ("bad ? end", {"k?": ["?"]})
    assert read_vcr_cassette(path.read_bytes(), path).origin == read.origin


REFUSED = message("coze.snapshot.unknown", reason=message("coze.snapshot.unknown", reason="403"))


@pytest.mark.parametrize(
    "reason", [REFUSED, message("live.version_unknown", version="17", n=2, more=("a", REFUSED))]
)
def test_why_a_bot_is_unknown_is_stored_as_a_message(tmp_path: Path, reason: LocalizedText) -> None:
    path = tmp_path / "a.yaml"
    origin = replace(ORIGIN, bot=unknown_snapshot(reason, "17"))
    path.write_bytes(write_canonical(plain_recording(), origin))
    read = read_cassette(path)
    assert read.canonical
    assert read_vcr_cassette(path.read_bytes(), path).origin == read.origin == origin
    assert str(reason) in path.read_text("utf-8")


@pytest.mark.parametrize(
    "damaged", ["null", "[1]", '{"id": 3, "params": {}}', '{"id": "a", "params": {"x": null}}']
)
def test_a_damaged_message_about_a_bot_is_replaced_by_its_text(
    tmp_path: Path, damaged: str
) -> None:
    path = tmp_path / "a.yaml"
    origin = replace(ORIGIN, bot=BotSnapshot(warning="no permission"))
    text = write_canonical(plain_recording(), origin).decode()
    marked = text.replace(
        '"warning":"no permission"', f'"warning":"no permission","warning_message":{damaged}'
    )
    assert marked != text
    path.write_text(marked, "utf-8")
    read = read_cassette(path)
    assert read.origin is not None
    assert read.origin.bot is not None
    assert Catalogue("zh").text(read.origin.bot.why_unknown) == "no permission"


def test_details_beyond_the_limits_of_yaml_or_json_remain_readable(tmp_path: Path) -> None:
    deep: Any = "end"
    for _ in range(150):
        deep = [deep]
    details = {"k" * 3000: 1, "big": 10**30, "deep": deep, "small": 1e-9, "nan": float("nan")}
    snapshot = BotSnapshot(details=details)
    origin = RecordingInfo(
        scenario="s", trial="t", fingerprint="", recorded_at="", harness="", bot=snapshot
    )
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(plain_recording(), origin))
    read = read_cassette(path)
    assert read.canonical
    assert read_vcr_cassette(path.read_bytes(), path).origin == read.origin
    assert read.origin is not None
    assert read.origin.bot is not None
    values = read.origin.bot.details
    assert values["k" * 160] == 1
    assert values["big"] == str(10**30)
    assert values["small"] == 1e-9
    assert values["nan"] is None


def test_a_base_url_with_a_path_is_read_back(tmp_path: Path) -> None:
    item = Interaction.from_call(
        ask(), json_response({}), "https://gate.example/coze/v1", Redactor()
    )
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(Recording(interactions=(item,)), ORIGIN))
    assert read_cassette(path).interactions[0].target == "/v3/chat"
    assert read_cassette(path).interactions[0].host == "https://gate.example/coze/v1"
    edited = path.read_bytes().replace("你是谁".encode(), "你是哪位".encode())
    assert read_vcr_cassette(edited, path).interactions[0].target == "/v3/chat"
    document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    uri = document["interactions"][0]["request"]["uri"]
    assert uri == "https://gate.example/coze/v1/v3/chat"


def test_chinese_is_not_escaped_and_json_is_indented() -> None:
    text = write_canonical(plain_recording(), ORIGIN).decode()
    assert '            "content": "你是谁?",\n' in text
    assert '"prompt":"你是一个学术助手。\\n只谈学术: yes"' in text
    assert text.splitlines()[0].startswith("# coze-cassette 1 crc32=")


def test_writing_a_recording_that_was_read_gives_the_same_bytes() -> None:
    for seed in range(300):
        recording, origin = odd_recording(seeded_random(seed))
        once = write_canonical(recording, origin)
        read = read_canonical(once)
        assert read is not None
        assert read.origin is not None
        assert write_canonical(read, read.origin) == once


def test_very_deep_json_is_not_indented() -> None:
    body = b"[" * 900 + b"]" * 900
    item = record_call(ask(), json_response({}))
    deep = Interaction(
        method=item.method,
        host=item.host,
        target=item.target,
        request_body=item.request_body,
        status=200,
        headers={},
        response_body=body,
    )
    data = write_canonical(Recording(interactions=(deep,)), ORIGIN)
    assert len(data) < 10_000
    read = read_canonical(data)
    assert read is not None
    assert read.interactions[0].response_body == body


@pytest.mark.parametrize(
    "rest", [b"", b"version: 1\n", b"x-coze: {}\n- request:\n", b"x-coze: {1}\n", b"}{\n"]
)
def test_a_correct_checksum_of_another_layout_is_not_canonical(rest: bytes) -> None:
    assert read_canonical(b"# coze-cassette 1 crc32=%08x\n" % crc32(rest) + rest) is None
